// Static checks of the mini-program: WeChat's own compilers over every WXML and WXSS, every JSON file, every script's
// requires, every page complete, every handler and component named in a page there.
import { build } from "esbuild";
import compileMarkup from "miniprogram-compiler/src/wcc.js";
import compileStyles from "miniprogram-compiler/src/wcsc.js";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../src/", import.meta.url));
const BUILT_IN = new Set(
  "view text block button image input textarea label camera picker radio radio-group checkbox checkbox-group".split(" "),
);
const APP_KEYS = "pages window usingComponents lazyCodeLoading __usePrivacyCheck__ sitemapLocation".split(" ");
const PAGE_KEYS = "navigationBarTitleText".split(" ");
const COMPONENT_KEYS = "component styleIsolation".split(" ");
const faults = [];

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name);
    return one.isDirectory() ? (one.name === "miniprogram_npm" ? [] : files(path)) : [path];
  });
}

function expect(holds, what) {
  if (!holds) {
    faults.push(what);
  }
}

function json(path, keys) {
  try {
    const found = JSON.parse(readFileSync(join(root, path), "utf8"));
    const unknown = keys ? Object.keys(found).filter((key) => !keys.includes(key)) : [];
    expect(unknown.length === 0, `${path}: unknown ${unknown.join(", ")}`);
    return found;
  } catch (error) {
    faults.push(`${path}: ${error.message}`);
    return {};
  }
}

/** Names in a page's markup: its elements, and the handlers it binds. */
function markup(path, components) {
  const text = readFileSync(join(root, `${path}.wxml`), "utf8");
  const script = readFileSync(join(root, `${path}.js`), "utf8");
  for (const [, name] of text.matchAll(/<([a-z][\w-]*)/g)) {
    expect(BUILT_IN.has(name) || components.has(name), `${path}.wxml: unknown element <${name}>`);
  }
  for (const [, name] of text.matchAll(/\b(?:bind|catch)[a-z]+="(\w+)"/g)) {
    const own = new RegExp(`^\\s+(?:async )?${name}\\(`, "m").test(script);
    const shared = name === "onRetry" && /\bload\(\)/.test(script);
    expect(own || shared, `${path}.wxml: no handler ${name}`);
  }
}

/** The compilers say file and line; one of them throws, the other returns its error. */
function compile() {
  const of = (ending) => files(root).filter((path) => path.endsWith(ending)).map((path) => relative(root, path).slice(0, -ending.length));
  try {
    compileMarkup(root, of(".wxml"), []);
  } catch (error) {
    faults.push(error.message);
  }
  const styles = compileStyles(root, of(".wxss"));
  expect(!(styles instanceof Error), styles.message);
}

async function scripts(entries) {
  const settings = { bundle: true, write: false, outdir: "none", logLevel: "silent", platform: "neutral", mainFields: ["main"] };
  const external = Object.keys(require("../package.json").dependencies);
  await build({ ...settings, external, entryPoints: entries }).catch((error) => {
    faults.push(...error.errors.map((one) => `${one.location ? one.location.file : ""}: ${one.text}`));
  });
}

const app = json("app.json", APP_KEYS);
json("sitemap.json");
const components = new Set(Object.keys(app.usingComponents));
const parts = Object.values(app.usingComponents).map((path) => path.slice(1));
for (const path of [...app.pages, ...parts]) {
  for (const ending of ["js", "json", "wxml"]) {
    expect(existsSync(join(root, `${path}.${ending}`)), `${path}.${ending} is missing`);
  }
  json(`${path}.json`, app.pages.includes(path) ? PAGE_KEYS : COMPONENT_KEYS);
  markup(path, components);
}
for (const path of files(root).map((found) => relative(root, found))) {
  const whole = path.replace(/\.\w+$/, "");
  const belongs = !/^(pages|components)\//.test(path) || [...app.pages, ...parts].includes(whole);
  expect(belongs || path.endsWith("questions.js"), `${path} belongs to no page`);
}
compile();
await scripts(["app", ...app.pages, ...parts].map((path) => join(root, `${path}.js`)));

if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`${app.pages.length} pages and ${parts.length} components hold`);
