// The children of the household, for the adult who answers for them: register, answer, withdraw, copy, take out.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const notices = require("../../lib/notices");
const screen = require("../../lib/screen");
const { day } = require("../../lib/times");

const INDENT = 1;
const YEARS = 14 * 366 * 86400000;
const FACE = ["face_use", "face_server"];

function shown(one) {
  const given = (purpose) => one.answers.some((a) => a.purpose === purpose && a.status === "given" && a.expires_at > Date.now());
  return {
    id: one.id,
    name: one.name,
    born: one.born,
    household: one.household,
    status: label("residency", one.status),
    grown: one.grown,
    hasPhone: one.has_phone,
    face: FACE.some(given),
    due: one.due.map((waiting) => Object.assign({ purpose: waiting.purpose }, label("purpose", waiting.purpose))),
  };
}

screen({
  data: {
    ready: false, children: [], homes: [], home: 0, adding: false, name: "", born: "", notice: null, faceOffered: false,
    code: "", copied: "", sure: "",
    first: day(Date.now() - YEARS).slice(0, 7), latest: day(Date.now()).slice(0, 7),
  },

  async load() {
    const where = { estate_id: estates.currentId() };
    const [found, home, face] = await Promise.all([ask("list_children", where), ask("get_home", where), ask("get_face", where)]);
    const homes = home.residencies.filter((one) => one.status === "approved").map((one) => ({ id: one.household_id, label: one.household }));
    this.setData({ ready: true, children: found.children.map(shown), homes, faceOffered: face.offered });
  },

  onAdd() {
    return this.run(async () => {
      this.setData({ adding: true, notice: await notices.show(estates.currentId()) });
    });
  },
  onName(event) {
    this.setData({ name: event.detail.value });
  },
  onBorn(event) {
    this.setData({ born: event.detail.value });
  },
  onPickHome(event) {
    this.setData({ home: Number(event.detail.value) });
  },
  onSend() {
    return this.run(async () => {
      const { name, born, homes, home, notice } = this.data;
      const body = { name, born, household_id: homes[home].id, notice_hash: notice.hash };
      await ask("add_child", { estate_id: estates.currentId() }, body);
      this.setData({ adding: false, name: "", born: "" });
      await this.load();
    });
  },

  of(event) {
    return { estate_id: estates.currentId(), child_id: event.currentTarget.dataset.id };
  },
  onAsk(event) {
    nav.to("anew", { child: event.currentTarget.dataset.id, purpose: event.currentTarget.dataset.purpose });
  },
  onWithdraw(event) {
    return this.run(async () => {
      await ask("withdraw_for_child", this.of(event));
      await this.load();
    });
  },
  onCode(event) {
    return this.run(async () => {
      this.setData({ code: (await ask("new_child_token", this.of(event))).token });
    });
  },
  onCopy(event) {
    const { id } = event.currentTarget.dataset;
    return this.run(async () => {
      const held = await ask("get_child_data", this.of(event));
      wx.setClipboardData({ data: JSON.stringify(held.copy_of, null, INDENT), success: () => this.setData({ copied: id }) });
    });
  },
  /** The first tap asks, the second takes out. */
  onRemove(event) {
    const { id } = event.currentTarget.dataset;
    if (this.data.sure !== id) {
      this.setData({ sure: id });
      return undefined;
    }
    return this.run(async () => {
      await ask("remove_child", this.of(event));
      await this.load();
    });
  },
  onHome() {
    nav.home();
  },
});
