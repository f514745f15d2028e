// Requests about my own data that need somebody: put one, see when it is due and what was answered.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const label = require("../../lib/label");
const screen = require("../../lib/screen");
const { when } = require("../../lib/times");

const KINDS = ["explanation", "objection", "correction", "deletion", "copy"];

screen({
  data: {
    ready: false,
    kinds: KINDS.map((value) => Object.assign({ value }, label("rights", value))),
    kind: KINDS[0],
    words: "",
    entry: null,
    asked: [],
  },

  onLoad(options) {
    this.about = options.about || "";
  },

  async load() {
    const [{ requests }, { entries }] = await Promise.all([ask("list_requests"), ask("list_entries")]);
    const entry = entries.find((one) => one.id === this.about);
    this.setData({
      ready: true,
      entry: entry ? { zh: entry.place_zh, en: entry.place_en, at: when(entry.at) } : null,
      asked: requests.map((one) => ({
        id: one.id,
        kind: label("rights", one.kind),
        state: label("rights_state", one.state),
        open: one.state === "open",
        at: when(one.asked_at),
        due: when(one.due_at - 1),
        answer: one.answer,
      })),
    });
  },

  onKind(event) {
    this.setData({ kind: event.detail.value });
  },
  onWords(event) {
    this.setData({ words: event.detail.value });
  },
  onSend() {
    return this.run(async () => {
      const body = { kind: this.data.kind, words: this.data.words, about: this.data.entry ? this.about : "" };
      await ask("ask_request", { estate_id: estates.currentId() }, body);
      this.setData({ words: "" });
      await this.load();
    });
  },
});
