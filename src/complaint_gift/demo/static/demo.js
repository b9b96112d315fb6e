// The demo page: a small helpdesk in which an agent answers, with the review panel at its side.

import { el } from "/static/panel/dom.js";
import { askReason, editTextarea, makeAsk, makeKeep, makeWaive, mountPanel } from "/static/panel/panel.js";
import { askDialog, callDesk, dialogButtons, startDesk } from "./desk.js";
import { drawChips, drawEvent, drawMessage, drawTicket, fillList, makeClock } from "./draw.js";
import { startTheme, turnTheme } from "./light.js";
import { TEXTS } from "./texts.js";

const $ = (id) => document.getElementById(id);
const page = { language: startLanguage(), desk: startDesk(), tickets: [], current: null, ticket: null, mode: "public", sentAt: 0, seen: new Set(), drawn: {} };
let texts = TEXTS[page.language];
let clock = makeClock(page.language);

const draft = $("draft");
const panel = mountPanel({
  element: $("review"),
  editor: editTextarea(draft),
  ask: makeAsk({ url: "/api/v1/review", token: document.body.dataset.token }),
  waive: makeWaive({ url: "/api/v1/waivers", token: document.body.dataset.token }),
  keep: makeKeep({ url: "/api/v1/promises", token: document.body.dataset.token }),
  describe: () => page.ticket && {
    scope: page.mode === "public" ? "public-reply" : "employee-note",
    context: { ...page.ticket.context, visibility: page.mode === "public" ? "public" : "internal" },
  },
  language: page.language,
  onState: showDraftState,
});

// --- talking to the helpdesk

const call = (path, body) => callDesk(page.desk, path, body);

/** What is listed; null when the page turned to another helpdesk or language meanwhile. */
async function refreshList() {
  const asked = [page.desk, page.language].join();
  const { tickets, now } = await call(`tickets?language=${page.language}`);
  if (asked !== [page.desk, page.language].join()) return null;
  page.tickets = tickets;
  const signature = JSON.stringify([tickets, page.current, page.desk, page.language, Math.floor(now / 60)]);
  if (signature === page.drawn.list) return tickets;
  page.drawn.list = signature;
  const focused = document.activeElement?.closest("#tickets a")?.getAttribute("href");
  $("tickets").replaceChildren(...tickets.map((t) => drawTicket(t, { texts, clock, now, current: page.current })));
  if (focused) document.querySelector(`#tickets a[href="${focused}"]`)?.focus();
  return tickets;
}

async function refreshTicket() {
  const { desk, current } = page;
  if (current === null) return;
  const ticket = await call(`tickets/${current}`);
  if (desk !== page.desk || current !== page.current) return;
  const signature = JSON.stringify([{ ...ticket, now: 0 }, page.language]);
  if (signature === page.drawn.ticket) return;
  page.drawn.ticket = signature;
  const contextBefore = JSON.stringify(page.ticket?.context ?? null);
  page.ticket = ticket;
  drawAll();
  if (JSON.stringify(ticket.context) !== contextBefore) panel.refresh();
}

function keepFresh(refresh, pause) {
  const turn = async () => {
    try {
      await refresh();
      document.body.classList.remove("offline");
    } catch {
      document.body.classList.add("offline");
    }
    setTimeout(turn, pause());
  };
  turn();
}

// --- drawing

function drawAll() {
  const { ticket } = page;
  drawHead(ticket);
  drawMessages(ticket);
  drawTries(ticket);
  drawTimeline(ticket);
  drawMode();
}

function drawHead(ticket) {
  document.querySelector(".ticket-head").hidden = !ticket;
  document.title = ticket ? `${ticket.subject} · Complaint Gift` : "Complaint Gift";
  if (!ticket) return;
  $("subject").textContent = ticket.subject;
  $("who").textContent = [ticket.key, ticket.customer, ticket.brand, texts.via[ticket.channel] ?? ticket.channel].filter(Boolean).join(" · ");
  $("chips").replaceChildren(...drawChips(ticket, texts));
}

// What the list knows of a ticket, until the rest has come: nobody answers one below the words of another.
function drawComing() {
  drawHead(listed());
  for (const id of ["messages", "tries", "timeline"]) $(id).replaceChildren();
  $("next").hidden = true;
  drawMode();
}

const listed = () => page.tickets.find((ticket) => ticket.id === page.current);

function drawMessages(ticket) {
  const isFirst = page.seen.size === 0;
  const fresh = ticket.messages.filter((m) => !page.seen.has(m.id));
  $("messages").replaceChildren(
    ...ticket.messages.map((m) => drawMessage(m, { texts, clock, isNew: !isFirst && fresh.includes(m) })),
  );
  for (const message of ticket.messages) page.seen.add(message.id);
  const column = document.querySelector(".reading");
  if (fresh.length) column.scrollTop = column.scrollHeight;
}

function drawTries(ticket) {
  const names = { argues: "tryArgues", gift: "tryGift" };
  const known = Object.entries(ticket.drafts).filter(([name]) => names[name]);
  $("tries").replaceChildren(
    ...known.map(([name, text]) =>
      el("button", { type: "button", class: "try", onclick: () => fillDraft(text) }, texts[names[name]]),
    ),
  );
}

function drawTimeline(ticket) {
  const { timeline } = ticket;
  $("next").hidden = timeline.length === 0;
  if (!timeline.length) return;
  const begun = timeline[0].at;
  const items = timeline.map((event) => ({ key: JSON.stringify(event), make: () => drawEvent(event, { texts, begun }) }));
  const answered = timeline.some((e) => e.by === "bot");
  const isPublic = timeline.some((e) => e.kind === "reply");
  if (isPublic && !answered && ticket.now - begun < 90) {
    items.push({ key: "waiting", make: () => el("li", { class: "e-waiting" }, el("p", {}, texts.waiting)) });
  }
  if (timeline.some((e) => e.by === "bot" && ["priority", "group", "assignee", "linked"].includes(e.kind))) {
    const link = el("a", { href: `${document.querySelector(".console").href}&conversation=${ticket.id}` }, texts.tl.follow);
    items.push({ key: "follow", make: () => el("li", { class: "e-follow" }, link) });
  }
  fillList($("timeline"), items, page.language);
}

function drawMode() {
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === page.mode));
  }
  const isNote = page.mode === "note";
  $("composer").classList.toggle("is-note", isNote);
  $("send").textContent = isNote ? texts.sendNote : texts.send;
  const first = (page.ticket ?? listed())?.customer.split(" ")[0];
  draft.placeholder = isNote ? texts.placeholderNote : first ? texts.placeholderPublic(first) : "";
}

function showDraftState({ kind, verdict, label }) {
  const state = $("draft-state");
  state.dataset.mood = kind === "answer" ? verdict : kind;
  state.hidden = kind === "idle";
  state.textContent = label;
}

function say(words) {
  $("closing").textContent = words;
}

// --- what a person does

function fillDraft(text) {
  draft.focus();
  draft.select();
  if (!document.execCommand("insertText", false, text)) {
    draft.value = text;
    draft.dispatchEvent(new Event("input"));
  }
  draft.scrollTop = 0;
}

// Each tab keeps its own draft; what the whole browser keeps is for the day the tab is gone.
function keepDraft(place = page, text = draft.value) {
  if (place.current === null) return;
  for (const store of [sessionStorage, localStorage]) {
    if (text) store.setItem(draftKey(place), text);
    else store.removeItem(draftKey(place));
  }
}

const draftKey = ({ desk, current, mode }) => `cg-draft-${desk}-${current}-${mode}`;

function bringDraft() {
  const key = draftKey(page);
  draft.value = sessionStorage.getItem(key) ?? localStorage.getItem(key) ?? "";
  draft.dispatchEvent(new Event("input"));
}

async function send(event) {
  event?.preventDefault();
  const text = draft.value.trim();
  const place = { desk: page.desk, current: page.current, mode: page.mode };
  const isHere = () => draftKey(place) === draftKey(page);
  if (!text || place.current === null || $("send").disabled) return;
  $("send").disabled = true;
  try {
    if (!page.ticket) await refreshTicket(); // without it nothing is checked
    const reason = await mayGo();
    if (reason === false || !isHere()) return;
    await call(`tickets/${place.current}/messages`, { text, public: place.mode === "public", reason: reason || undefined });
    keepDraft(place, "");
    if (!isHere()) return; // what stands in the field now is for somebody else
    draft.value = "";
    draft.dispatchEvent(new Event("input"));
    page.sentAt = Date.now();
    say(place.mode === "public" ? texts.sent : "");
    await refreshTicket();
  } catch {
    say(texts.notSent);
  } finally {
    $("send").disabled = false;
  }
}

/** A reason to send with, "" when none is needed, false when the person goes on writing. */
async function mayGo() {
  if (page.mode !== "public") return "";
  // The check may be slow or away: sending waits for it a moment, never longer.
  if (!(await panel.settled(1500))) return "";
  if (panel.verdict === "block") {
    say(texts.blocked);
    return false;
  }
  if (panel.verdict !== "hold") return "";
  return (await askReason({ findings: panel.findings, language: page.language })) ?? false;
}

function setMode(mode) {
  keepDraft();
  page.mode = mode;
  drawMode();
  bringDraft();
  panel.refresh();
}

async function openTicket(number) {
  keepDraft();
  Object.assign(page, { current: number, ticket: null, mode: "public", seen: new Set(), sentAt: 0 });
  page.drawn.ticket = "";
  document.body.dataset.view = number === null ? "list" : "ticket";
  document.body.classList.toggle("is-empty", number === null);
  say("");
  drawComing();
  if (number === null) return;
  bringDraft();
  panel.refresh(); // what it said was about another conversation
  await refreshTicket().catch(() => {
    location.hash = "";
  });
  refreshList().catch(() => {});
}

function readHash() {
  const number = Number.parseInt(location.hash.replace("#/", ""), 10);
  return Number.isInteger(number) ? number : null;
}

// --- two small dialogs

async function writeAsCustomer() {
  const wish = await askDialog(
    el("h2", {}, texts.customerTitle),
    el("p", {}, texts.customerHint),
    el("label", { for: "c-name" }, texts.customerName),
    el("input", { id: "c-name", name: "name", required: true, maxlength: "80", autocomplete: "off" }),
    el("label", { for: "c-text" }, texts.customerText),
    el("textarea", { id: "c-text", name: "text", rows: "6", required: true }),
    dialogButtons(texts.customerSend, texts),
  );
  if (!wish || !wish.text || !wish.name) return;
  const { id } = await call(`tickets?language=${page.language}`, wish);
  await refreshList();
  location.hash = `#/${id}`;
}

async function startOver() {
  if (!(await askDialog(el("h2", {}, texts.startOver), el("p", {}, texts.startOverAsk), dialogButtons(texts.confirm, texts)))) return;
  await call("start-over", {});
  for (const store of [sessionStorage, localStorage]) {
    for (const key of Object.keys(store)) if (key.startsWith("cg-draft-")) store.removeItem(key);
  }
  draft.value = "";
  page.current = null;
  location.hash = "";
  await openFirst();
  say(texts.startedOver);
}

// --- language

function startLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("cg-language");
  const own = (navigator.language || "en").toLowerCase().startsWith("ru") ? "ru" : "en";
  return asked === "ru" || asked === "en" ? asked : own;
}

function speak() {
  texts = TEXTS[page.language];
  clock = makeClock(page.language);
  document.documentElement.lang = page.language;
  document.querySelector(".console").search = `?lang=${page.language}`;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", texts[node.dataset.label]);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === page.language));
  }
  for (const button of document.querySelectorAll("[data-desk]")) {
    button.setAttribute("aria-pressed", String(button.dataset.desk === page.desk));
  }
  $("tickets").dataset.empty = texts.nobody;
  document.body.dataset.offline = texts.offline;
}

async function setLanguage(language) {
  if (language === page.language) return;
  keepDraft();
  page.language = language;
  localStorage.setItem("cg-language", language);
  speak();
  panel.setLanguage(language);
  page.current = null;
  draft.value = "";
  await openFirst();
}

async function setDesk(desk) {
  if (desk === page.desk) return;
  keepDraft();
  page.desk = desk;
  localStorage.setItem("cg-desk", desk);
  const address = new URLSearchParams(location.search);
  address.set("desk", desk);
  history.replaceState(null, "", `?${address}`);
  speak();
  page.current = null;
  draft.value = "";
  await openFirst();
}

async function openFirst() {
  const tickets = await refreshList();
  if (!tickets) return; // whoever turned the page opens what belongs there
  const wanted = readHash();
  const isThere = tickets.some((t) => t.id === wanted);
  if (isThere) return openTicket(wanted);
  const isWide = matchMedia("(min-width: 761px)").matches;
  const first = tickets.find((t) => t.complaint) ?? tickets[0];
  if (isWide && first) {
    history.replaceState(null, "", `#/${first.id}`);
    return openTicket(first.id);
  }
  history.replaceState(null, "", location.pathname + location.search);
  return openTicket(null);
}

function listen() {
  $("composer").addEventListener("submit", send);
  draft.addEventListener("input", () => keepDraft());
  draft.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
  });
  $("back").addEventListener("click", () => {
    location.hash = "";
  });
  $("theme").addEventListener("click", turnTheme);
  $("as-customer").addEventListener("click", () => writeAsCustomer().catch(() => say(texts.notSent)));
  $("start-over").addEventListener("click", () => startOver().catch(() => say(texts.notSent)));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => setLanguage(button.dataset.language));
  }
  for (const button of document.querySelectorAll("[data-desk]")) {
    button.addEventListener("click", () => setDesk(button.dataset.desk).catch(() => document.body.classList.add("offline")));
  }
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => setMode(button.dataset.mode));
  }
  addEventListener("hashchange", () => {
    const isOurs = /^(#(\/\d+)?)?$/.test(location.hash);
    if (!isOurs || readHash() === page.current) return;
    if (readHash() === null) openFirst().catch(() => {});
    else openTicket(readHash());
  });
}

startTheme();
speak();
listen();
await openFirst().catch(() => document.body.classList.add("offline"));
keepFresh(refreshList, () => 5000);
keepFresh(refreshTicket, () => (Date.now() - page.sentAt < 90_000 ? 700 : 4000));
