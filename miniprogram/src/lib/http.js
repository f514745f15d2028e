// One request to the service. Nothing else in the mini-program opens a connection.
const config = require("../config");
const faults = require("./faults");

const TIMEOUT = 8000;
const UPLOAD_TIMEOUT = 30000;
const NO_CONTENT = 204;

function header(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Whether an answer is a success, and a readable one. */
function settle(status, body, resolve, reject) {
  if (status < 200 || status >= 300) {
    reject(faults.ofAnswer(status, body));
  } else if (status !== NO_CONTENT && (body === null || typeof body !== "object")) {
    reject(new faults.Fault(faults.UNREADABLE, status));
  } else {
    resolve(status === NO_CONTENT ? null : body);
  }
}

/** Resolves with the answer's body (null where there is none), rejects with a `Fault`. */
function send(method, path, body, token, timeout = TIMEOUT) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: config.baseUrl + path,
      method,
      data: body,
      header: header(token),
      timeout,
      success: (answer) => settle(answer.statusCode, answer.data, resolve, reject),
      fail: (error) => reject(faults.ofSilence(error)),
    });
  });
}

/** Sends one picture from the phone's temporary files. */
function upload(path, filePath, token) {
  return new Promise((resolve, reject) => {
    wx.uploadFile({
      url: config.baseUrl + path,
      filePath,
      name: "picture",
      header: header(token),
      timeout: UPLOAD_TIMEOUT,
      success: (answer) => settle(answer.statusCode, parse(answer.data), resolve, reject),
      fail: (error) => reject(faults.ofSilence(error)),
    });
  });
}

/** WeChat hands the answer to an upload over as text. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

module.exports = { send, upload, UPLOAD_TIMEOUT };
