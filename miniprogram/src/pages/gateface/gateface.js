// A face that stays in the gate: where that can be had, where one stands, and the code to enrol with. The code is
// shown once, is kept nowhere on the phone, and goes when the page is left.
const { ask } = require("../../lib/api");
const captures = require("../../lib/captures");
const estates = require("../../lib/estates");
const nav = require("../../lib/nav");
const qr = require("../../lib/qr");
const screen = require("../../lib/screen");
const { when } = require("../../lib/times");

function named(doors) {
  return { zh: doors.map((door) => door.name_zh).join("、"), en: doors.map((door) => door.name_en).join(", ") };
}

screen({
  data: { ready: false, state: null, doors: null, sealed: [], kept: [], picture: "", until: "" },

  onHide() {
    this.forget();
  },
  onUnload() {
    this.forget();
  },
  forget() {
    captures("none");
    this.setData({ picture: "", until: "" });
  },

  async load() {
    const state = await ask("get_gate_face", { estate_id: estates.currentId() });
    if (state.offered && !state.used) {
      nav.next("consent", { purpose: "face_use" });
      return;
    }
    this.setData({
      ready: true,
      state,
      doors: state.doors.length ? named(state.doors.map((one) => one.door)) : null,
      sealed: state.doors.filter((one) => one.no_picture_leaves).map((one) => one.door),
      kept: state.kept.map((one, index) => ({
        id: String(index),
        doors: named(one.doors),
        ended: one.ended,
        until: when(one.expires_at),
      })),
    });
  },

  onTicket() {
    return this.run(async () => {
      const ticket = await ask("new_gate_ticket", { estate_id: estates.currentId() });
      captures("hidden");
      this.setData({ picture: qr.picture(ticket.text), until: when(ticket.until) });
    });
  },
  onDone() {
    this.forget();
    return this.run(() => this.load());
  },
  onPass() {
    nav.to("pass");
  },
  onAnswer() {
    nav.to("consent", { purpose: "face_server" });
  },
  onWithdraw() {
    nav.to("withdraw");
  },
});
