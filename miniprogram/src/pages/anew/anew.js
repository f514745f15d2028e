// A question that is due again, or one that a guardian answers for a child: with the notice, one at a time.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const notices = require("../../lib/notices");
const screen = require("../../lib/screen");

const WHY = {
  changed: {
    zh: "告知书有重要改动，请看新的一版再回答。在您回答之前，只按您同意过的旧用途办。",
    en: "The notice has changed in a way that matters. Until you answer, only what you agreed to before holds.",
  },
  ending: {
    zh: "您的同意快到期了。想继续就点“同意”；不理会也可以，到期后自动删除。",
    en: "Your consent ends soon. Say yes to go on, or do nothing: it is then erased.",
  },
  fourteen: {
    zh: "满 14 岁了，以前由监护人回答的，现在请您自己决定。",
    en: "You are fourteen: what a guardian answered before, you now decide yourself.",
  },
};
const FACE = { zh: "不同意：人脸停用并在各处删除；通行码和门禁卡照常。", en: "No: the face stops and is erased everywhere; QR pass and card go on." };
const NO = {
  access: {
    zh: "不同意：按您以前同意的那一版继续，不多一样；门照常开。",
    en: "No: what you agreed to before goes on and nothing more. Doors open as before.",
  },
  face_use: FACE,
  face_server: FACE,
  phone_contact: { zh: "不同意：以后不再用这个号码联系。", en: "No: the number is not used from now on." },
};

screen({
  data: { ready: false, purpose: "", title: null, why: null, no: null, notice: null, child: "", left: 0 },

  onLoad(options) {
    this.childId = options.child || "";
    this.asked = options.purpose || "";
  },

  async load() {
    const where = { estate_id: estates.currentId() };
    const waiting = this.childId ? await this.ofChild(where) : (await ask("list_due", where)).due;
    const first = waiting[0];
    const notice = first ? await notices.show(where.estate_id) : null;
    this.setData({
      ready: true,
      notice,
      purpose: first ? first.purpose : "",
      title: first ? label("purpose", first.purpose) : null,
      why: first && first.why ? WHY[first.why] : null,
      no: first ? NO[first.purpose] : null,
      left: waiting.length - 1,
    });
  },

  /** The one question that was chosen for the child. */
  async ofChild(where) {
    const { children } = await ask("list_children", where);
    const child = children.find((one) => one.id === this.childId);
    if (!child || !NO[this.asked]) {
      return [];
    }
    this.setData({ child: child.name });
    return [child.due.find((one) => one.purpose === this.asked) || { purpose: this.asked, why: "" }];
  },

  async onAnswer(event) {
    const given = event.currentTarget.dataset.given === "yes";
    const done = await this.run(() => this.record(given));
    if (done && this.childId) {
      const more = given && this.data.purpose === "face_use";
      nav.next(more ? "anew" : "family", more ? { child: this.childId, purpose: "face_server" } : {});
    } else if (done) {
      await this.run(() => this.load());
    }
  },

  record(given) {
    const where = { estate_id: estates.currentId(), purpose: this.data.purpose };
    const body = { given, notice_hash: this.data.notice.hash };
    if (this.childId) {
      return ask("answer_for_child", Object.assign({ child_id: this.childId }, where), body);
    }
    return ask("answer_anew", where, body);
  },

  onHome() {
    nav.home();
  },
});
