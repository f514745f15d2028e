// The chat simulator's page: chooses a person, acts as them through /sim/…, and follows their messages.

import { bubble, element, face, inApp, timeLine } from "./bubbles.js";

const STATE_EVERY_MS = 2000;
const WAIT_S = 20;
const TIME_GAP_S = 300;
const MOST_TRACES = 30;

const byId = (id) => document.getElementById(id);
const seen = JSON.parse(sessionStorage.getItem("seen") || "{}");
let state = { people: [], menu: [] };
let current = null;
let following = new AbortController();
let menuShown = false;
let drawn = "";

class Refused extends Error {}

async function ask(path, options = {}) {
  const answer = await fetch(path, options);
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(data.error || `HTTP ${answer.status}`);
  return data;
}

const post = (path, data) =>
  ask(path, data instanceof FormData
    ? { method: "POST", body: data }
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data || {}) });

function say(words) {
  const toast = byId("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 5000);
}

// -- acting --------------------------------------------------------------------------------------------

const mine = (act) => `/sim/people/${encodeURIComponent(current.id)}/${act}`;

async function act(words, path, data) {
  const item = element("li", "under-way", `${current.name} · ${words}`);
  item.append(element("small", "", "投递中… delivering…"));
  byId("no-trace").hidden = true;
  byId("trace").prepend(item);
  while (byId("trace").children.length > MOST_TRACES) byId("trace").lastChild.remove();
  try {
    const answer = await post(path, data);
    trace(item, "delivery" in answer ? answer.delivery : answer);
    return answer;
  } catch (problem) {
    item.className = "bad";
    item.lastChild.textContent = problem.message;
    say(`没有成功 · Not done: ${problem.message}`);
    return null;
  } finally {
    refresh();
  }
}

function trace(item, delivery) {
  const tries = delivery?.tries || [];
  item.className = delivery?.error ? "bad" : "";
  const replied = delivery?.replied ? "有被动回复 · replied" : "无被动回复 · no reply";
  item.lastChild.textContent = tries.length ? `${tries.join(" → ")} · ${delivery.error || replied}` : delivery?.error || "✓";
}

async function scanned(data) {
  const result = await act("扫一扫 scan", mine("scan"), data);
  if (result?.kind === "link") window.open(inApp(current, result.value), "_blank", "noopener");
  if (result?.kind === "text") say(`二维码内容 · QR text: ${result.value}`);
}

function file(input) {
  const form = new FormData();
  form.append("picture", input.files[0]);
  input.value = "";
  return form;
}

// -- showing -------------------------------------------------------------------------------------------

function choose(person) {
  current = person;
  location.hash = person.id;
  byId("log").replaceChildren();
  byId("log").dataset.last = "";
  drawn = "";
  draw();
  following.abort();
  following = new AbortController();
  follow(person, following.signal);
}

async function follow(person, signal) {
  let since = 0;
  while (!signal.aborted) {
    try {
      const wait = since ? WAIT_S : 0.5;
      const fresh = await ask(`/sim/people/${encodeURIComponent(person.id)}/messages?since=${since}&wait_s=${wait}`, { signal });
      for (const message of fresh) show(message, person);
      since = fresh.at(-1)?.n ?? since;
      seen[person.id] = since;
      sessionStorage.setItem("seen", JSON.stringify(seen));
    } catch (problem) {
      if (signal.aborted) return;
      say("模拟器没有回应 · The stand-in does not answer");
      await new Promise((done) => { setTimeout(done, STATE_EVERY_MS); });
    }
  }
}

function show(message, person) {
  const log = byId("log");
  if (message.at - Number(log.dataset.last || 0) > TIME_GAP_S) log.append(timeLine(message.at));
  log.dataset.last = message.at;
  log.append(bubble(message, person));
  log.scrollTop = log.scrollHeight;
}

function drawPeople() {
  byId("people").replaceChildren(...state.people.map((person) => {
    const button = element("button");
    const name = element("span", "name", person.name);
    name.append(element("small", "", person.follows ? "已关注 following" : "未关注 not following"));
    button.append(face(person.name), name);
    const unread = person.messages - (seen[person.id] || 0);
    if (unread > 0 && person.id !== current?.id) button.append(element("span", "unread", String(unread)));
    button.setAttribute("aria-current", String(person.id === current?.id));
    button.addEventListener("click", () => choose(person));
    const item = element("li");
    item.append(button);
    return item;
  }));
}

// What a code hangs at, by its scene: e1 at the estate's gate, e1b… at its buildings in the order they were made (`codes` has the newest first).
function whereIs(code, codes) {
  const found = /^(e\d+)(b.+)?$/.exec(code.scene);
  if (!found) return code.scene;
  if (!found[2]) return "小区大门 Estate gate";
  const buildings = codes.filter((one) => one.scene.startsWith(`${found[1]}b`));
  const number = buildings.length - buildings.indexOf(code);
  return `楼栋 ${number} Building ${number}`;
}

function drawCodes(codes) {
  byId("no-codes").hidden = codes.length > 0;
  byId("codes").replaceChildren(...codes.map((code) => {
    const button = element("button");
    const image = element("img");
    image.alt = "";
    image.src = `/cgi-bin/showqrcode?ticket=${encodeURIComponent(code.ticket)}`;
    const where = whereIs(code, codes);
    const words = element("span", "", where);
    if (where !== code.scene) words.append(element("small", "", code.scene));
    words.append(element("small", "", code.expires_at ? "临时 temporary" : "永久 permanent"));
    button.append(image, words);
    button.addEventListener("click", () => scanned({ scene: code.scene }));
    const item = element("li");
    item.append(button);
    return item;
  }));
}

function menuButton(button) {
  const made = element("button", "", button.name);
  made.type = "button";
  made.addEventListener("click", () => {
    byId("menu").querySelectorAll(".subs").forEach((subs) => { subs.hidden = true; });
    if (button.type === "click") act(`菜单 menu ${button.name}`, mine("menu"), { key: button.key });
    if (button.type === "view") {
      window.open(inApp(current, button.url), "_blank", "noopener");
      act(`菜单 menu ${button.name}`, mine("menu"), { url: button.url });
    }
    if (button.type === "miniprogram") say(`小程序 · Mini-program: ${button.pagepath}`);
  });
  return made;
}

function menuColumn(button) {
  const column = element("div");
  if (!button.sub_button?.length) {
    column.append(menuButton(button));
    return column;
  }
  const subs = element("div", "subs");
  subs.hidden = true;
  subs.append(...button.sub_button.map(menuButton));
  const opener = element("button", "", `≡ ${button.name}`);
  opener.type = "button";
  opener.addEventListener("click", () => { subs.hidden = !subs.hidden; });
  column.append(subs, opener);
  return column;
}

function draw() {
  drawPeople();
  const picture = JSON.stringify([current?.id, current?.follows, state.menu, menuShown]);
  if (picture === drawn || !current) return;
  drawn = picture;
  byId("who").textContent = `以 ${current.name} 的身份 · as ${current.name}`;
  byId("unfollow").hidden = !current.follows;
  byId("stranger").hidden = current.follows;
  byId("compose").hidden = !current.follows;
  byId("toggle-menu").hidden = !state.menu.length;
  byId("toggle-menu").setAttribute("aria-pressed", String(menuShown));
  byId("menu").hidden = !(current.follows && state.menu.length && menuShown);
  byId("menu").replaceChildren(...state.menu.map(menuColumn));
}

async function refresh() {
  const [fresh, codes] = await Promise.all([ask("/sim/state"), ask("/sim/qrcodes")]);
  if (!state.menu.length && fresh.menu.length) menuShown = true;
  state = fresh;
  byId("setup").textContent = `回调 callback: ${fresh.callback_url || "未设置 not set"} · ${fresh.mode}`;
  const key = JSON.stringify(codes);
  if (key !== refresh.codes) drawCodes(codes.reverse());
  refresh.codes = key;
  const wanted = current?.id || decodeURIComponent(location.hash.slice(1));
  const person = state.people.find((one) => one.id === wanted) || state.people[0];
  if (!current) choose(person);
  current = person;
  draw();
}

// -- wiring --------------------------------------------------------------------------------------------

// A picture grows when it has come: keep the newest message in sight.
byId("log").addEventListener("load", () => { byId("log").scrollTop = byId("log").scrollHeight; }, true);
byId("follow").addEventListener("click", () => act("关注 follow", mine("follow")));
byId("unfollow").addEventListener("click", () => act("取消关注 unfollow", mine("unfollow")));
byId("toggle-menu").addEventListener("click", () => { menuShown = !menuShown; draw(); });
byId("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  byId("text").value = "";
  if (text) act(text, mine("text"), { text });
});
byId("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("compose").requestSubmit();
});
byId("picture").addEventListener("change", (event) => act("图片 picture", mine("image"), file(event.target)));
byId("scan-picture").addEventListener("change", (event) => scanned(file(event.target)));
byId("scan-text").addEventListener("submit", (event) => {
  event.preventDefault();
  const value = byId("scan-value").value.trim();
  byId("scan-value").value = "";
  scanned(/^\w+:\/\//.test(value) ? { text: value } : { scene: value });
});
byId("add-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = byId("new-name").value;
  try {
    const person = await post("/sim/people", { name });
    byId("new-name").value = "";
    await refresh();
    choose(state.people.find((one) => one.id === person.id));
  } catch (problem) {
    say(`没有成功 · Not done: ${problem.message}`);
  }
});

async function watch() {
  await refresh().catch(() => say("模拟器没有回应 · The stand-in does not answer"));
  setTimeout(watch, STATE_EVERY_MS);
}
watch();
