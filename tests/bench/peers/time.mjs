// Times each peer on the texts that come as a JSON list on stdin; prints {name: [milliseconds per text]}.
import { text as alex } from "alex";
import { createLinter } from "textlint";
import { TextlintKernelDescriptor } from "@textlint/kernel";
import rule from "textlint-rule-write-good";
import plugin from "@textlint/textlint-plugin-text";
import writeGood from "write-good";

const ROUNDS = 5;

async function read() {
  let all = "";
  for await (const chunk of process.stdin) all += chunk;
  return JSON.parse(all);
}

async function time(run, texts) {
  for (const text of texts) await run(text);
  const took = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const text of texts) {
      const started = performance.now();
      await run(text);
      took.push(performance.now() - started);
    }
  }
  return took;
}

const descriptor = new TextlintKernelDescriptor({
  rules: [{ ruleId: "write-good", rule: rule.default ?? rule }],
  plugins: [{ pluginId: "text", plugin: plugin.default ?? plugin }],
  filterRules: [],
});
const linter = createLinter({ descriptor });
const texts = await read();
const peers = {
  "write-good": (text) => writeGood(text),
  alex: (text) => alex(text),
  "textlint + write-good": (text) => linter.lintText(text, "reply.txt"),
};
const found = {};
for (const [name, run] of Object.entries(peers)) found[name] = await time(run, texts);
process.stdout.write(JSON.stringify(found));
