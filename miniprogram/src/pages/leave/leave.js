// Closing the account: said plainly, done at once, and the phone forgets everything too.
const { ask } = require("../../lib/api");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const store = require("../../lib/store");

screen({
  data: { closed: false },

  onClose() {
    return this.run(async () => {
      await ask("close", {}, { sure: true });
      store.forgetPerson();
      this.setData({ closed: true });
    });
  },
  onKeep() {
    nav.next("data");
  },
  onHome() {
    nav.home();
  },
});
