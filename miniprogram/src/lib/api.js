// Asking the service: an operation's name, its parameters, its body; the token and its renewal are seen to here.
const faults = require("./faults");
const http = require("./http");
const routes = require("./routes");
const session = require("./session");

const UNAUTHORISED = 401;

/** Fills the path's parameters; those that have no place in the path become the query. */
function pathOf(pattern, params) {
  const used = new Set();
  const path = pattern.replace(/{(\w+)}/g, (whole, name) => {
    used.add(name);
    return encodeURIComponent(params[name]);
  });
  const query = Object.keys(params)
    .filter((name) => !used.has(name))
    .map((name) => `${name}=${encodeURIComponent(params[name])}`);
  return `/api/v1${path}${query.length ? `?${query.join("&")}` : ""}`;
}

/** Runs a request with the token; where it has lapsed, once more with a new one. */
async function withToken(request) {
  const held = session.token();
  try {
    return await request(held);
  } catch (error) {
    if (error.status !== UNAUTHORISED) {
      throw error;
    }
    if (!held) {
      throw new faults.Fault(faults.SIGN_IN_NEEDED, UNAUTHORISED);
    }
    return request(await session.renew());
  }
}

/**
 * Asks for one operation.
 * @param {string} name as in `routes`
 * @param {object} params of the path, then of the query
 * @param {object} [body]
 */
function ask(name, params = {}, body = undefined) {
  const [method, pattern] = routes[name];
  return withToken((token) => http.send(method, pathOf(pattern, params), body, token));
}

/** Sends a body of several pictures, which takes a slow line longer. */
function sendPictures(name, params, body) {
  const [method, pattern] = routes[name];
  return withToken((token) => http.send(method, pathOf(pattern, params), body, token, http.UPLOAD_TIMEOUT));
}

/** Sends one picture to an operation that takes it. */
function sendPicture(name, params, filePath) {
  return withToken((token) => http.upload(pathOf(routes[name][1], params), filePath, token));
}

module.exports = { ask, sendPicture, sendPictures, pathOf };
