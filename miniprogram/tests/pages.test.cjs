// What the pages do with the answers of the service.
const assert = require("node:assert/strict");
const { mock, test } = require("node:test");
const { phone } = require("./phone.cjs");
const vectors = require("./vectors.json");

const E = "e".repeat(16);
const PASS = vectors.passes[0];
const AT = vectors.rolled[0].at;
const OFFLINE = () => { throw new Error("no network"); };
const settled = async () => { for (let i = 0; i < 20; i += 1) { await new Promise(setImmediate); } };

function resident(service) {
  const one = phone(service);
  wx.setStorageSync("token", "t");
  wx.setStorageSync("estate", E);
  return one;
}

function answer(extra = {}) {
  return { status: 200, body: { ...PASS, now: AT, access_points: [{ id: "a", name_zh: "南门", name_en: "South gate" }], ...extra } };
}

function frozen(t, now) {
  mock.timers.enable({ apis: ["Date", "setInterval"], now });
  t.after(() => mock.timers.reset());
}

test("the pass rolls, keeps its clock by the service's, and hides from screenshots", async (t) => {
  frozen(t, AT - 40000);
  const one = resident(() => answer());
  const page = one.page("pass");
  await page.appear();
  await settled();
  mock.timers.tick(500);
  assert.match(page.data.picture, /^data:image\/gif/);
  const first = page.data.picture;
  mock.timers.tick(15000);
  assert.notEqual(page.data.picture, first);
  assert.deepEqual(one.effects, ["hidden"]);
  page.onHide();
  assert.deepEqual(one.effects, ["hidden", "none"]);
});

test("without a connection the kept pass goes on until it ends", async (t) => {
  frozen(t, AT);
  const one = resident(OFFLINE);
  one.lib("kept_pass").keep(E, answer().body, AT);
  const page = one.page("pass");
  await page.appear();
  await settled();
  assert.match(page.data.picture, /^data:image\/gif/);
  assert.equal(page.data.offline, true);
  assert.equal(page.data.fault, null);
  mock.timers.setTime(PASS.valid_to);
  mock.timers.tick(500);
  assert.equal(page.data.picture, "");
  assert.equal(page.data.ended, true);
  page.onUnload();
});

test("a refusal ends the kept pass at once", async (t) => {
  frozen(t, AT);
  const one = resident(() => ({ status: 403, body: { code: "pass.no_right", zh: "没有门", en: "no door" } }));
  one.lib("kept_pass").keep(E, answer().body, AT);
  const page = one.page("pass");
  await page.appear();
  await settled();
  assert.equal(page.data.picture, "");
  assert.equal(page.data.later.zh, "没有门");
  assert.equal(wx.getStorageSync("pass"), "");
  page.onUnload();
});

test("another estate's pass is never shown", (t) => {
  frozen(t, AT);
  const one = resident(OFFLINE);
  one.lib("kept_pass").keep("f".repeat(16), answer().body, AT);
  assert.equal(one.lib("kept_pass").living(E, AT), null);
});

test("home still offers the pass when nothing answers", async (t) => {
  frozen(t, AT);
  const one = resident(OFFLINE);
  one.lib("kept_pass").keep(E, answer().body, AT);
  const page = one.page("home");
  await page.appear();
  assert.equal(page.data.fault.code, "phone.network");
  assert.equal(page.data.kept, true);
});

test("a name typed before the known one arrives stands", async () => {
  const one = resident(() => ({ status: 200, body: { name: "" } }));
  const page = one.page("register");
  const appeared = page.appear();
  page.onName({ detail: { value: "朵拉" } });
  await appeared;
  assert.equal(page.data.name, "朵拉");
});

const HOME = { next_step: "wait", residencies: [{ id: "r", household: "1-301", role: "owner", status: "pending" }], due: [], child_due: false, report_id: null };

function atHome(home, estates = [{ id: E, number: 1 }, { id: "f".repeat(16), number: 2 }]) {
  const bodies = { "/estates": { estates }, "/me": { name: "陈" } };
  return (method, path) => ({ status: 200, body: bodies[path] || (path.endsWith("/home") ? home : { offered: false }) });
}

test("whoever taps is told once; nobody is asked unasked", async () => {
  const one = resident(atHome({ ...HOME, notice_template: "T-notice" }));
  const page = one.page("home");
  await page.appear();
  assert.equal(page.data.state.template, "T-notice");
  assert.deepEqual(one.asked.filter((asked) => asked.subscribe), []);
  for (const [answered, told] of [["accept", "yes"], ["reject", "no"], ["ban", "off"], ["off", "off"]]) {
    one.codes.told = answered;
    await page.onTell();
    assert.equal(page.data.told, told);
  }
  assert.deepEqual(one.asked.filter((asked) => asked.subscribe).length, 4);
  assert.deepEqual(one.asked.find((asked) => asked.subscribe), { subscribe: ["T-notice"] });
});

test("who is told in the chat, or has asked for nothing yet, is offered no message", async () => {
  for (const home of [{ ...HOME, notice_template: "" }, { ...HOME, residencies: [], notice_template: "T-notice" }]) {
    const page = resident(atHome(home)).page("home");
    await page.appear();
    assert.equal(page.data.state.template, "");
  }
});

test("the code at a gate opens its own estate, once", async () => {
  const one = resident(atHome({ ...HOME, notice_template: "" }));
  const page = one.page("home", { scene: "e2" });
  await page.appear();
  assert.equal(page.data.estate.number, 2);
  wx.setStorageSync("estate", E);
  await page.appear();
  assert.equal(page.data.estate.number, 1);
});

test("a code of an estate that is not here changes nothing", async () => {
  for (const scene of ["e9", "%65%31x", "", undefined]) {
    const page = resident(atHome({ ...HOME, notice_template: "" })).page("home", { scene });
    await page.appear();
    assert.equal(page.data.estate.id, E);
  }
});

const CHANNEL = [[{ offered: true, mini_program: true }, true], [{ offered: true, mini_program: false }, false],
  [{ offered: true }, false], [{ offered: false, mini_program: true }, false], [null, false]];
test("the selfie is shown only on the service's word", () => {
  const { selfieHere } = phone().lib("estates");
  for (const [face, shown] of CHANNEL) {
    assert.equal(selfieHere(face), shown, JSON.stringify(face));
  }
});

test("with the channel off the selfie page asks for nothing", async () => {
  const one = resident(() => ({ status: 200, body: { offered: true, agreed: true, enrolled: false, latest: null } }));
  const page = one.page("selfie");
  await page.appear();
  assert.equal(page.data.here, false);
  assert.equal(page.data.asks, false);
});

test("while references are renewed the enrolled are asked until when, and may give a new sample", async () => {
  const until = new Date(2026, 11, 1, 8, 5).getTime();
  for (const [renew, asks, told] of [[until, true, "2026-12-01 08:05"], [null, false, ""]]) {
    const body = { offered: true, mini_program: true, agreed: true, enrolled: true, latest: "done", renew_until: renew };
    const page = resident(() => ({ status: 200, body })).page("selfie");
    await page.appear();
    assert.deepEqual([page.data.asks, page.data.until], [asks, told]);
  }
});

test("with the channel on one picture is taken after a tap, sent, and its result followed", async (t) => {
  const states = [{ latest: null }, { latest: "pending" }, { latest: "rejected", reason: "too_dark", reason_zh: "太暗", reason_en: "dark" }];
  const one = resident((method) => (method === "POST" ? { status: 202, body: {} }
    : { status: 200, body: { offered: true, mini_program: true, agreed: true, enrolled: false, ...(states.length > 1 ? states.shift() : states[0]) } }));
  wx.chooseMedia = ({ success }) => success({ tempFiles: [{ tempFilePath: "tmp://selfie.jpg" }] });
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const page = one.page("selfie");
  await page.appear();
  assert.equal(page.data.asks, true);
  assert.ok(!one.asked.some((request) => request.method === "POST"));
  await page.onTake();
  assert.deepEqual(one.asked.find((request) => request.method === "POST"),
    { method: "POST", path: `/estates/${E}/enrolments`, body: "tmp://selfie.jpg", token: "t" });
  assert.deepEqual([page.data.face.latest, page.data.asks], ["pending", false]);
  mock.timers.tick(1500);
  await settled();
  assert.deepEqual([page.data.face.latest, page.data.face.reason_zh, page.data.asks], ["rejected", "太暗", true]);
  page.onUnload();
});

const ASKS = { offered: true, mini_program: true, agreed: true, enrolled: false, asks: true };

/** A phone whose camera gives photos; `shows` notes what stood on the screen. */
function filming(service, photos = () => ({ tempImagePath: "tmp://frame.jpg" })) {
  const one = resident(service);
  const taken = [];
  wx.createCameraContext = () => ({
    takePhoto: ({ success, fail, ...how }) => { taken.push(how); const photo = photos(); return photo ? success(photo) : fail(); },
  });
  wx.compressImage = ({ src, success }) => success({ tempFilePath: `small-${src}` });
  wx.getFileSystemManager = () => ({ readFile: ({ filePath, success }) => success({ data: Buffer.from(filePath).toString("base64") }) });
  return { one, taken };
}

function quick(t) {
  const wait = globalThis.setTimeout;
  t.mock.method(globalThis, "setTimeout", (work, ms) => wait(work, ms > 1000 ? ms : 0));
}

test("a movement is asked for after a tap, shown in large words, filmed unmirrored and sent once", async (t) => {
  quick(t);
  const states = [{ latest: null }, { latest: "pending" }];
  const { one, taken } = filming((method, path) => {
    if (path.endsWith("/challenges")) { return { status: 201, body: { id: "a".repeat(16), movement: "turn_left", zh: "请慢慢向左转头", en: "turn left" } }; }
    if (path.endsWith("/films")) { return { status: 202, body: {} }; }
    return { status: 200, body: { ...ASKS, ...(states.length > 1 ? states.shift() : states[0]) } };
  });
  const page = one.page("selfie");
  await page.appear();
  assert.deepEqual([page.data.asks, page.data.moves, page.data.filming], [true, true, false]);
  assert.ok(!one.asked.some((request) => request.method === "POST"));
  const shown = [];
  const set = page.setData;
  page.setData = (changes) => { if (changes.prompt) { shown.push(changes.prompt.zh); } return set(changes); };
  await page.onBegin();
  assert.equal(page.data.filming, true);
  await page.onCamera();
  assert.deepEqual(shown, ["请正对镜头", "请慢慢向左转头", "好了，正在提交…"]);
  const { FRAMES } = one.lib("film");
  const sent = one.asked.find((request) => request.path === `/estates/${E}/films`);
  assert.deepEqual(sent.body, { challenge: "a".repeat(16), frames: Array(FRAMES).fill(Buffer.from("small-tmp://frame.jpg").toString("base64")) });
  assert.ok(taken.every((how) => how.selfieMirror === false));
  assert.deepEqual([page.data.filming, page.data.prompt, page.data.face.latest], [false, null, "pending"]);
  page.onUnload();
});

test("a challenge that came too late says so and can be started again", async (t) => {
  quick(t);
  const { one } = filming((method, path) => {
    if (path.endsWith("/challenges")) { return { status: 201, body: { id: "a".repeat(16), movement: "blink", zh: "眨眼", en: "blink" } }; }
    if (path.endsWith("/films")) { return { status: 409, body: { code: "challenge.spent", zh: "时间过了", en: "too late" } }; }
    return { status: 200, body: { ...ASKS, latest: null } };
  });
  const page = one.page("selfie");
  await page.appear();
  await page.onBegin();
  await page.onCamera();
  assert.deepEqual([page.data.fault.code, page.data.filming, page.data.asks], ["challenge.spent", false, true]);
});

test("leaving ends the film, and nothing is sent", async (t) => {
  quick(t);
  const { one } = filming((method, path) => (path.endsWith("/challenges")
    ? { status: 201, body: { id: "a".repeat(16), movement: "blink", zh: "眨眼", en: "blink" } } : { status: 200, body: { ...ASKS, latest: null } }), () => { page.onHide(); return null; });
  const page = one.page("selfie");
  await page.appear();
  await page.onBegin();
  await page.onCamera();
  assert.ok(!one.asked.some((request) => request.path.endsWith("/films")));
});

test("without a camera, and for who cannot move, one picture still goes", async () => {
  const one = resident((method) => (method === "POST" ? { status: 202, body: {} } : { status: 200, body: { ...ASKS, latest: null } }));
  wx.chooseMedia = ({ success }) => success({ tempFiles: [{ tempFilePath: "tmp://selfie.jpg" }] });
  const page = one.page("selfie");
  await page.appear();
  await page.onBegin();
  page.onNoCamera();
  assert.deepEqual([page.data.fault.code, page.data.filming, page.data.asks], ["phone.camera", false, true]);
  await page.onTake();
  assert.equal(one.asked.find((request) => request.method === "POST").path, `/estates/${E}/enrolments`);
});

test("a person who thinks better of the picture sends none", async () => {
  const one = resident(() => ({ status: 200, body: { offered: true, mini_program: true, agreed: true, enrolled: false, latest: null } }));
  wx.chooseMedia = ({ fail }) => fail({ errMsg: "chooseMedia:fail cancel" });
  const page = one.page("selfie");
  await page.appear();
  await page.onTake();
  assert.equal(page.data.fault, null);
  assert.ok(!one.asked.some((request) => request.method === "POST"));
});

test("a no to the first question is taken at once; yes leads on", async () => {
  const answers = (method, path) => ({ status: 200, body: path.endsWith("/notice") ? { hash: "h", version: 1, body_zh: "一\n二", body_en: "one" } : path === "/estates" ? { estates: [{ id: E }] } : { consents: [] } });
  const one = resident(answers);
  const page = one.page("consent", { purpose: "access" });
  await page.appear();
  const choose = (given) => page.onAnswer({ currentTarget: { dataset: { index: page.data.question.choices.findIndex((c) => c.given === given) } } });
  await choose(false);
  assert.equal(page.data.refused, true);
  assert.deepEqual(one.asked.at(-1), { method: "PUT", path: `/estates/${E}/consents/access`, body: { given: false, notice_hash: "h" }, token: "t" });
  await choose(true);
  assert.deepEqual(one.went, ["/pages/register/register"]);
});

test("every question has one yes and one no, and no purpose but the service's", () => {
  phone();
  const questions = require("../src/pages/consent/questions");
  assert.deepEqual(Object.keys(questions), ["access", "face_use", "face_server"]);
  for (const { choices } of Object.values(questions)) {
    assert.deepEqual(choices.map((choice) => choice.given).sort(), [false, true]);
  }
});

test("a dwelling that fits several is asked about, none is said, a tenant gives a last day", async () => {
  let found = [{ id: "h1", label: "1-101" }, { id: "h2", label: "1-102" }];
  const one = resident((method, path) => {
    if (path.includes("/households")) { return { status: 200, body: { households: found } }; }
    if (path.endsWith("/face")) { return { status: 200, body: { offered: true } }; }
    return method === "PUT" ? { status: 204 } : { status: 201, body: { name: "" } };
  });
  const page = one.page("register");
  await page.appear();
  page.onName({ detail: { value: "王五" } });
  page.onHousehold({ detail: { value: "1-" } });
  await page.onSend();
  assert.equal(page.data.found.length, 2);
  found = [];
  await page.onSend();
  assert.equal(page.data.fault.code, "household.unknown");
  page.onPick({ detail: { value: "h2" } });
  page.onRole({ detail: { value: "tenant" } });
  page.onLastDay({ detail: { value: "2027-01-31" } });
  await page.onSend();
  const sent = one.asked.find((request) => request.path === "/residencies");
  assert.deepEqual(sent.body, { household_id: "h2", role: "tenant", last_day: "2027-01-31", under_fourteen: false });
  assert.deepEqual(one.went, ["/pages/home/home"]);
});

test("a second tap while one runs does nothing", async () => {
  const one = resident(() => ({ status: 202, body: { id: "x".repeat(16) } }));
  const page = one.page("withdraw");
  await Promise.all([page.onWithdraw(), page.onWithdraw()]);
  assert.equal(one.asked.length, 1);
  assert.deepEqual(one.went, [`/pages/erasure/erasure?id=${"x".repeat(16)}`]);
});

test("opening says opened only once the gate has", async () => {
  const states = ["pending", "opened"];
  const one = resident((method, path) => (method === "POST"
    ? { status: 202, body: { granted: true, command_id: "c" } }
    : path.startsWith("/commands") ? { status: 200, body: { state: states.shift() } } : { status: 200, body: { doors: [] } }));
  const page = one.page("doors");
  const looks = [];
  const set = page.setData;
  page.setData = (changes) => { if (changes.state) { looks.push(changes.state.zh); } return set(changes); };
  await page.onOpen({ currentTarget: { dataset: { id: "a" } } });
  assert.deepEqual(looks, ["正在开门，请稍等…", "正在开门，请稍等…", "门已开，请进"]);
});

test("a denied opening says why", async () => {
  const one = resident(() => ({ status: 202, body: { granted: false, command_id: null, reason_zh: "不在时间内", reason_en: "outside hours" } }));
  const page = one.page("doors");
  await page.onOpen({ currentTarget: { dataset: { id: "a" } } });
  assert.deepEqual(page.data.state, { look: "fault", zh: "不在时间内", en: "outside hours" });
});

test("an invitation is shared as the visitor's own pass, a dead one is not", async () => {
  let state = "open";
  const visitor = { id: "v", name: "", state, valid_from: 0, valid_to: 1, access_points: [], entries: 1, taken: 0, url: "/v/SECRET" };
  const one = resident(() => ({ status: 200, body: { visitors: [{ ...visitor, state }] } }));
  const page = one.page("invitation", { id: "v" });
  await page.appear();
  assert.equal(page.onShareAppMessage().path, "/pages/visit/visit?secret=SECRET");
  state = "revoked";
  await page.appear();
  assert.equal(page.onShareAppMessage().path, "/pages/home/home");
});

test("signing out and closing leave nothing of the person on the phone", async () => {
  const one = resident(() => ({ status: 202, body: { erasures: [] } }));
  one.lib("kept_pass").keep(E, answer().body, AT);
  await one.page("leave").onClose();
  assert.deepEqual([...one.kept.keys()], ["estate"]);
});

const NOTICE = { hash: "n2", version: 2, body_zh: "新的一版", body_en: "the new version" };

test("a question that is due again is shown with the notice, which is recorded, and leads to the next one", async () => {
  const due = [{ purpose: "access", why: "changed", ends_at: 1 }, { purpose: "face_use", why: "changed", ends_at: 1 }];
  const one = resident((method, path) => {
    if (method === "PUT") {
      due.shift();
    }
    return { status: 200, body: path.endsWith("/notice") ? NOTICE : { due } };
  });
  const page = one.page("anew");
  await page.appear();
  assert.deepEqual([page.data.purpose, page.data.left, page.data.notice.zh], ["access", 1, ["新的一版"]]);
  assert.ok(one.asked.some((request) => request.path === "/notices/shown" && request.body.hash === "n2"));
  await page.onAnswer({ currentTarget: { dataset: { given: "no" } } });
  const put = one.asked.find((request) => request.method === "PUT");
  assert.deepEqual([put.path, put.body], [`/estates/${E}/anew/access`, { given: false, notice_hash: "n2" }]);
  assert.equal(page.data.purpose, "face_use");
  await page.onAnswer({ currentTarget: { dataset: { given: "yes" } } });
  assert.equal(page.data.purpose, "");
});

test("a guardian answers the two face questions one after the other", async () => {
  const child = { id: "c", name: "小明", answers: [], due: [] };
  const one = resident((method, path) => ({ status: 200, body: path.endsWith("/notice") ? NOTICE : { children: [child] } }));
  const page = one.page("anew", { child: "c", purpose: "face_use" });
  await page.appear();
  assert.deepEqual([page.data.child, page.data.purpose], ["小明", "face_use"]);
  await page.onAnswer({ currentTarget: { dataset: { given: "yes" } } });
  assert.equal(one.asked.at(-1).path, `/estates/${E}/children/c/consents/face_use`);
  assert.equal(one.went.at(-1), "/pages/anew/anew?child=c&purpose=face_server");
  const other = one.page("anew", { child: "c", purpose: "everything" });
  await other.appear();
  assert.equal(other.data.purpose, "");
});

test("a child is registered with the notice that was shown, and taken out by a second tap alone", async () => {
  const child = { id: "c", name: "小明", born: "2017-05", household: "1-301", status: "approved", answers: [], due: [], grown: false, has_phone: false };
  const home = { residencies: [{ household_id: "h1", household: "1-301", status: "approved" }, { household_id: "h2", household: "2-1", status: "pending" }] };
  const one = resident((method, path) => ({ status: 200, body: path.endsWith("/notice") ? NOTICE : { children: [child], ...home, offered: true } }));
  const page = one.page("family");
  await page.appear();
  assert.deepEqual(page.data.homes, [{ id: "h1", label: "1-301" }]);
  await page.onAdd();
  page.onName({ detail: { value: "小红" } });
  page.onBorn({ detail: { value: "2018-01" } });
  await page.onSend();
  const sent = one.asked.find((request) => request.method === "POST" && request.path.endsWith("/children"));
  assert.deepEqual(sent.body, { name: "小红", born: "2018-01", household_id: "h1", notice_hash: "n2" });
  const tap = { currentTarget: { dataset: { id: "c" } } };
  await page.onRemove(tap);
  assert.ok(!one.asked.some((request) => request.method === "DELETE"));
  await page.onRemove(tap);
  assert.ok(one.asked.some((request) => request.method === "DELETE" && request.path === `/estates/${E}/children/c`));
});

test("a report is read, then acknowledged", async () => {
  const report = { id: "r", title_zh: "报告", title_en: "Report", body_zh: "正文", body_en: "Body", published_at: 1, acknowledged: false };
  const one = resident((method) => {
    report.acknowledged = report.acknowledged || method === "PUT";
    return { status: 200, body: { reports: [report] } };
  });
  const page = one.page("reports");
  await page.appear();
  await page.onRead({ currentTarget: { dataset: { id: "r" } } });
  assert.ok(one.asked.some((request) => request.path === "/reports/r/acknowledgement"));
  assert.equal(page.data.reports[0].read, true);
});

test("a request about an entry names it, and only one of the person's own", async () => {
  const entry = { id: "a".repeat(16), place_zh: "南门", place_en: "South gate", at: 1 };
  const one = resident(() => ({ status: 200, body: { requests: [], entries: [entry] } }));
  for (const [about, sent] of [[entry.id, entry.id], ["b".repeat(16), ""]]) {
    const page = one.page("requests", { about });
    await page.appear();
    page.onKind({ detail: { value: "objection" } });
    page.onWords({ detail: { value: "那不是我" } });
    await page.onSend();
    const request = one.asked.filter((asked) => asked.method === "POST").at(-1);
    assert.deepEqual(request.body, { kind: "objection", words: "那不是我", about: sent });
  }
});

const GATE = { offered: true, used: true, leaves: false, estate_has: true, kept: [],
  doors: [{ door: { id: "a", number: 1, name_zh: "南门", name_en: "South gate", methods: ["face"] }, no_picture_leaves: true }] };

test("the code for a gate is made after a tap, hidden from screenshots, and gone with the page", async () => {
  const one = resident((method) => (method === "POST" ? { status: 201, body: { text: "KF1:ABC", until: AT } } : { status: 200, body: GATE }));
  const page = one.page("gateface");
  await page.appear();
  assert.deepEqual([page.data.doors.zh, page.data.sealed.length, page.data.picture], ["南门", 1, ""]);
  assert.ok(!one.asked.some((request) => request.method === "POST"));
  await page.onTicket();
  assert.match(page.data.picture, /^data:image\/gif/);
  assert.equal(one.effects.at(-1), "hidden");
  page.onHide();
  assert.deepEqual([page.data.picture, one.effects.at(-1)], ["", "none"]);
});

test("where no gate can, no code is offered; without the consent the question comes first", async () => {
  const none = resident(() => ({ status: 200, body: { ...GATE, estate_has: false, doors: [] } })).page("gateface");
  await none.appear();
  assert.deepEqual([none.data.ready, none.data.doors], [true, null]);
  const one = resident(() => ({ status: 200, body: { ...GATE, used: false } }));
  const page = one.page("gateface");
  await page.appear();
  assert.equal(page.data.ready, false);
});
