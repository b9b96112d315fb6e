// The only part that talks to the server. It knows the token; pages and content scripts never see it.

import { patternOf, siteFor } from "./sites.js";
import { loadSettings } from "./settings.js";

const TIMEOUT = 5000;
const LONGEST = 200_000;
const SCRIPT = "reader";

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  answer(message, sender).then(respond, () => respond({ why: "unreachable" }));
  return true;
});
chrome.runtime.onInstalled.addListener(({ reason }) => {
  align();
  if (reason === "install") loadSettings().then((s) => s.server || chrome.runtime.openOptionsPage());
});
chrome.runtime.onStartup.addListener(align);
chrome.storage.onChanged.addListener(align);
chrome.permissions.onAdded.addListener(align);
chrome.permissions.onRemoved.addListener(align);
chrome.action.onClicked.addListener(() => chrome.runtime.openOptionsPage());
chrome.commands.onCommand.addListener((command, tab) => {
  if (tab?.id !== undefined) chrome.tabs.sendMessage(tab.id, { kind: command }).catch(() => {});
});

async function answer(message, sender) {
  const settings = await loadSettings();
  if (message.kind === "try") return isOurPage(sender) ? tryOut(message) : { why: "refused" };
  const site = sender.tab ? siteFor(sender.url ?? "", settings) : null;
  if (message.kind === "site") return { site, language: settings.language, isSet: settings.server !== "" };
  if (site === null) return { why: "refused" };
  if (settings.server === "") return { why: "unset" };
  if (message.kind === "review" && mayBeSent(message.body)) return post("review", message.body, settings);
  if (message.kind === "waive") return post("waivers", message.body, settings);
  if (message.kind === "keep") return post("promises", message.body, settings);
  return { why: "refused" };
}

// Only what a customer will read leaves this machine.
function mayBeSent(body) {
  return body?.scope === "public-reply" && typeof body.text === "string" && body.text.length <= LONGEST;
}

function isOurPage(sender) {
  return sender.url?.startsWith(chrome.runtime.getURL("")) ?? false;
}

function tryOut({ server, token }) {
  const body = { text: "Thank you.", format: "plain", scope: "public-reply", context: {}, ui_language: "en", revision: 1 };
  return post("review", body, { server, token });
}

async function post(path, body, { server, token }) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const options = { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", redirect: "error" };
  try {
    const response = await fetch(`${server}/api/v1/${path}`, { ...options, signal: AbortSignal.timeout(TIMEOUT) });
    return { status: response.status, body: await response.text(), retryAfter: response.headers.get("Retry-After") };
  } catch (error) {
    return { why: error.name === "TimeoutError" ? "slow" : "unreachable" };
  }
}

let turn = Promise.resolve();
/** Puts the reader on the allowed hosts that the browser permits, and takes it off all others. */
function align() {
  turn = turn.then(alignNow).catch(() => {});
  return turn;
}

async function alignNow() {
  const { hosts } = await loadSettings();
  const matches = [];
  for (const host of hosts) {
    const pattern = patternOf(host);
    if (await chrome.permissions.contains({ origins: [pattern] })) matches.push(pattern);
  }
  const known = await chrome.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (known.length) await chrome.scripting.unregisterContentScripts({ ids: [SCRIPT] });
  if (!matches.length) return;
  await chrome.scripting.registerContentScripts([{ id: SCRIPT, matches, js: ["content.js"], runAt: "document_idle" }]);
}
