// The door pass. It is kept on the phone for its day, so it rolls without a network.
const { ask, tell } = require('../../lib/server');
const { current } = require('../../lib/estate');
const { when } = require('../../lib/words');
const { roll, stepAt, STEP } = require('../../lib/door-pass');
const { draw } = require('../../lib/qr-canvas');

const PASS = 'kaimen-pass';
const TICK = 500;

function bytes(base64) {
  return Array.from(new Uint8Array(wx.base64ToArrayBuffer(base64)));
}

Page({
  data: { left: 0, doors: [], until: '', offline: false, stale: false },

  onLoad() {
    wx.setVisualEffectOnCapture({ visualEffect: 'hidden' });
  },

  onShow() {
    this.shown = -1;
    this.take(wx.getStorageSync(PASS));
    this.refresh();
    this.timer = setInterval(() => this.tick(), TICK);
  },

  onHide() { clearInterval(this.timer); },
  onUnload() { clearInterval(this.timer); },

  refresh() {
    current().then((estate) => ask('GET', `/estates/${estate.id}/pass`)).then((found) => {
      const kept = { ...found, skew: found.now - Date.now() };
      wx.setStorageSync(PASS, kept);
      this.take(kept);
      this.setData({ offline: false });
    }).catch((problem) => {
      if (problem.code === 'network') { this.setData({ offline: true }); return; }
      wx.removeStorageSync(PASS);
      this.held = null;
      tell(problem);
    });
  },

  take(kept) {
    if (!kept) { return; }
    this.held = { signed: bytes(kept.signed), key: bytes(kept.proof_key), until: kept.valid_to, skew: kept.skew };
    this.shown = -1;
    this.setData({ doors: kept.access_points, until: when(kept.valid_to) });
  },

  tick() {
    if (!this.held) { return; }
    const at = Date.now() + this.held.skew;
    this.setData({ left: Math.ceil((STEP - (at % STEP)) / 1000), stale: at >= this.held.until });
    if (stepAt(at) === this.shown || at >= this.held.until) { return; }
    this.shown = stepAt(at);
    draw(this, '#code', roll(this.held.signed, this.held.key, at));
  },
});
