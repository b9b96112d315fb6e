// Runs send.js as classic Outlook on Windows does: an engine with Office, XMLHttpRequest and timers and nothing else,
// no page, no fetch, no modules. `node send.mjs NODE_MODULES SCRIPT` reads scenarios as JSON from standard input
// ({name: scenario}) and prints what became of each.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import vm from "node:vm";

const [modules, script] = process.argv.slice(2);
const require = createRequire(resolve(modules, "index.js"));
const { OfficeMockObject } = require("office-addin-mock");
const code = new vm.Script(await readFile(script, "utf8"), { filename: "send.js" });

const MAIL = {
  text: "Please calm down.",
  subject: "Re: Cold soup",
  from: { emailAddress: "support@shop.test", displayName: "Support" },
  to: ["anna@customer.test"],
  cc: [],
  bcc: [],
  type: "reply",
  conversation: "AAQkADAw",
  answers: "<first@customer.test>",
};

/** A function of Office's that gives `value`; "fails", "throws" and "hangs" are what can go wrong with it. */
function give(value, trouble) {
  return (...args) => {
    const callback = args.pop();
    if (trouble === "throws") throw new Error("not now");
    if (trouble === "hangs") return;
    const isFine = trouble !== "fails";
    Promise.resolve().then(() => callback(isFine ? { status: "succeeded", value } : { status: "failed", error: { message: "no" } }));
  };
}

function playOffice({ mail = {}, trouble = {}, sets = ["1.12", "1.14"], language = "en-GB", kept = "", token = "t".repeat(24) }, seen) {
  const told = { ...MAIL, ...mail };
  const people = (list) => list.map((address) => ({ emailAddress: address, displayName: address }));
  const item = {
    subject: { getAsync: give(told.subject, trouble.subject) },
    body: { getAsync: give(told.text, trouble.body) },
    from: { getAsync: give(told.from, trouble.from) },
    to: { getAsync: give(people(told.to), trouble.to) },
    cc: { getAsync: give(people(told.cc), trouble.cc) },
    bcc: { getAsync: give(people(told.bcc), trouble.bcc) },
    sessionData: { getAsync: give(kept, trouble.sessionData) },
    conversationId: told.conversation,
    inReplyTo: told.answers,
  };
  if (told.type) item.getComposeTypeAsync = give({ composeType: told.type }, trouble.type);
  const settings = new Map(token ? [["complaint-gift", token]] : []);
  const data = {
    context: {
      displayLanguage: language,
      mailbox: { item },
      requirements: { isSetSupported: (name, version) => name === "Mailbox" && sets.includes(version) },
      roamingSettings: {
        get: (name) => settings.get(name),
        set: (name, value) => settings.set(name, value),
        saveAsync: () => seen.saved.push(Object.fromEntries(settings)),
      },
    },
    actions: { associate: (name, action) => (seen.actions[name] = action) },
  };
  return new OfficeMockObject(data, "outlook");
}

function playServer({ status = 200, body = "", away = "" } = {}, seen) {
  return class XMLHttpRequest {
    headers = {};
    open(method, url) {
      this.line = [method, url];
    }
    setRequestHeader(name, value) {
      this.headers[name] = value;
    }
    send(text) {
      seen.asked.push({ line: this.line, headers: this.headers, timeout: this.timeout, draft: JSON.parse(text) });
      if (away === "hangs") return;
      if (away === "throws") throw new Error("blocked");
      Promise.resolve().then(() => {
        if (away) return this[`on${away}`]();
        Object.assign(this, { status, responseText: typeof body === "string" ? body : JSON.stringify(body) });
        this.onload();
      });
    }
  };
}

async function run(scenario) {
  const seen = { actions: {}, asked: [], saved: [], ended: [], waits: [] };
  const timers = [];
  const world = {
    Office: playOffice(scenario, seen),
    XMLHttpRequest: playServer(scenario.server, seen),
    setTimeout: (action, ms) => timers.push([action, ms]),
  };
  if (scenario.address) world.location = { search: scenario.address };
  code.runInContext(vm.createContext(world));
  seen.actions.onMessageSend({ completed: (options) => seen.ended.push(options) });
  // Everything here answers at once or never: a few turns are enough.
  for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
  const isEarly = seen.ended.length > 0;
  for (const [action, ms] of timers) {
    seen.waits.push(ms);
    action();
  }
  const { asked, saved, ended, waits } = seen;
  return { asked, saved, ended, waits, isEarly, actions: Object.keys(seen.actions) };
}

let input = "";
for await (const piece of process.stdin) input += piece;
const told = {};
for (const [name, scenario] of Object.entries(JSON.parse(input))) told[name] = await run(scenario);
console.log(JSON.stringify(told));
