// My entries and those of my visitors; nobody else's.
const { ask } = require("../../lib/api");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");
const { when } = require("../../lib/times");

function shown(one) {
  return {
    id: one.id,
    zh: one.place_zh,
    en: one.place_en,
    granted: one.granted,
    at: when(one.at),
    method: label("method", one.method),
    opening: label("opening", one.opening),
    visitor: one.visitor,
    reason: one.reason ? { zh: one.reason_zh, en: one.reason_en } : null,
  };
}

screen({
  data: { ready: false, entries: [] },

  async load() {
    const { entries } = await ask("list_entries");
    this.setData({ ready: true, entries: entries.map(shown) });
  },

  onAbout(event) {
    nav.to("requests", { about: event.currentTarget.dataset.id });
  },
});
