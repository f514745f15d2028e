// Asking the service: the token, its renewal, and every way that an answer can fail to come.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { phone } = require("./phone.cjs");

const SIGNED_IN = { status: 201, body: { token: "fresh", expires_at: 1, person_id: "0".repeat(16) } };

function withToken(service) {
  const one = phone(service);
  wx.setStorageSync("token", "old");
  return one;
}

test("fills paths, makes a query of the rest, escapes both", () => {
  const { pathOf } = phone().lib("api");
  assert.equal(pathOf("/estates/{estate_id}/households", { estate_id: "a/b", label: "1-3 号&x" }),
    "/api/v1/estates/a%2Fb/households?label=1-3%20%E5%8F%B7%26x");
});

test("sends the token and hands over the body", async () => {
  const one = withToken(() => ({ status: 200, body: { name: "陈秀英" } }));
  assert.deepEqual(await one.lib("api").ask("get_me"), { name: "陈秀英" });
  assert.deepEqual(one.asked, [{ method: "GET", path: "/me", body: undefined, token: "old" }]);
});

test("no content is no body", async () => {
  const one = withToken(() => ({ status: 204 }));
  assert.equal(await one.lib("api").ask("set_name", {}, { name: "x" }), null);
});

test("the service's own words reach the person", async () => {
  const one = withToken(() => ({ status: 403, body: { code: "pass.no_right", zh: "还没有门", en: "no door", field: null } }));
  await assert.rejects(one.lib("api").ask("get_pass", { estate_id: "e" }), (fault) => {
    assert.equal(fault.status, 403);
    assert.deepEqual(one.lib("faults").wordsOf(fault), { code: "pass.no_right", zh: "还没有门", en: "no door" });
    return true;
  });
});

const SILENCES = [
  ["a dead connection", () => { throw new Error("connection refused"); }, "phone.network"],
  ["a time-out", () => { throw new Error("timeout"); }, "phone.timeout"],
  ["a page instead of an answer", () => ({ status: 502, body: "<html>Bad gateway</html>" }), "phone.unreadable"],
  ["success that is not JSON", () => ({ status: 200, body: "<html>log in to the café's Wi-Fi</html>" }), "phone.unreadable"],
  ["words of the wrong kind", () => ({ status: 500, body: { code: 5, zh: null } }), "phone.unreadable"],
];
for (const [what, service, code] of SILENCES) {
  test(`${what} is said in words`, async () => {
    const one = withToken(service);
    await assert.rejects(one.lib("api").ask("get_me"), (fault) => {
      const words = one.lib("faults").wordsOf(fault);
      assert.equal(words.code, code);
      assert.ok(words.zh.length > 5 && words.en.length > 5);
      return true;
    });
  });
}

test("a fault of our own never shows its text", () => {
  const words = phone().lib("faults").wordsOf(new TypeError("undefined is not a function"));
  assert.equal(words.code, "phone.failed");
  assert.ok(!JSON.stringify(words).includes("undefined"));
});

test("a lapsed token is renewed once for all that wait, and the requests go again", async () => {
  const one = withToken((method, path, body, token) => {
    if (path === "/session") {
      return SIGNED_IN;
    }
    return token === "fresh" ? { status: 200, body: { ok: path } } : { status: 401, body: null };
  });
  const { ask } = one.lib("api");
  const both = await Promise.all([ask("get_me"), ask("list_entries")]);
  assert.deepEqual(both, [{ ok: "/me" }, { ok: "/entries" }]);
  assert.equal(one.asked.filter((request) => request.path === "/session").length, 1);
  assert.equal(wx.getStorageSync("token"), "fresh");
});

test("a token that is refused even when new does not go round in circles", async () => {
  const one = withToken((method, path) => (path === "/session" ? SIGNED_IN : { status: 401, body: null }));
  await assert.rejects(one.lib("api").ask("get_me"));
  assert.equal(one.asked.length, 3);
});

test("without a token nobody is signed in behind their back", async () => {
  const one = phone(() => ({ status: 401, body: { code: "session.none", zh: "请先登录。", en: "Please sign in." } }));
  await assert.rejects(one.lib("api").ask("get_me"), { code: "session.none" });
  assert.deepEqual(one.asked.map((request) => request.path), ["/me"]);
});

test("a phone whose storage fails still works", async () => {
  const one = phone(() => ({ status: 200, body: {} }));
  wx.getStorageSync = wx.setStorageSync = () => { throw new Error("locked"); };
  const warn = console.warn;
  console.warn = () => undefined;
  const store = one.lib("store");
  store.set("large", true);
  assert.equal(store.get("large"), null);
  console.warn = warn;
});
