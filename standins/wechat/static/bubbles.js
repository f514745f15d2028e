// Draws one message of the chat. All text goes in as text nodes; nothing of a message becomes markup.

const VIA = {
  customer_service: "客服消息 · customer-service message",
  template: "模板消息 · template message",
  subscribe: "订阅消息 · subscription message",
};
// A bare address, or WeChat's own <a href="…">words</a>.
const LINK = /<a\s+href="(https?:\/\/[^"\s]+)"\s*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'，。；、）】]+)/g;

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function face(name, className = "") {
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  const made = element("span", `face ${className || `hue${hue}`}`, [...name][0] || "?");
  made.setAttribute("aria-hidden", "true");
  return made;
}

export function inApp(person, url) {
  return `/sim/open/${encodeURIComponent(person.id)}?url=${encodeURIComponent(url)}`;
}

function link(person, url, words) {
  const made = element("a", "", words || url);
  made.href = inApp(person, url);
  made.target = "_blank";
  made.rel = "noopener";
  return made;
}

function withLinks(holder, text, person) {
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    holder.append(text.slice(from, found.index), link(person, found[1] || found[3], found[2]));
    from = found.index + found[0].length;
  }
  holder.append(text.slice(from));
}

function picture(mediaId) {
  const holder = element("div", "bubble picture");
  const image = element("img");
  image.alt = "图片 · picture";
  image.src = `/sim/media/${encodeURIComponent(mediaId)}`;
  image.addEventListener("error", () => {
    holder.className = "bubble file";
    holder.textContent = "［文件 · a file that is not a picture］";
  });
  holder.append(image);
  return holder;
}

function sheet(message, person) {
  const opens = /^https?:/.test(message.url);
  const made = opens ? link(person, message.url, " ") : element("div");
  made.textContent = "";
  made.className = "sheet";
  made.append(element("h3", "", message.text));
  if (message.detail) made.append(element("p", "", message.detail));
  const shown = message.media_id ? `/sim/media/${encodeURIComponent(message.media_id)}` : message.data.pic_url;
  if (shown) {
    const image = element("img");
    image.alt = "";
    image.src = shown;
    made.append(image);
  }
  if (message.kind === "template") made.append(fields(message.data));
  made.append(element("div", "foot", foot(message, opens)));
  return made;
}

function fields(data) {
  const list = element("dl");
  for (const [name, value] of Object.entries(data)) list.append(element("dt", "", name), element("dd", "", value));
  return list;
}

function foot(message, opens) {
  if (message.kind === "card") return `小程序 · Mini-program · ${message.url}`;
  if (message.kind === "template") return opens ? "查看详情 · Open" : `服务通知 · Service notice ${message.url}`;
  return "阅读全文 · Open";
}

function body(message, person) {
  if (message.kind === "image") return picture(message.media_id);
  if (message.kind !== "text") return sheet(message, person);
  const bubble = element("div", "bubble");
  withLinks(bubble, message.text, person);
  return bubble;
}

function middle(message) {
  const item = element("li", "middle");
  if (message.kind === "error") {
    const fault = element("div", "fault", message.text);
    fault.append(element("code", "", message.detail));
    item.append(fault);
  } else {
    item.append(element("span", "event", message.text));
  }
  return item;
}

export function bubble(message, person) {
  if (message.kind === "event" || message.sender === "system") return middle(message);
  const item = element("li", message.sender);
  item.append(message.sender === "person" ? face(person.name) : face("门", "account"), body(message, person));
  if (VIA[message.via]) item.lastChild.append(element("span", "via", VIA[message.via]));
  return item;
}

export function timeLine(at) {
  const item = element("li", "middle");
  const words = new Date(at * 1000).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  item.append(element("span", "time", words));
  return item;
}
