// The options page: where the server is, and on which pages replies may be read.

import { EMPTY, loadSettings } from "../settings.js";
import { isHost, originOf, patternOf, readSites } from "../sites.js";
import { TEXTS } from "./texts.js";

const $ = (id) => document.getElementById(id);
let texts = TEXTS.en;
let settings = null;

function speak(language) {
  const asked = language || chrome.i18n.getUILanguage();
  const chosen = String(asked).toLowerCase().startsWith("ru") ? "ru" : "en";
  texts = TEXTS[chosen];
  document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
}

async function show() {
  settings = await loadSettings();
  const own = await chrome.storage.local.get(EMPTY);
  speak(settings.language);
  $("server").value = settings.server;
  $("token").value = settings.token;
  $("language").value = settings.language;
  $("own").value = own.sites.length ? JSON.stringify(own.sites, null, 2) : "";
  drawSites();
  $("policy").hidden = settings.locked.length === 0;
  for (const key of settings.locked) {
    for (const field of { hosts: [$("others"), ...$("sites").querySelectorAll("input")], sites: [$("own")] }[key] ?? [$(key)]) field.disabled = true;
  }
}

function drawSites() {
  const known = settings.sites.filter((site) => site.hosts.length);
  // A host of a site that is not allowed as a whole stands below, else the next Save would lose it.
  const ticked = new Set(known.filter(isAllowed).flatMap((site) => site.hosts));
  $("sites").replaceChildren(...known.map(drawSite));
  $("others").value = settings.hosts.filter((host) => !ticked.has(host)).join("\n");
}

const isAllowed = (site) => site.hosts.every((host) => settings.hosts.includes(host));

function drawSite(site, i) {
  const box = Object.assign(document.createElement("input"), { type: "checkbox", id: `site-${i}` });
  box.checked = isAllowed(site);
  box.dataset.hosts = site.hosts.join(" ");
  const label = Object.assign(document.createElement("label"), { htmlFor: box.id, className: "check" });
  const hint = Object.assign(document.createElement("span"), { className: "hint", textContent: site.hosts.join(", ") });
  label.append(box, Object.assign(document.createElement("span"), { textContent: site.title }), hint);
  return label;
}

/** What stands in the form; throws an Error with a sentence for the person. */
function read() {
  const server = $("server").value.trim();
  if (server && originOf(server) === null) throw new Error(texts.badServer);
  const others = $("others").value.split(/[\s,]+/).filter(Boolean).map((host) => host.toLowerCase());
  for (const host of others) if (!isHost(host)) throw new Error(texts.badHost(host));
  const ticked = [...$("sites").querySelectorAll("input:checked")].flatMap((box) => box.dataset.hosts.split(" "));
  return {
    server: server ? originOf(server) : "",
    token: $("token").value.trim(),
    hosts: [...new Set([...ticked, ...others])],
    sites: readOwn(),
    language: $("language").value,
  };
}

function readOwn() {
  const text = $("own").value.trim();
  if (!text) return [];
  try {
    return readSites(text);
  } catch (error) {
    throw new Error(texts.badSites(error.message));
  }
}

async function save(event) {
  event.preventDefault();
  try {
    const wish = read();
    // Asked before anything else: the browser forgets the click while we wait.
    const origins = [...(wish.server ? [patternOf(new URL(wish.server).hostname)] : []), ...wish.hosts.map(patternOf)];
    const isGranted = origins.length === 0 || (await request(origins));
    const own = Object.fromEntries(Object.entries(wish).filter(([key]) => !settings.locked.includes(key)));
    await chrome.storage.local.set(own);
    await show();
    say(isGranted ? texts.saved : texts.notAllowed, isGranted ? "" : "error");
  } catch (error) {
    say(error.message, "error");
  }
}

async function request(origins) {
  try {
    return await chrome.permissions.request({ origins });
  } catch {
    return false;
  }
}

async function tryOut() {
  const server = originOf($("server").value.trim());
  if (server === null) return say(texts.badServer, "error");
  await request([patternOf(new URL(server).hostname)]);
  say(texts.trying);
  const { status, why } = await chrome.runtime.sendMessage({ kind: "try", server, token: $("token").value.trim() });
  if (status === 200) return say(texts.works);
  say(texts[why] ?? (status === 401 || status === 403 ? texts.denied : status >= 500 ? texts.unreachable : texts.notFound), "error");
}

function say(words, kind = "") {
  $("said").textContent = words;
  $("said").dataset.kind = kind;
}

$("form").addEventListener("submit", save);
$("try").addEventListener("click", tryOut);
$("language").addEventListener("change", () => speak($("language").value));
show();
