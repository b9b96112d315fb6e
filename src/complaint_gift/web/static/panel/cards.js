// The list of findings: one card each, kept in place from answer to answer so that focus and opened details survive.

import { el } from "./dom.js";
import { excerpt } from "./spans.js";

/**
 * `say()` gives {texts, text, excerpts}; the rest hear what a person does with a finding:
 * `point(id | null)`, `goTo(finding)`, `insert(finding)`, `setAside(finding, reason)`; null when nothing can be set aside.
 * Gives {element, draw(findings), find(id), mark(id)}.
 */
export function makeCards({ say, point, goTo, insert, setAside }) {
  const list = el("ol", { class: "cg-findings" });

  function draw(findings) {
    const known = new Map([...list.children].map((item) => [item.dataset.key, item]));
    const used = new Map();
    const items = findings.map((finding) => {
      const base = keyOf(finding);
      used.set(base, (used.get(base) ?? 0) + 1);
      const key = `${base}|${used.get(base)}`;
      const item = known.get(key) ?? makeItem(key);
      item.dataset.finding = finding.id;
      item.finding = finding;
      if (!known.has(key)) fill(item);
      drawQuote(item);
      return item;
    });
    place(items);
  }

  function keyOf({ rule, quote, message, suggestion }) {
    return [rule, quote, message, suggestion, say().texts.title].join("|");
  }

  // Moves only what has to move: an element that is taken out, even for a moment, loses its focus.
  function place(items) {
    const wanted = new Set(items);
    for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
    items.forEach((item, i) => {
      if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null);
    });
  }

  function makeItem(key) {
    const item = el("li", {
      onmouseenter: () => point(item.dataset.finding),
      onmouseleave: () => point(null),
      onfocusin: () => point(item.dataset.finding),
      onfocusout: () => point(null),
    });
    item.dataset.key = key;
    return item;
  }

  function fill(item) {
    const { texts } = say();
    const { finding } = item;
    const kind = finding.missing ? "missing" : finding.severity;
    const why = finding.why ? el("p", { class: "cg-why", hidden: true }, finding.why) : null;
    const form = setAside && !finding.missing ? makeForm(item) : null;
    item.className = `cg-finding cg-is-${kind}`;
    item.append(
      ...[
        el(
          "div",
          { class: "cg-head" },
          el("p", { class: "cg-kind" }, texts[kind]),
          el("div", { class: "cg-asks" }, why && makeToggle(texts.why, why), form && makeToggle(texts.notHere, form, form.reason)),
        ),
        finding.quote ? el("button", { type: "button", class: "cg-quote", title: texts.show, onclick: () => goTo(item.finding) }) : null,
        el("p", { class: "cg-message" }, finding.message),
        finding.reading ? el("p", { class: "cg-reading" }, finding.reading) : null,
        why,
        form,
        finding.suggestion ? makeSuggestion(item) : null,
      ].filter(Boolean),
    );
  }

  // Where the editor cannot wear marks, the card shows the words among their neighbours.
  function drawQuote(item) {
    const button = item.querySelector(".cg-quote");
    if (!button) return;
    const { finding } = item;
    const { text, excerpts } = say();
    const around = excerpts && finding.from !== null ? excerpt(text, finding.from, finding.to) : null;
    const parts = around && around.words === finding.quote ? [around.before, el("mark", {}, around.words), around.after] : [el("mark", {}, finding.quote)];
    const drawn = parts.map((p) => p.textContent ?? p).join("|");
    if (button.dataset.drawn === drawn) return;
    button.dataset.drawn = drawn;
    button.replaceChildren(...parts);
  }

  function makeToggle(words, target, focus = null) {
    const toggle = () => {
      target.hidden = !target.hidden;
      button.setAttribute("aria-expanded", String(!target.hidden));
      if (!target.hidden) focus?.focus();
    };
    const button = el("button", { type: "button", class: "cg-ask", "aria-expanded": "false", onclick: toggle }, words);
    return button;
  }

  function makeForm(item) {
    const { texts } = say();
    const reason = el("input", { type: "text", "aria-label": texts.notHereAsk, placeholder: texts.notHereHint, maxlength: "500", required: true, autocomplete: "off" });
    const submit = (event) => {
      event.preventDefault();
      if (reason.value.trim()) setAside(item.finding, reason.value.trim());
      else reason.focus();
    };
    const form = el(
      "form",
      { class: "cg-aside", hidden: true, onsubmit: submit },
      el("span", { "aria-hidden": "true" }, texts.notHereAsk),
      reason,
      el("button", { type: "submit", class: "cg-insert" }, texts.setAside),
    );
    form.reason = reason;
    return form;
  }

  function makeSuggestion(item) {
    const { texts } = say();
    const { missing, suggestion } = item.finding;
    return el(
      "div",
      { class: "cg-suggestion" },
      el("p", { class: "cg-offer" }, el("span", {}, `${texts.suggestion}: `), suggestion),
      el("button", { type: "button", class: "cg-insert", onclick: () => insert(item.finding) }, missing ? texts.insert : texts.replace),
    );
  }

  function mark(id) {
    for (const item of list.children) item.classList.toggle("cg-pointed", item.dataset.finding === id);
  }

  return { element: list, draw, mark };
}
