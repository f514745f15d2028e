// Nothing personal before the person agreed: to WeChat's privacy guide, and by pressing a button.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { phone } = require("./phone.cjs");

const ESTATE = { id: "e".repeat(16), name_zh: "桂园", name_en: "Osmanthus", processor: "业委会", contact: "3-101" };

function service(method, path) {
  const answers = {
    "/estates": { estates: [ESTATE] },
    "/session": { token: "t" },
    "/me": { name: "" },
    [`/estates/${ESTATE.id}/home`]: { next_step: "read_notice", residencies: [] },
  };
  return { status: 200, body: answers[path] };
}

/** WeChat's part: it asks through the handler and grants what the person answered. */
function guide(one) {
  let handler = null;
  let agreed = false;
  wx.getPrivacySetting = ({ success }) => success({ needAuthorization: !agreed });
  wx.onNeedPrivacyAuthorization = (given) => (handler = given);
  wx.requirePrivacyAuthorize = ({ success, fail }) =>
    handler((answer) => {
      agreed = answer.event === "agree";
      return agreed ? success() : fail();
    });
  one.lib("privacy").watch();
}

test("browsing asks for nothing: no sign-in, no login code, no question", async () => {
  const one = phone(service);
  guide(one);
  wx.login = () => assert.fail("a login code was fetched");
  const home = one.page("home");
  await home.appear();
  assert.equal(home.data.estate.name_zh, "桂园");
  assert.equal(home.data.signedIn, false);
  assert.deepEqual(one.asked.map((request) => [request.path, request.token]), [["/estates", ""]]);
});

test("signing in waits for the sheet; yes goes on", async () => {
  const one = phone(service);
  guide(one);
  const sheet = one.component("privacy-sheet");
  sheet.lifetimes.attached.call(sheet);
  const home = one.page("home");
  await home.appear();
  const signing = home.onSignIn();
  await new Promise(setImmediate);
  assert.equal(sheet.data.open, true);
  assert.ok(!one.asked.some((request) => request.path === "/session"));
  sheet.onAgree();
  await signing;
  assert.equal(sheet.data.open, false);
  assert.equal(home.data.signedIn, true);
});

test("a no collects nothing, says so, and browsing goes on", async () => {
  const one = phone(service);
  guide(one);
  const sheet = one.component("privacy-sheet");
  sheet.lifetimes.attached.call(sheet);
  const home = one.page("home");
  await home.appear();
  const signing = home.onSignIn();
  await new Promise(setImmediate);
  sheet.onRefuse();
  await signing;
  assert.equal(home.data.fault.code, "phone.privacy");
  assert.equal(wx.getStorageSync("token"), "");
  assert.equal(home.data.estate.name_zh, "桂园");
});

test("a page that goes while the sheet is open has answered no", async () => {
  const one = phone(service);
  guide(one);
  const sheet = one.component("privacy-sheet");
  sheet.lifetimes.attached.call(sheet);
  const asked = one.lib("privacy").allow();
  await new Promise(setImmediate);
  sheet.lifetimes.detached.call(sheet);
  assert.equal(await asked, false);
  assert.equal(await one.lib("privacy").allow(), false, "without a sheet there is nobody to ask");
});

test("a WeChat too old for the guide is not locked out", async () => {
  assert.equal(await phone().lib("privacy").allow(), true);
});
