// WeChat's privacy guide. Browsing asks nothing; before anything personal is touched WeChat is asked whether the
// person has agreed, and where not, the sheet of the page in view is shown. A no is an answer, not an error.
let sheet = null;
let waiting = null;

/** Tells WeChat who asks the person: once, when the mini-program starts. */
function watch() {
  if (!wx.onNeedPrivacyAuthorization) {
    return;
  }
  wx.onNeedPrivacyAuthorization((resolve) => {
    if (!sheet) {
      resolve({ event: "disagree" });
      return;
    }
    waiting = resolve;
    sheet.open();
  });
}

/** The sheet of the page in view; null when that page goes. */
function use(shown) {
  sheet = shown;
}

function leave(gone) {
  if (sheet === gone) {
    sheet = null;
  }
}

/** Passes on what the person answered on the sheet. */
function answer(agreed, buttonId) {
  const resolve = waiting;
  waiting = null;
  if (resolve) {
    resolve(agreed ? { event: "agree", buttonId } : { event: "disagree" });
  }
}

/** Whether the person still has to be asked; false on a WeChat too old to know the guide. */
function needed() {
  return new Promise((resolve) => {
    if (!wx.getPrivacySetting) {
      resolve(false);
      return;
    }
    wx.getPrivacySetting({
      success: (setting) => resolve(Boolean(setting.needAuthorization)),
      fail: () => resolve(true),
    });
  });
}

/** Asks where needed; resolves with whether the person has agreed. */
async function allow() {
  if (!(await needed()) || !wx.requirePrivacyAuthorize) {
    return true;
  }
  return new Promise((resolve) => {
    wx.requirePrivacyAuthorize({ success: () => resolve(true), fail: () => resolve(false) });
  });
}

module.exports = { watch, use, leave, answer, allow };
