// Validates manifests offline, as `forge lint` does: `node validate.mjs NODE_MODULES FOLDER...`. Prints a JSON object:
// for each folder what is wrong with its manifest.yml.

import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules, ...folders] = process.argv.slice(2);
const require = createRequire(resolve(modules, "index.js"));

// The library talks while it works; what counts is its answer.
const print = console.log;
console.log = console.info = console.warn = () => {};
const { ProcessorBuilder, ValidationTypes } = require("@forge/manifest");

const said = {};
for (const folder of folders) {
  process.chdir(folder); // resources are looked for from here
  said[folder] = [];
  for (const type of [ValidationTypes.FULL, ValidationTypes.PRODUCT_TRIGGER]) {
    const result = await ProcessorBuilder.instance().withValidation(type).build().process("manifest.yml");
    for (const { message, level } of result.errors ?? []) said[folder].push(`${level}: ${message}`);
    if (!result.success && !result.errors?.length) said[folder].push("error: refused without a word");
  }
}
print(JSON.stringify(said));
