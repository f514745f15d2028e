// Whether a pass may be seen in a screenshot or recording. Android keeps to it; iOS does not, which is why passes roll
// or are used up.
module.exports = function captures(visualEffect) {
  if (wx.setVisualEffectOnCapture) {
    wx.setVisualEffectOnCapture({ visualEffect });
  }
};
