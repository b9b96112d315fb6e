// Asked when somebody sends a reply that should be changed: one calm question, a reason, two buttons.

import { el } from "./dom.js";
import { textsFor } from "./texts.js";

/** Resolves to the reason (a non-empty string), or to null when the person goes on writing. */
export function askReason({ findings, language }) {
  const texts = textsFor(language);
  const errors = findings.filter((f) => f.severity === "error");
  const reason = el("textarea", { id: "cg-reason", rows: "2", required: true, maxlength: "500", "aria-describedby": "cg-reason-hint" });
  const form = el(
    "form",
    { method: "dialog", onsubmit: (event) => reason.value.trim() || event.preventDefault() },
    el("h2", { id: "cg-hold-title" }, texts.holdTitle),
    el("p", {}, texts.holdBody),
    el("ul", { class: "cg-held" }, ...errors.slice(0, 3).map((f) => el("li", {}, f.quote ? el("q", {}, f.quote) : null, el("span", {}, f.message)))),
    el("label", { for: "cg-reason" }, texts.reason),
    reason,
    el("p", { id: "cg-reason-hint", class: "cg-note" }, texts.reasonHint),
    el(
      "div",
      { class: "cg-buttons" },
      el("button", { type: "submit", value: "send", class: "cg-send" }, texts.sendAnyway),
      el("button", { type: "button", class: "cg-keep", onclick: () => dialog.close() }, texts.keepWriting),
    ),
  );
  const dialog = el("dialog", { class: "cg-hold", "aria-labelledby": "cg-hold-title" }, form);
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  reason.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "send" ? reason.value.trim() : "";
      dialog.remove();
      before?.focus?.();
      resolve(given || null);
    });
  });
}
