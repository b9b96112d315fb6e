// One editor on a page with its badge and its panel. Everything we draw lives in a shadow root of our own.

import { el } from "@panel/dom.js";
import { mountPanel } from "@panel/mount.js";
import { AFTER_LETTER, makeEditor } from "./editor.js";
import { isDark, visibleBox } from "./place.js";
import { ask, keep, waive } from "./service.js";
import { pageTexts } from "./texts.js";

const WIDTH = 344;

/** Takes a seat beside `element`. Gives {element, panel, released, isForCustomer(), place(), toggle(), leave()}. */
export function takeSeat(element, { site, language, layer }) {
  const texts = pageTexts(language);
  const editor = makeEditor(element, { layer, ignore: site.ignore });
  const review = el("div", {});
  const close = el("button", { type: "button", class: "close", "aria-label": texts.close, onclick: () => toggle(false) }, "×");
  const sheet = el("section", { class: "sheet", hidden: true, lang: language, onkeydown: closeOnEscape }, close, review);
  const badge = el("button", { type: "button", class: "badge", "aria-expanded": "false", hidden: true, onclick: () => toggle() });
  const said = el("p", { class: "cg-unseen", role: "status" });
  layer.append(badge, sheet, said);
  let verdict = null;

  const panel = mountPanel({ element: review, editor, ask, waive, keep, describe, language, delay: 250 - AFTER_LETTER, perMinute: 120, onState: drawBadge });

  function composer() {
    return (site.composer && element.closest(site.composer)) || document;
  }

  /** Who reads it: "customer", "internal" or "unsure". Only what is known to reach a customer may leave this page. */
  function reader() {
    const around = composer();
    if (site.internal && around.querySelector(site.internal)) return "internal";
    return !site.customer || around.querySelector(site.customer) !== null ? "customer" : "unsure";
  }

  const isForCustomer = () => reader() === "customer";

  function describe() {
    const known = reader();
    if (known !== "customer") return { skip: known };
    const conversation = findConversation(site.conversation);
    return { scope: "public-reply", context: { ...(conversation && { conversation }), ...(site.source && { source: site.source }), visibility: "public" } };
  }

  let before = reader();
  /** Looks again for what changed without an event: note or reply, moved, hidden. */
  function look() {
    if (before !== reader()) {
      before = reader();
      panel.refresh();
    }
    place();
  }

  function drawBadge({ kind, verdict: next, count, label }) {
    badge.dataset.mood = kind === "answer" ? next : kind;
    badge.dataset.count = kind === "answer" && count ? String(count) : "";
    badge.setAttribute("aria-label", texts.badge(label));
    badge.title = label;
    // A screen reader hears of a change for the worse without the panel being open.
    if (next !== verdict && (next === "hold" || next === "block")) said.textContent = label;
    if (next !== "hold" && next !== "block") said.textContent = "";
    verdict = next;
  }

  function toggle(open = sheet.hidden) {
    sheet.hidden = !open;
    badge.setAttribute("aria-expanded", String(open));
    if (open) sheet.dataset.scheme = isDark(element) ? "dark" : "light";
    place();
    if (open) sheet.querySelector(".cg-status").scrollIntoView({ block: "nearest" });
    else element.focus({ preventScroll: true });
  }

  function closeOnEscape(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    toggle(false);
  }

  function place() {
    const box = visibleBox(element);
    badge.hidden = box === null;
    if (box === null) {
      sheet.hidden = true;
      badge.setAttribute("aria-expanded", "false");
    } else {
      badge.dataset.scheme = isDark(element) ? "dark" : "light";
      badge.style.left = `${box.right - 34}px`;
      badge.style.top = `${box.bottom - 34}px`;
      if (!sheet.hidden) placeSheet(box);
    }
    editor.place();
  }

  // Beside the editor if there is room, else above it, else over it: the words stay readable as long as possible.
  function placeSheet(box) {
    const width = Math.min(WIDTH, innerWidth - 16);
    const isBeside = innerWidth - box.right > width + 12;
    const left = isBeside ? box.right + 8 : Math.max(8, Math.min(box.right - width, innerWidth - width - 8));
    const below = innerHeight - box.bottom - 12;
    const above = box.top - 12;
    sheet.style.width = `${width}px`;
    sheet.style.left = `${left}px`;
    if (isBeside || Math.max(above, below) < 220) {
      Object.assign(sheet.style, { top: "auto", bottom: "8px", maxHeight: `${innerHeight - 16}px` });
      if (isBeside) Object.assign(sheet.style, { top: `${Math.max(8, Math.min(box.top, innerHeight - 420))}px`, bottom: "auto", maxHeight: `${innerHeight - Math.max(8, Math.min(box.top, innerHeight - 420)) - 8}px` });
    } else if (above >= below) Object.assign(sheet.style, { top: "auto", bottom: `${innerHeight - box.top + 6}px`, maxHeight: `${above}px` });
    else Object.assign(sheet.style, { top: `${box.bottom + 6}px`, bottom: "auto", maxHeight: `${below}px` });
  }

  function leave() {
    panel.destroy();
    for (const node of [badge, sheet, said]) node.remove();
  }

  place();
  return { element, panel, editor, composer, isForCustomer, look, place, toggle, leave, released: new Set() };
}

function findConversation(pattern) {
  try {
    const found = pattern && new RegExp(pattern).exec(location.pathname + location.search + location.hash);
    return found ? (found[1] ?? found[0]).slice(0, 64) : null;
  } catch {
    return null; // the pattern of an administrator that is none
  }
}
