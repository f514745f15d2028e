// Runs one page of the mini-program by glass-easel and passes the browser's clicks and typing on as WeChat's events.
import * as easel from "glass-easel";
import { MiniProgramEnv } from "glass-easel-miniprogram-adapter";
import { wx } from "./wx.js";

const EVENTS = { radio: "radio-group", checkbox: "checkbox-group" };

function componentOf(target) {
  let node = target;
  while (node && !node.__wxElement) {
    node = node.parentNode;
  }
  return node ? node.__wxElement : null;
}

function trigger(node, name, detail) {
  const element = componentOf(node);
  if (element) {
    easel.triggerEvent(element, name, detail, { bubbles: true, composed: true });
  }
}

/** A tap on a label ticks what is in it; its group hears of the value. */
function pick(label) {
  const box = label.querySelector("radio, checkbox");
  const kind = box.tagName.toLowerCase();
  const group = box.closest(EVENTS[kind]);
  if (kind === "radio") {
    group.querySelectorAll("radio").forEach((one) => one.classList.toggle("on", one === box));
  } else {
    box.classList.toggle("on");
  }
  const values = [...group.querySelectorAll(".on")].map(valueOf);
  trigger(group, "change", { value: kind === "radio" ? values[0] : values });
}

/** Elements that a browser does not know keep what they are given as properties. */
function valueOf(node) {
  return node.value === undefined ? node.getAttribute("value") : node.value;
}

/** Shows as ticked what the page says is ticked. */
function tick() {
  for (const box of document.querySelectorAll("radio, checkbox")) {
    const said = String(box.checked === undefined ? box.getAttribute("checked") : box.checked);
    if (box.said !== said) {
      box.said = said;
      box.classList.toggle("on", said === "true" || said === "");
    }
  }
}

/** What WeChat's own elements make of a click and of typing. */
function listen() {
  document.addEventListener("click", (event) => {
    const label = event.target.closest("label");
    const button = event.target.closest("button");
    if (label) {
      pick(label);
    } else if (button && button.__wxElement && button.__wxElement.id === "privacy-agree") {
      trigger(button, "agreeprivacyauthorization", {});
    } else if (!button || !button.disabled) {
      trigger(event.target, "tap", {});
    }
  });
  document.addEventListener("input", (event) => trigger(event.target, "input", { value: event.target.value }));
}

export function start(templates, using, scripts, settings, app, config) {
  config.baseUrl = location.origin;
  window.wx = wx;
  const env = new MiniProgramEnv();
  const space = env.createCodeSpace("", true);
  const query = new URLSearchParams(location.search);
  const path = query.get("page") || "pages/home/home";
  window.App = (definition) => definition.onLaunch();
  app();
  for (const [name, run] of Object.entries(scripts)) {
    space.addComponentStaticConfig(name, { ...settings[name], usingComponents: using });
    space.addCompiledTemplate(name, { groupList: templates, content: templates[name] });
    space.globalComponentEnv(window, name, run);
  }
  document.getElementById("bar").textContent = settings[path].navigationBarTitleText;
  const backend = env.associateBackend();
  const root = backend.createRoot("div", space, path);
  const place = document.getElementById("root");
  root.attach(document.body, place);
  listen();
  new MutationObserver(tick).observe(document.body, { childList: true, subtree: true, attributes: true });
  const page = root.getComponent();
  window.page = page;
  const caller = page.getMethodCaller ? page.getMethodCaller() : page;
  const options = Object.fromEntries([...query].filter(([name]) => name !== "page"));
  if (caller.onLoad) {
    caller.onLoad(options);
  }
  caller.onShow();
}
