// My door pass. It rolls on the phone every 15 seconds; the service is asked for a fresh one when there is a
// connection, and its last word is enough until that pass ends when there is none.
const { ask } = require("../../lib/api");
const captures = require("../../lib/captures");
const estates = require("../../lib/estates");
const faults = require("../../lib/faults");
const keptPass = require("../../lib/kept_pass");
const nav = require("../../lib/nav");
const qr = require("../../lib/qr");
const rolling = require("../../lib/rolling");
const screen = require("../../lib/screen");
const { when } = require("../../lib/times");

const TICK = 500;
const ASK_EVERY = 120000;
const FULL = 1;

screen({
  data: { picture: "", left: 0, rest: 100, offline: false, ended: false, later: null, doors: [], until: "", bright: false },

  onShow() {
    captures("hidden");
    wx.setKeepScreenOn({ keepScreenOn: true });
    this.pass = keptPass.living(estates.currentId(), Date.now());
    this.step = -1;
    this.asked = 0;
    this.show();
    this.tick();
    this.timer = setInterval(() => this.tick(), TICK);
  },
  onHide() {
    this.stop();
  },
  onUnload() {
    this.stop();
  },

  stop() {
    clearInterval(this.timer);
    captures("none");
    wx.setKeepScreenOn({ keepScreenOn: false });
    this.dim();
  },

  /** Asks for a pass. No connection is no failure while the kept pass lives; a refusal ends it at once. */
  async fetch() {
    this.asked = Date.now();
    try {
      const estateId = estates.currentId();
      const answer = await ask("get_pass", { estate_id: estateId });
      this.pass = keptPass.keep(estateId, answer, Date.now());
      this.step = -1;
      this.setData({ offline: false, later: null, ended: false, fault: null });
      this.show();
      this.draw();
    } catch (error) {
      this.refused(error);
    }
  },

  refused(error) {
    if (error.status === 403 || error.status === 404) {
      keptPass.forget();
      this.pass = null;
      this.setData({ picture: "", later: faults.wordsOf(error), offline: false });
    } else if (this.pass) {
      this.setData({ offline: true });
    } else {
      this.setData({ fault: faults.wordsOf(error) });
    }
  },

  show() {
    if (this.pass) {
      this.setData({ doors: this.pass.access_points, until: when(this.pass.valid_to) });
    }
  },

  tick() {
    if (Date.now() - this.asked > ASK_EVERY) {
      this.fetch();
    }
    this.draw();
  },

  draw() {
    if (!this.pass) {
      return;
    }
    const at = Date.now() + this.pass.skew;
    if (at >= this.pass.valid_to) {
      this.setData({ picture: "", ended: true });
      return;
    }
    const rest = rolling.restOf(at);
    const changed = { left: Math.ceil(rest / 1000), rest: Math.round((100 * rest) / rolling.STEP) };
    if (rolling.stepAt(at) !== this.step) {
      this.step = rolling.stepAt(at);
      changed.picture = qr.picture(rolling.roll(this.pass, at));
    }
    this.setData(changed);
  },

  onRetry() {
    return this.run(() => this.fetch());
  },
  /** Readers need light. The phone's own brightness comes back when the page goes. */
  onBright() {
    wx.getScreenBrightness({
      success: (was) => {
        this.brightness = was.value;
        wx.setScreenBrightness({ value: FULL, success: () => this.setData({ bright: true }) });
      },
    });
  },
  dim() {
    if (this.data.bright) {
      wx.setScreenBrightness({ value: this.brightness });
      this.setData({ bright: false });
    }
  },
  onDoors() {
    nav.to("doors");
  },
  onHome() {
    nav.home();
  },
});
