// Writes the app to build/, ready for `forge deploy`:
//
//   node build.mjs --app ari:cloud:ecosystem::app/<id> --server https://cg.example.com
//
// The panel is the one that the demo, the Zendesk app and the browser extension show too.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const PANEL = resolve(HERE, "../../../src/complaint_gift/web/static/panel");
const APP = /^ari:cloud:ecosystem::app\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const { values } = parseArgs({
  options: {
    app: { type: "string" },
    server: { type: "string" },
    out: { type: "string", default: join(HERE, "build") },
    modules: { type: "string", default: join(HERE, "node_modules") },
  },
});

function stop(words) {
  console.error(words);
  process.exit(2);
}

if (!APP.test(values.app ?? "")) stop("--app: write what `forge register` said, ari:cloud:ecosystem::app/…");
const server = URL.canParse(values.server ?? "") ? new URL(values.server) : null;
if (server?.protocol !== "https:" || server.pathname !== "/" || server.search || server.hash || server.username) {
  stop("--server: write our public origin, such as https://cg.example.com");
}

const require = createRequire(join(values.modules, "index.js"));
const esbuild = require("esbuild");
const files = join(values.out, "static", "panel");
await rm(values.out, { recursive: true, force: true });
await mkdir(files, { recursive: true });
await esbuild.build({
  entryPoints: [join(HERE, "panel", "main.js")],
  outfile: join(files, "main.js"),
  alias: { "@panel": PANEL },
  nodePaths: [values.modules],
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  logLevel: "error",
});
for (const name of ["index.html", "app.css"]) await cp(join(HERE, "panel", name), join(files, name));
await cp(join(PANEL, "panel.css"), join(files, "panel.css"));
const manifest = await readFile(join(HERE, "manifest.yml"), "utf8");
const filled = manifest
  .replace("ari:cloud:ecosystem::app/00000000-0000-4000-8000-000000000000", values.app)
  .replace("baseUrl: https://cg.example.com", `baseUrl: ${server.origin}`);
await writeFile(join(values.out, "manifest.yml"), filled);
console.log(`Wrote ${values.out}. Next: cd there, \`forge deploy\`, \`forge install\`.`);
