// Brings the two libraries into the form that the mini-program loads: src/miniprogram_npm/NAME/index.js.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

// js-sha256 looks for node's own modules where there is a node; a phone has none, so it is given nothing.
const noNode = {
  name: "no-node",
  setup(bundle) {
    bundle.onResolve({ filter: /^(crypto|buffer)$/ }, (found) => ({ path: found.path, namespace: "none" }));
    bundle.onLoad({ filter: /./, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
  },
};
// The libraries name their authors' pages in comments. No address of anybody else goes into the mini-program.
const settings = { bundle: true, format: "cjs", target: "es2015", legalComments: "none", minifyWhitespace: true };

for (const name of Object.keys(dependencies)) {
  await build({
    ...settings,
    stdin: { contents: `module.exports = require("${name}");`, resolveDir: root },
    outfile: `${root}src/miniprogram_npm/${name}/index.js`,
    define: { process: "undefined" },
    plugins: [noNode],
    banner: { js: `/* ${name} ${dependencies[name]}\n${readFileSync(`${root}licences/${name}.txt`, "utf8")}*/` },
  });
}
console.log(`bundled: ${Object.keys(dependencies).join(", ")}`);
