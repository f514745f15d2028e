// Leading this mini-program account to the person who registered in the official account's chat, by a one-time code
// from there: as the scene of a mini-program code, or typed.
const { ask } = require("../../lib/api");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const session = require("../../lib/session");

const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
const UNKNOWN = {
  code: "bind.unknown",
  zh: "绑定码已失效，请重新生成一个。",
  en: "This link code is spent or has expired. Please make a new one.",
};

screen({
  data: { token: "", joined: false, code: "" },

  onLoad(options) {
    this.setData({ token: options.scene || "" });
  },
  onToken(event) {
    this.setData({ token: event.detail.value.trim() });
  },
  onJoin() {
    return this.run(async () => {
      if (!TOKEN.test(this.data.token)) {
        this.setData({ fault: UNKNOWN });
        return;
      }
      await session.begin();
      await ask("join_accounts", {}, { token: this.data.token });
      this.setData({ joined: true });
    });
  },
  /** A code of one's own, for the chat: the other way round. */
  onCode() {
    return this.run(async () => {
      await session.begin();
      this.setData({ code: (await ask("new_bind_token")).token });
    });
  },
  onHome() {
    nav.home();
  },
});
