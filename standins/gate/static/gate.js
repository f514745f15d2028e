"use strict";
const $ = (id) => document.getElementById(id);
let state = null;
let chosen = location.hash.slice(1);

const point = () => state.access_points.find((p) => String(p.number) === chosen) || state.access_points[0];
const two = (zh, en) => { const s = document.createElement("small"); s.lang = "en"; s.textContent = en; return [zh + " ", s]; };
const hour = (ms) => new Date(ms).toLocaleTimeString("zh-CN", { hour12: false });

function lamp(id, on, zh, en) {
  $(id).className = on ? "on" : "off";
  $(id).querySelector("span").replaceChildren(...two(zh, en));
}

function drawTabs() {
  $("tabs").replaceChildren(...state.access_points.map((p) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-selected", String(p === point()));
    tab.append(...two(p.name_zh, p.name_en));
    tab.onclick = () => { chosen = String(p.number); location.hash = chosen; draw(); };
    return tab;
  }));
}

function drawTerminal(p) {
  const { phase, zh, en } = p.display;
  $("terminal").dataset.phase = phase;
  $("door-name").replaceChildren(...two(p.name_zh, p.name_en));
  $("words-zh").textContent = zh;
  $("words-en").textContent = en;
  $("mode").hidden = p.mode === "normal";
  $("mode").textContent = { unlock: "常开 Unlocked", lockdown: "封锁 Lockdown" }[p.mode] || "";
  const decided = p.last && (phase === "open" ? p.last.granted : p.last.decision === phase && p.last.words.zh === zh);
  $("facts").textContent = decided
    ? `${p.last.offline ? "本地决定 decided at the gate" : "服务器决定 decided by the server"}\n${p.last.ms} ms${p.last.relay_fired ? " · 继电器已动作 relay fired" : ""}`
    : "";
}

function drawDoor(p) {
  $("doorway").dataset.door = p.door;
  $("relay").textContent = p.relay ? "吸合 on" : "释放 off";
  $("relay").className = p.relay ? "hot" : "";
  $("door").textContent = p.door === "open" ? "开 open" : "关 closed";
  $("door").className = p.door === "open" ? "hot" : "";
  $("firings").textContent = p.firings;
  $("buffered").textContent = state.buffered;
  $("fire").setAttribute("aria-pressed", String(p.fire));
  $("hold").setAttribute("aria-pressed", String(p.held));
}

function drawLamps() {
  const { network, clock, lists } = state;
  lamp("lamp-link", network.up, network.up ? "在线" : network.plugged ? "正在连接" : "断网", network.up ? "online" : network.plugged ? "connecting" : "unplugged");
  lamp("lamp-clock", clock.trusted, clock.trusted ? "时间可信" : "时间未知", clock.trusted ? "trusted time" : "no trusted time");
  if (lists) lamp("lamp-lists", lists.fresh_until > (clock.now || 0), `名单 v${lists.version} · ${lists.counts.cards || 0} 张卡`, "lists held, cards");
  else lamp("lamp-lists", false, "没有名单", "no lists yet");
  $("edge-face").replaceChildren(...two(state.edge_face.here ? "这道门可以自己登记和比对人脸。" : "这道门不能自己比对人脸。", state.edge_face.words));
  $("network").replaceChildren(...(network.plugged ? two("拔掉网线", "Unplug network") : two("插上网线", "Plug in")));
  $("network").className = network.plugged ? "" : "cut";
}

function drawHistory(p) {
  $("nothing").hidden = p.history.length > 0;
  $("history").replaceChildren(...p.history.map((entry) => {
    const row = document.createElement("li"), when = document.createElement("time"), what = document.createElement("div");
    row.className = entry.kind;
    when.textContent = hour(entry.at);
    const bold = document.createElement("b"), small = document.createElement("small");
    bold.textContent = entry.zh;
    small.lang = "en";
    const o = entry.outcome;
    small.textContent = entry.en + (o ? ` · ${o.method} · ${o.ms} ms${o.offline ? " · offline" : ""}` : "");
    what.append(bold, small);
    row.append(when, what);
    return row;
  }));
}

function draw() {
  const p = point();
  drawTabs(); drawTerminal(p); drawDoor(p); drawLamps(); drawHistory(p);
  for (const method of ["qr", "card", "face"]) $(`hand-${method}`).classList.toggle("off", !p.methods.includes(method));
}

function say(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

async function send(path, options) {
  try {
    const answer = await fetch(path, { method: "POST", ...options });
    const body = await answer.json();
    if (!answer.ok) say(`没有成功 · Not done: ${body.message}`);
    return body;
  } catch (error) {
    say("模拟门禁没有回应 · the simulated gate does not answer");
    return null;
  }
}

const act = (name, fields = {}) => send(`/sim/${name}`, {
  headers: { "Content-Type": "application/json" }, body: JSON.stringify({ access_point: point().id, ...fields }),
});

function present(method, fields, pictures = []) {
  const form = new FormData();
  form.set("method", method);
  form.set("access_point", point().id);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const picture of pictures) form.append("picture", picture, "picture");
  return send("/sim/present", { body: form });
}

// A door that asks for a movement: `asked` is what it asked for, until a film answers it or its time is over.
let asked = null;

async function ask() {
  const answer = await act("challenge");
  asked = answer && answer.id ? { ...answer, door: point().id, until: Date.now() + answer.seconds * 1000 } : null;
  return asked;
}

function film(pictures) {
  const { id } = asked;
  asked = null;
  $("ask").hidden = true;
  return present("face", { challenge: id }, pictures);
}

async function showFiles(files) {
  if (!files.length) return;
  if (asked && asked.door === point().id && Date.now() < asked.until && files.length > 3) { await film(files.slice(0, 12)); return; }
  if (!(await ask())) { await present("face", {}, files.slice(0, 3)); return; }
  $("ask").replaceChildren(...two(`${asked.zh}。请在 ${asked.seconds} 秒内按顺序选 4–12 张照片。`, `${asked.en}. Within ${asked.seconds} seconds choose 4 to 12 pictures, in order.`));
  $("ask").hidden = false;
}

async function showFace() {
  if (await ask()) await film(await camera.shoot($("video"), 10, 400));
  else await present("face", {}, await camera.shoot($("video"), 3));
}

function drop(id, input, take) {
  const area = $(id);
  for (const name of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(name, (event) => { event.preventDefault(); area.classList.toggle("over", name === "dragover"); });
  }
  area.addEventListener("drop", (event) => take([...event.dataTransfer.files]));
  $(input).addEventListener("change", (event) => { take([...event.target.files]); event.target.value = ""; });
}

drop("drop-qr", "file-qr", (files) => files.length && present("qr", {}, files.slice(0, 1)));
drop("drop-face", "file-face", showFiles);
document.addEventListener("paste", (event) => {
  const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
  if (pictures.length) { event.preventDefault(); present("qr", {}, pictures.slice(0, 1)); }
});
$("form-text").addEventListener("submit", (event) => { event.preventDefault(); present("qr", { text: $("text").value }); });
$("form-card").addEventListener("submit", (event) => { event.preventDefault(); present("card", { card: $("card").value }); });
$("network").onclick = () => act("network", { plugged: !state.network.plugged });
$("exit").onclick = () => act("exit");
$("fire").onclick = () => act("fire", { active: !point().fire });
$("hold").onclick = () => act("hold", { held: !point().held });
$("force").onclick = () => act("force");
$("camera").onclick = async () => {
  try {
    const on = await camera.toggle($("video"));
    for (const id of ["video", "shoot-qr", "shoot-face"]) $(id).hidden = !on;
    $("camera").replaceChildren(...(on ? two("关闭摄像头", "Turn off") : two("打开摄像头", "Turn on")));
    $("camera-note").textContent = "";
  } catch (error) {
    $("camera-note").textContent = "没有可用的摄像头，或没有允许使用 · no camera, or not allowed";
  }
};
$("shoot-qr").onclick = async () => present("qr", {}, await camera.shoot($("video"), 1));
$("shoot-face").onclick = showFace;

const live = new EventSource("/sim/live");
live.onmessage = (event) => { state = JSON.parse(event.data); draw(); };
live.onerror = () => { if (state) { state.network.up = false; drawLamps(); } };
setInterval(() => { $("clock").textContent = state && state.clock.trusted ? hour(state.clock.now + performance.now() - seen) : "--:--:--"; }, 500);
let seen = performance.now();
live.addEventListener("message", () => { seen = performance.now(); });
