// Validates manifests offline with the vendor's own validator: `node validate.mjs NODE_MODULES FILE...`. Prints a JSON
// object: for each file what is wrong with it. A package's ru.json is judged by the schema of translations.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(resolve(modules, "index.js"));
const { validateManifest } = require("office-addin-manifest");
const Ajv = require("ajv-draft-04");
const addFormats = require("ajv-formats");

// A version that the validator does not bring along it would fetch.
globalThis.fetch = () => Promise.reject(new Error("the network is closed"));

async function validateTranslation(file) {
  const { $schema, ...words } = JSON.parse(await readFile(file, "utf8"));
  const version = /\/(v[\d.]+)\//.exec($schema)[1];
  const folder = join(modules, "@microsoft", "app-manifest", "build", "json-schemas", "teams", version);
  const schema = JSON.parse(await readFile(join(folder, "MicrosoftTeams.Localization.schema.json"), "utf8"));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  return ajv.validate(schema, words) ? [] : ajv.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const said = {};
for (const file of files) {
  if (basename(file).startsWith("ru")) {
    said[file] = await validateTranslation(file);
    continue;
  }
  try {
    const { isValid, report } = await validateManifest(file);
    said[file] = isValid ? [] : (report?.errors ?? []).map(({ content }) => content);
    if (!isValid && !said[file].length) said[file].push("refused without a word");
  } catch (error) {
    said[file] = [String(error.message ?? error)];
  }
}
console.log(JSON.stringify(said));
