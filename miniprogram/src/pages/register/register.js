// Asking for a place in a household: name, dwelling, role, last day; on one page, correctable.
const { ask } = require("../../lib/api");
const answers = require("../../lib/answers");
const estates = require("../../lib/estates");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const { day } = require("../../lib/times");

const ROLES = ["owner", "family", "tenant", "helper"];
const WITH_END = ["tenant", "helper"];
const FIVE_YEARS = 5 * 365 * 86400000;
const UNKNOWN = {
  code: "household.unknown",
  zh: "没有找到这一户。请像“1-301”这样填写，或联系物业。",
  en: "No such dwelling. Write it like “1-301”, or ask the property office.",
};

const NO_AGE = { code: "residency.age", zh: "登记为家人，请回答是否已满 14 岁。", en: "As family, please say whether you are 14 or older." };

screen({
  data: {
    name: "",
    household: "",
    found: [],
    picked: "",
    role: "owner",
    roles: ROLES.map((value) => Object.assign({ value }, label("role", value))),
    ends: false,
    family: false,
    young: "",
    lastDay: "",
    today: day(Date.now()),
    latest: day(Date.now() + FIVE_YEARS),
    sent: false,
  },

  /** The name that is known already stands in the field; what was typed is never written over. */
  async load() {
    const { name } = await ask("get_me");
    if (!this.data.name) {
      this.setData({ name });
    }
  },

  onName(event) {
    this.setData({ name: event.detail.value });
  },
  onHousehold(event) {
    this.setData({ household: event.detail.value, found: [], picked: "" });
  },
  onPick(event) {
    this.setData({ picked: event.detail.value });
  },
  onRole(event) {
    const role = event.detail.value;
    this.setData({ role, ends: WITH_END.includes(role), family: role === "family" });
  },
  onAge(event) {
    this.setData({ young: event.detail.value });
  },
  onLastDay(event) {
    this.setData({ lastDay: event.detail.value });
  },

  async onSend() {
    if (!(await this.run(() => this.send())) || !this.data.sent) {
      return;
    }
    const asks = await this.faceIsNew().catch(() => false);
    if (asks) {
      nav.next("consent", { purpose: "face_use" });
    } else {
      nav.home();
    }
  },

  async send() {
    if (this.data.family && !this.data.young) {
      this.setData({ fault: NO_AGE });
      return;
    }
    const dwelling = await this.dwelling();
    if (!dwelling) {
      return;
    }
    await ask("set_name", {}, { name: this.data.name });
    const { role, lastDay, ends, family, young } = this.data;
    const under = family && young === "yes";
    const body = { household_id: dwelling, role, last_day: ends && lastDay ? lastDay : null, under_fourteen: under };
    await ask("request_residency", {}, body);
    this.setData({ sent: true });
  },

  /** The id of the dwelling that was typed or picked; none while the person has to choose or correct it. */
  async dwelling() {
    const typed = this.data.household.trim();
    if (this.data.picked) {
      return this.data.picked;
    }
    const where = { estate_id: estates.currentId(), label: typed };
    const { households } = typed ? await ask("find_households", where) : { households: [] };
    if (households.length > 1 && households[0].label !== typed) {
      this.setData({ found: households });
      return "";
    }
    if (households.length === 0) {
      this.setData({ fault: UNKNOWN });
      return "";
    }
    return households[0].id;
  },

  /** The face is asked about once, only where a selfie may be taken here, and never again after an answer. */
  async faceIsNew() {
    const where = { estate_id: estates.currentId() };
    if (!estates.selfieHere(await ask("get_face", where))) {
      return false;
    }
    const given = await answers.of(where.estate_id);
    return !given.asked("face_use") && !given.asked("face_server");
  },
});
