// Opening a door from the phone: asked now, told "opened" only once the gate has said so.
const { ask } = require("../../lib/api");
const estates = require("../../lib/estates");
const label = require("../../lib/label");
const nav = require("../../lib/nav");
const screen = require("../../lib/screen");

const AGAIN = 700;
const TRIES = 30; // 21 seconds: the service has settled every opening long before

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

screen({
  data: { ready: false, doors: [], state: null },

  async load() {
    const { doors } = await ask("list_doors", { estate_id: estates.currentId() });
    this.setData({ ready: true, doors });
  },

  onUnload() {
    this.gone = true;
  },

  onOpen(event) {
    const { id } = event.currentTarget.dataset;
    return this.run(async () => {
      this.setData({ state: null });
      const answer = await ask("open_door", { access_point_id: id }, { asked_at: Date.now() });
      if (answer.granted) {
        await this.follow(answer.command_id);
      } else {
        this.setData({ state: { look: "fault", zh: answer.reason_zh, en: answer.reason_en } });
      }
    });
  },

  async follow(commandId) {
    let state = "pending";
    for (let tries = 0; state === "pending" && tries < TRIES && !this.gone; tries += 1) {
      this.setData({ state: Object.assign({ look: "warn" }, label("progress", state)) });
      await later(AGAIN);
      state = (await ask("get_command", { command_id: commandId })).state;
    }
    const ended = state === "pending" ? "unknown" : state;
    this.setData({ state: Object.assign({ look: ended === "opened" ? "calm" : "fault" }, label("progress", ended)) });
  },

  onPass() {
    nav.to("pass");
  },
});
