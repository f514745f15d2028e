// The visitor's own page: no account, nothing asked, only the pass.
const { ask } = require("../../lib/api");
const captures = require("../../lib/captures");
const qr = require("../../lib/qr");
const screen = require("../../lib/screen");
const visits = require("../../lib/visits");

const ENDED = {
  used: {
    zh: "这张通行码已经用过了。要再进门，请联系邀请您的住户再发一张。",
    en: "This pass has been used. To enter again, ask the resident who invited you for another.",
  },
  expired: {
    zh: "这张通行码已过期。请联系邀请您的住户。",
    en: "This pass has expired. Please ask the resident who invited you.",
  },
  revoked: {
    zh: "这张通行码已被取消。请联系邀请您的住户。",
    en: "This pass was cancelled. Please ask the resident who invited you.",
  },
};

screen({
  data: { visit: null, estate: "", ended: null, picture: "" },

  onLoad(options) {
    this.secret = options.secret || "";
  },
  onShow() {
    captures("hidden");
  },
  onHide() {
    captures("none");
  },
  onUnload() {
    captures("none");
  },

  async load() {
    const answer = await ask("get_visit", { secret: this.secret });
    this.setData({
      visit: visits.shown(answer),
      estate: `${answer.estate_zh} ${answer.estate_en}`,
      ended: ENDED[answer.state] || null,
      picture: answer.text ? qr.picture(answer.text) : "",
    });
  },
});
