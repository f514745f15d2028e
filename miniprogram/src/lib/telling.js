// Being told once by WeChat: one tap is one message (WeChat calls it a subscription). Asked only on the person's own tap.

/**
 * Shows WeChat's question. Call it straight from a tap: WeChat refuses it anywhere else.
 *
 * @param {string} template from the service
 * @returns {Promise<"yes" | "no" | "off">} off where notices are switched off for this mini-program
 */
function once(template) {
  return new Promise((resolve) => {
    wx.requestSubscribeMessage({
      tmplIds: [template],
      success: (answer) => resolve(answer[template] === "accept" ? "yes" : answer[template] === "reject" ? "no" : "off"),
      fail: () => resolve("off"),
    });
  });
}

module.exports = { once };
