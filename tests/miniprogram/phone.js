// A phone for tests: runs the mini-program's own scripts under node with a `wx` that reaches a real server.
// Usage: node phone.js SOURCE SERVER STORAGE < steps (JSON). Prints the data of each step's page and where it led.
const fs = require("fs");
const path = require("path");

const [, , source, server, storageFile] = process.argv;
const steps = JSON.parse(fs.readFileSync(0, "utf8"));
const storage = fs.existsSync(storageFile) ? JSON.parse(fs.readFileSync(storageFile, "utf8")) : {};
const went = [];
let waiting = 0;
let privacy = { asked: 0, handler: null, agreed: Boolean(storage.agreed) };

/** Resolves once no request has been under way for a while. */
function settled() {
  return new Promise((resolve) => {
    const look = (quiet) => {
      if (waiting > 0) { setTimeout(look, 5, 0); } else if (quiet > 5) { resolve(); } else { setImmediate(look, quiet + 1); }
    };
    look(0);
  });
}

function reach(url, method, header, body, success, fail) {
  waiting += 1;
  fetch(url, { method, headers: header, body })
    .then(async (answer) => {
      const text = await answer.text();
      success({ statusCode: answer.status, data: text ? JSON.parse(text) : "" });
    }, () => fail({ errMsg: "request:fail" }))
    .finally(() => { waiting -= 1; });
}

const go = ({ url }) => went.push(url);
global.wx = {
  getStorageSync: (key) => (key in storage ? storage[key] : ""),
  setStorageSync: (key, value) => { storage[key] = value; },
  removeStorageSync: (key) => { delete storage[key]; },
  login: ({ success }) => success({ code: "mini-code" }),
  request: ({ url, method, data, header, success, fail }) => reach(
    url, method, { ...header, "Content-Type": "application/json" }, data === undefined ? undefined : JSON.stringify(data), success, fail),
  uploadFile: ({ url, filePath, name, header, success, fail }) => {
    const form = new FormData();
    form.append(name, new Blob([fs.readFileSync(filePath)]), "selfie.jpg");
    reach(url, "POST", header, form, (answer) => success({ ...answer, data: JSON.stringify(answer.data) }), fail);
  },
  chooseMedia: ({ success }) => success({ tempFiles: [{ tempFilePath: process.env.KAIMEN_TEST_SELFIE }] }),
  getPrivacySetting: ({ success }) => success({ needAuthorization: !privacy.agreed }),
  onNeedPrivacyAuthorization: (handler) => { privacy.handler = handler; },
  requirePrivacyAuthorize: ({ success, fail }) => privacy.handler((answer) => {
    privacy.agreed = storage.agreed = answer.event === "agree";
    return privacy.agreed ? success() : fail();
  }),
  navigateTo: go, redirectTo: go, reLaunch: go, pageScrollTo: () => {},
  setVisualEffectOnCapture: () => {}, setKeepScreenOn: () => {}, setClipboardData: ({ success }) => success(),
};
global.App = (app) => app.onLaunch();

function load(name) {
  let page = null;
  global.Page = (definition) => { page = definition; };
  const file = path.join(source, "pages", name, `${name}.js`);
  delete require.cache[require.resolve(file)];
  require(file);
  page.data = JSON.parse(JSON.stringify(page.data));
  page.setData = (changes) => Object.assign(page.data, changes);
  return page;
}

async function run() {
  require(path.join(source, "config.js")).baseUrl = server;
  require(path.join(source, "app.js"));
  const guide = require(path.join(source, "lib", "privacy.js"));
  const { roll } = require(path.join(source, "lib", "rolling.js"));
  guide.use({ open: () => { privacy.asked += 1; guide.answer(true, "privacy-agree"); } });
  const shown = [];
  for (const { name, options, calls } of steps) {
    const page = load(name);
    if (page.onLoad) { page.onLoad(options || {}); }
    await page.onShow();
    await settled();
    for (const [handler, event] of calls || []) {
      await page[handler](event);
      await settled();
    }
    if (page.onUnload) { page.onUnload(); }
    const text = page.pass ? roll(page.pass, Date.now() + page.pass.skew) : "";
    shown.push({ ...page.data, text });
  }
  fs.writeFileSync(storageFile, JSON.stringify(storage));
  process.stdout.write(JSON.stringify({ shown, went, asked: privacy.asked }));
}

run();
