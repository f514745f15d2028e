// One invitation of mine: send it as a WeChat card or as a link, or cancel it.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const visits = require("../../lib/visits");

const UNKNOWN = { code: "visit.unknown", zh: "没有这个邀请。", en: "There is no such invitation." };

screen({
  data: { visitor: null, link: "", copied: false },

  onLoad(options) {
    this.id = options.id;
  },

  async load() {
    const { visitors } = await ask("list_visitors", { estate_id: estates.currentId() });
    const found = visitors.find((one) => one.id === this.id);
    this.setData(found ? { visitor: visits.shown(found), link: found.url } : { fault: UNKNOWN });
  },

  /** The card leads to the visitor's pass, which needs no account; a dead invitation is not shared. */
  onShareAppMessage() {
    const { visitor, link } = this.data;
    const path = visitor && visitor.live ? nav.url("visit", { secret: visits.secretOf(link) }) : nav.url("home");
    return { title: "访客通行码 Visitor's pass", path };
  },
  onCopy() {
    wx.setClipboardData({ data: this.data.link, success: () => this.setData({ copied: true }) });
  },
  onRevoke() {
    return this.run(async () => {
      await ask("revoke_visitor", { pass_id: this.id });
      await this.load();
    });
  },
  onBack() {
    nav.next("visitors");
  },
});
