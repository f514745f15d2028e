// What went wrong, in words for the person. The service's own words are shown as they are; only what happens
// before the service can answer has words here.
const NO_NETWORK = {
  code: "phone.network",
  zh: "没有连上网络，没有完成。急着进门请用通行码、门禁卡或找保安。",
  en: "No connection; nothing was done. To enter now use your pass, your card or ask the guard.",
};
const TIMEOUT = {
  code: "phone.timeout",
  zh: "网络太慢，没有等到回答。请再试一次。",
  en: "The network is slow and no answer came. Please try again.",
};
const UNREADABLE = {
  code: "phone.unreadable",
  zh: "系统暂时不能回答，请稍后再试。急着进门请用门禁卡或找保安。",
  en: "The service cannot answer just now. Try again later; to enter now use your card or ask the guard.",
};
const NOT_AGREED = {
  code: "phone.privacy",
  zh: "您没有同意隐私指引，所以什么都没有收集。您可以继续浏览，或到物业办门禁卡。",
  en: "You did not agree to the privacy guide, so nothing was collected. Go on browsing, or ask the office for a card.",
};
const NO_SIGN_IN = {
  code: "phone.login",
  zh: "微信登录没有成功，请再试一次。",
  en: "Signing in with WeChat did not succeed. Please try again.",
};
const SIGN_IN_NEEDED = { code: "session.none", zh: "请先在首页登录。", en: "Please sign in on the first page." };
const FAILED = {
  code: "phone.failed",
  zh: "出了点问题，没有完成。请再试一次。",
  en: "Something failed and nothing was done. Please try again.",
};

class Fault extends Error {
  constructor(words, status = 0) {
    super(words.code);
    this.code = words.code;
    this.words = { code: words.code, zh: words.zh, en: words.en };
    this.status = status;
  }
}

/** The fault of an answer that is not a success. */
function ofAnswer(status, body) {
  const told = body && typeof body.code === "string" && typeof body.zh === "string" && typeof body.en === "string";
  return new Fault(told ? body : UNREADABLE, status);
}

/** The fault of a request that got no answer; WeChat says why only in a text. */
function ofSilence(error) {
  return new Fault(/time.?out/i.test((error && error.errMsg) || "") ? TIMEOUT : NO_NETWORK);
}

/** Words for whatever was thrown. */
function wordsOf(error) {
  return error instanceof Fault ? error.words : FAILED;
}

module.exports = { Fault, ofAnswer, ofSilence, wordsOf, UNREADABLE, NOT_AGREED, NO_SIGN_IN, SIGN_IN_NEEDED };
