// The one way to the estate's service: signs in silently when it must, and always fails with words for the person.
const { server } = require('../config');

const TOKEN = 'kaimen-token';
const NO_NETWORK = { code: 'network', zh: '没有网络，请稍后再试。', en: 'No network. Please try again.' };
let signingIn = null;

function once(method, path, data) {
  const token = wx.getStorageSync(TOKEN);
  return new Promise((resolve, reject) => {
    wx.request({
      url: `${server}/api/v1${path}`,
      method,
      data,
      timeout: 10000,
      header: token ? { Authorization: `Bearer ${token}` } : {},
      success: (answer) => (answer.statusCode < 300 ? resolve(answer.data) : reject(answer.data)),
      fail: () => reject(NO_NETWORK),
    });
  });
}

function loginCode() {
  return new Promise((resolve, reject) => {
    wx.login({ success: (found) => resolve(found.code), fail: () => reject(NO_NETWORK) });
  });
}

/** Sign in; several callers at once share one sign-in. */
function signIn() {
  if (signingIn === null) {
    wx.removeStorageSync(TOKEN);
    signingIn = loginCode()
      .then((code) => once('POST', '/session', { code }))
      .then((session) => { wx.setStorageSync(TOKEN, session.token); })
      .finally(() => { signingIn = null; });
  }
  return signingIn;
}

/** Ask the service; a lapsed session is renewed once. */
function ask(method, path, data) {
  return once(method, path, data).catch((problem) => {
    if (!problem || problem.code !== 'session.none') { throw problem || NO_NETWORK; }
    return signIn().then(() => once(method, path, data));
  });
}

function isSignedIn() {
  return Boolean(wx.getStorageSync(TOKEN));
}

/** Forget the account on this phone: after it was closed. */
function forget() {
  wx.clearStorageSync();
}

/** Tell the person what went wrong, in both languages. */
function tell(problem) {
  const words = problem && problem.zh ? problem : NO_NETWORK;
  wx.showModal({ content: `${words.zh}\n${words.en}`, showCancel: false });
}

module.exports = { ask, signIn, isSignedIn, forget, tell };
