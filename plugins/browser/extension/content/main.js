// Starts on a page that may be read: finds the editors as somebody enters them, and minds the send button.

import PANEL_STYLE from "@panel/panel.css";
import PAGE_STYLE from "./page.css";
import { el } from "@panel/dom.js";
import { watchSending } from "./gate.js";
import { takeSeat } from "./seat.js";
import { tell } from "./service.js";
import { pageTexts } from "./texts.js";

const CHECK_EVERY = 1000;

async function start() {
  if (document.documentElement.dataset.complaintGift) return;
  const known = await tell({ kind: "site" });
  if (!known?.site) return;
  document.documentElement.dataset.complaintGift = "on";
  const asked = known.language || chrome.i18n.getUILanguage();
  const language = String(asked).toLowerCase().startsWith("ru") ? "ru" : "en";
  attend(known.site, language);
}

function attend(site, language) {
  const layer = makeLayer();
  const texts = pageTexts(language);
  const line = el("p", { class: "line", role: "status", hidden: true });
  layer.append(line);
  const seats = new Map();
  let timer = 0;
  let isPlacing = false;

  function sit(element) {
    if (!seats.has(element)) seats.set(element, takeSeat(element, { site, language, layer }));
    timer ||= setInterval(look, CHECK_EVERY);
    return seats.get(element);
  }

  // A second a look: editors come, go and turn from note to reply without telling anybody.
  function look() {
    for (const [element, seat] of seats) {
      if (!element.isConnected) {
        seat.leave();
        seats.delete(element);
      } else {
        seat.look();
      }
    }
    if (seats.size === 0) timer = clearInterval(timer) ?? 0;
  }

  function placeAll() {
    if (isPlacing) return;
    isPlacing = true;
    requestAnimationFrame(() => {
      isPlacing = false;
      for (const seat of seats.values()) seat.place();
    });
  }

  function editorAt(node) {
    const editor = node.closest(site.editor);
    return editor && isWritable(editor) ? editor : null;
  }

  // A button belongs to the editor in its composer, even to one that nobody has entered yet.
  function seatAt(node) {
    const own = editorAt(node);
    if (own) return sit(own);
    const around = (site.composer && node.closest(site.composer)) || document;
    // What lies hidden behind, such as a second ticket, is not what goes out.
    const found = [...around.querySelectorAll(site.editor)].filter((e) => isWritable(e) && e.checkVisibility());
    const element = found.find((e) => seats.has(e)) ?? (found.length === 1 ? found[0] : null);
    return element ? sit(element) : null;
  }

  function say(words) {
    line.textContent = words;
    line.hidden = false;
    setTimeout(() => (line.hidden = true), 6000);
  }

  addEventListener("focusin", ({ target }) => {
    const editor = target instanceof Element ? editorAt(target) : null;
    if (editor) sit(editor);
  }, true);
  addEventListener("scroll", placeAll, { capture: true, passive: true });
  addEventListener("resize", placeAll, { passive: true });
  chrome.runtime.onMessage.addListener(({ kind }) => {
    const seat = [...seats.values()].find((s) => s.element.contains(document.activeElement)) ?? [...seats.values()][0];
    if (kind === "toggle-panel") seat?.toggle();
  });
  watchSending({ site, seatAt, layer, language, texts, say });
  if (document.activeElement) {
    const editor = editorAt(document.activeElement);
    if (editor) sit(editor);
  }
}

function isWritable(editor) {
  return !editor.disabled && !editor.readOnly && (editor instanceof HTMLTextAreaElement || editor.isContentEditable);
}

function makeLayer() {
  const host = document.createElement("complaint-gift");
  const root = host.attachShadow({ mode: "open" });
  const layer = el("div", { class: "layer" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(PANEL_STYLE + PAGE_STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(el("style", {}, PANEL_STYLE + PAGE_STYLE));
  }
  root.append(layer);
  // The page's shortcuts must not hear what somebody types into our fields.
  for (const name of ["keydown", "keypress", "keyup", "input", "paste", "copy", "cut"]) {
    host.addEventListener(name, (event) => event.stopPropagation());
  }
  document.documentElement.append(host);
  return layer;
}

start();
