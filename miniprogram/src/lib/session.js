// Signing in: a login code of WeChat becomes the service's token. It happens only after the person pressed a
// button for it and agreed to the privacy guide; later it is renewed without a question.
const faults = require("./faults");
const http = require("./http");
const privacy = require("./privacy");
const routes = require("./routes");
const store = require("./store");

let renewing = null;

function token() {
  return store.get("token");
}

function signedIn() {
  return Boolean(token());
}

function loginCode() {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new faults.Fault(faults.NO_SIGN_IN));
    wx.login({ success: (answer) => (answer.code ? resolve(answer.code) : refuse()), fail: refuse });
  });
}

async function fetchToken() {
  const [method, path] = routes.sign_in;
  const answer = await http.send(method, `/api/v1${path}`, { code: await loginCode() }, null);
  store.set("token", answer.token);
  return answer.token;
}

/** Signs in because the person asked for it. */
async function begin() {
  if (signedIn()) {
    return;
  }
  if (!(await privacy.allow())) {
    throw new faults.Fault(faults.NOT_AGREED);
  }
  await fetchToken();
}

/** A new token for one that has lapsed; several requests at once share one renewal. */
function renew() {
  if (!renewing) {
    renewing = fetchToken().finally(() => {
      renewing = null;
    });
  }
  return renewing;
}

module.exports = { token, signedIn, begin, renew };
