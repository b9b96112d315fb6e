// Validates a manifest offline, as `forge lint` does: `node validate.mjs FOLDER NODE_MODULES`. Prints JSON.

import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, modules] = process.argv.slice(2);
const require = createRequire(resolve(modules, "index.js"));
process.chdir(folder); // resources are looked for from here

// The library talks while it works; what counts is its answer.
const print = console.log;
console.log = console.info = console.warn = () => {};
const { ProcessorBuilder, ValidationTypes } = require("@forge/manifest");

const found = [];
for (const type of [ValidationTypes.FULL, ValidationTypes.PRODUCT_TRIGGER]) {
  const result = await ProcessorBuilder.instance().withValidation(type).build().process("manifest.yml");
  for (const { message, level, line } of result.errors ?? []) found.push({ message, level, line });
  if (!result.success && !result.errors?.length) found.push({ message: "refused without a word", level: "error" });
}
print(JSON.stringify(found));
