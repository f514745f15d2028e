// How long what is kept: public, read by anybody.
const { ask } = require("../../lib/api");
const screen = require("../../lib/screen");

screen({
  data: { lines: [] },

  async load() {
    this.setData({ lines: (await ask("get_retention")).lines });
  },
});
