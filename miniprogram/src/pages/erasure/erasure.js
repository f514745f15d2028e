// How far an erasure is: every holder with its receipt, and the signed certificate once all have answered.
const { ask } = require("../../lib/api");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");

const AGAIN = 3000;

screen({
  data: { ready: false, complete: false, holders: [], certificate: "", copied: false },

  onLoad(options) {
    this.id = options.id;
  },
  onUnload() {
    clearTimeout(this.timer);
  },
  onHide() {
    clearTimeout(this.timer);
  },

  async load() {
    const found = await ask("get_erasure", { erasure_id: this.id });
    const complete = found.completed_at !== null;
    this.setData({
      ready: true,
      complete,
      certificate: found.certificate || "",
      holders: found.holders.map((one, index) => ({
        id: String(index),
        words: one.name_zh ? { zh: `门：${one.name_zh}`, en: `Gate: ${one.name_en}` } : label("holder", one.kind),
        erased: one.erased_at !== null,
      })),
    });
    clearTimeout(this.timer);
    if (!complete) {
      this.timer = setTimeout(() => this.run(() => this.load()), AGAIN);
    }
  },

  onCopy() {
    wx.setClipboardData({ data: this.data.certificate, success: () => this.setData({ copied: true }) });
  },
  onHome() {
    nav.home();
  },
});
