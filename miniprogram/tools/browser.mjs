// Builds one web page in which the mini-program's pages run in an ordinary browser, by WeChat's own component
// framework (glass-easel): for looking at them and for clicking through. What a phone does is played by browser/.
import { build } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import templates from "glass-easel-template-compiler";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => readFileSync(`${root}${path}`, "utf8");
const app = JSON.parse(read("src/app.json"));
const parts = Object.values(app.usingComponents).map((path) => path.slice(1));
const PX_IN_RPX = 390 / 750;

/** Browsers do not know WeChat's image element, nor the framework WeChat's older spelling of handlers. */
function markup(path) {
  return read(`src/${path}.wxml`).replace(/<image /g, "<img ").replace(/ (bind|catch)([a-z]+)="/g, ' $1:$2="');
}

const group = new templates.TmplGroup();
for (const path of [...app.pages, ...parts]) {
  const found = group.addTmpl(path, markup(path)).filter((one) => one.level >= 3);
  if (found.length) {
    throw new Error(`${path}: ${JSON.stringify(found)}`);
  }
}
const using = Object.fromEntries(Object.entries(app.usingComponents).map(([name, path]) => [name, path]));
const entry = `
  import { start } from "./tools/browser/frame.js";
  const templates = (() => { return ${group.getTmplGenObjectGroups()} })();
  start(templates, ${JSON.stringify(using)}, {
    ${[...parts, ...app.pages].map((path) => `"${path}": () => require("./src/${path}.js")`).join(",\n    ")}
  }, ${JSON.stringify(Object.fromEntries([...parts, ...app.pages].map((path) => [path, JSON.parse(read(`src/${path}.json`))])))},
  () => require("./src/app.js"), require("./src/config.js"));
`;
const made = await build({
  stdin: { contents: entry, resolveDir: root },
  bundle: true,
  write: false,
  format: "iife",
  target: "es2020",
  logLevel: "warning",
});
const styles = ["src/app.wxss", ...parts.concat(app.pages).map((path) => `src/${path}.wxss`)]
  .map((path) => {
    try {
      return read(path);
    } catch (error) {
      return ""; // most pages have no style of their own
    }
  })
  .join("\n")
  .replace(/(-?[\d.]+)rpx/g, (_, number) => `${Number(number) * PX_IN_RPX}px`)
  .replace(/(^|\n)page /, "$1body ");
const page = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kaimen</title><style>${read("tools/browser/phone.css")}${styles}</style><div id="bar"></div><div id="root"></div>
<script>${made.outputFiles[0].text.replace(/<\/script/g, "<\\/script")}</script></html>`;
mkdirSync(`${root}shots`, { recursive: true });
writeFileSync(`${root}shots/phone.html`, page);
console.log("shots/phone.html");
