// Asked when somebody sends a reply that should be changed: one calm question, a reason, two buttons.

import { el } from "./dom.js";
import { gather } from "./spans.js";
import { textsFor } from "./texts.js";

const MOST_QUOTES = 3;

/**
 * The question as a form; `answer(reason)` hears a non-empty reason, or null when the person goes on writing.
 * The element's `reason` is the field to focus.
 */
export function makeQuestion({ findings, language, verdict = "hold", answer }) {
  const texts = textsFor(language);
  const errors = findings.filter((f) => f.severity === "error");
  const reason = el("textarea", { id: "cg-reason", rows: "2", required: true, maxlength: "500", "aria-describedby": "cg-reason-hint" });
  const submit = (event) => {
    event.preventDefault();
    if (reason.value.trim()) answer(reason.value.trim());
    else reason.focus();
  };
  const form = el(
    "form",
    { class: "cg-question", onsubmit: submit },
    el("h2", { id: "cg-hold-title" }, texts.holdTitle),
    el("p", {}, verdict === "block" ? texts.blockBody : texts.holdBody),
    el("ul", { class: "cg-held" }, ...gather(errors).slice(0, 3).map(makeItem)),
    el("label", { for: "cg-reason" }, texts.reason),
    reason,
    el("p", { id: "cg-reason-hint", class: "cg-note" }, texts.reasonHint),
    el(
      "div",
      { class: "cg-buttons" },
      el("button", { type: "submit", class: "cg-send" }, texts.sendAnyway),
      el("button", { type: "button", class: "cg-keep", onclick: () => answer(null) }, texts.keepWriting),
    ),
  );
  form.reason = reason;
  return form;
}

// The words, and what is wrong with them once for all of them.
function makeItem({ alike, message }) {
  const quotes = new Set(alike.map((f) => f.quote).filter(Boolean));
  return el("li", {}, ...[...quotes].slice(0, MOST_QUOTES).map((quote) => el("q", {}, quote)), el("span", {}, message));
}

/** Asks in a dialog inside `into`. Resolves to the reason, or to null when the person goes on writing. */
export function askReason({ findings, language, verdict = "hold", into = document.body }) {
  const before = document.activeElement;
  return new Promise((resolve) => {
    let given = null;
    const answer = (reason) => {
      given = reason;
      dialog.close();
    };
    const question = makeQuestion({ findings, language, verdict, answer });
    const dialog = el("dialog", { class: "cg-hold", lang: language, "aria-labelledby": "cg-hold-title" }, question);
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
      resolve(given);
    });
    into.append(dialog);
    dialog.showModal();
    question.reason.focus();
  });
}
