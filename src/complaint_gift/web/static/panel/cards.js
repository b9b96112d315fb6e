// The list of findings: a card for each piece of advice, kept in place from answer to answer so that focus and opened
// details survive. Of several sentences on a card one is chosen, first of all the first: it is the one that is pointed
// at in the text, and the one that a suggestion takes the place of.

import { el } from "./dom.js";
import { excerpt } from "./spans.js";

const MOST_QUOTES = 4; // at first sight

/**
 * `say()` gives {texts, text, excerpts}; the rest hear what a person does with a finding:
 * `point(id | null)`, `goTo(finding)`, `insert(finding)`, `setAside(findings, reason)`; null when nothing can be set aside.
 * Gives {element, draw(gathered), mark(id)}; what `gather` of spans.js gives is drawn.
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
      item.finding = finding;
      if (!known.has(key)) fill(item);
      dress(item);
      return item;
    });
    place(items);
  }

  function keyOf({ rule, missing, message, suggestion }) {
    return [rule, missing, message, suggestion, say().texts.title].join("|");
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
      onmouseenter: () => point(chosen(item).id),
      onmouseleave: () => point(null),
      onfocusin: () => point(chosen(item).id),
      onfocusout: () => point(null),
    });
    item.dataset.key = key;
    return item;
  }

  function chosen(item) {
    const { alike } = item.finding;
    return alike.find((f) => f.id === item.chosen) ?? alike[0];
  }

  function fill(item) {
    const { texts } = say();
    const { finding } = item;
    const why = finding.why ? el("p", { class: "cg-why", hidden: true }, finding.why) : null;
    const form = setAside && !finding.missing ? makeForm(item) : null;
    item.append(
      ...[
        el(
          "div",
          { class: "cg-head" },
          el("p", { class: "cg-kind" }),
          el("div", { class: "cg-asks" }, why && makeToggle(texts.why, why), form && makeToggle(texts.notHere, form, form.reason)),
        ),
        el("div", { class: "cg-quotes" }),
        el("p", { class: "cg-message" }, finding.message),
        finding.reading ? el("p", { class: "cg-reading" }, finding.reading) : null,
        why,
        form,
        finding.suggestion ? makeSuggestion(item) : null,
      ].filter(Boolean),
    );
  }

  // What may change while the advice stays the same.
  function dress(item) {
    const { finding } = item;
    const kind = finding.missing ? "missing" : finding.severity;
    item.classList.add("cg-finding");
    for (const each of ["missing", "error", "warning", "info"]) item.classList.toggle(`cg-is-${each}`, each === kind);
    item.querySelector(".cg-kind").textContent = say().texts[kind];
    drawQuotes(item);
    drawWhich(item);
  }

  const quoted = (item) => item.finding.alike.filter((f) => f.quote);

  function drawQuotes(item) {
    const { texts } = say();
    const box = item.querySelector(".cg-quotes");
    const all = quoted(item);
    const shown = item.isWhole ? all : all.slice(0, MOST_QUOTES);
    box.querySelector(".cg-rest")?.remove();
    while (box.children.length > shown.length) box.lastChild.remove();
    shown.forEach((f, i) => drawQuote(box.children[i] ?? box.appendChild(makeQuote(item)), f));
    if (shown.length < all.length) box.append(el("button", { type: "button", class: "cg-ask cg-rest", onclick: () => showAll(item) }, texts.more(all.length - shown.length)));
    choose(item, chosen(item).id);
  }

  function showAll(item) {
    item.isWhole = true;
    drawQuotes(item);
    item.querySelectorAll(".cg-quote")[MOST_QUOTES].focus();
  }

  function makeQuote(item) {
    const take = () => {
      choose(item, button.finding.id);
      point(button.finding.id);
    };
    const button = el("button", { type: "button", class: "cg-quote", title: say().texts.show, onmouseenter: take, onfocusin: take, onclick: () => goTo(button.finding) });
    return button;
  }

  function choose(item, id) {
    item.chosen = id;
    const isOneOfMany = quoted(item).length > 1;
    for (const button of item.querySelectorAll(".cg-quote")) button.classList.toggle("cg-chosen", isOneOfMany && button.finding.id === id);
  }

  // Where the editor cannot wear marks, the card shows the words among their neighbours.
  function drawQuote(button, finding) {
    button.finding = finding;
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
      const boxes = [...form.querySelectorAll("[type=checkbox]")];
      const some = boxes.length ? item.finding.alike.filter((f) => boxes.some((box) => box.checked && box.value === f.id)) : item.finding.alike;
      if (!some.length) boxes[0].focus();
      else if (reason.value.trim()) setAside(some, reason.value.trim());
      else reason.focus();
    };
    const form = el(
      "form",
      { class: "cg-aside", hidden: true, onsubmit: submit },
      el("fieldset", { "aria-label": texts.which }),
      el("span", { "aria-hidden": "true" }, texts.notHereAsk),
      reason,
      el("button", { type: "submit", class: "cg-insert" }, texts.setAside),
    );
    form.reason = reason;
    return form;
  }

  // One sentence may be right where another one hurts.
  function drawWhich(item) {
    const which = item.querySelector(".cg-aside fieldset");
    if (!which) return;
    const all = quoted(item);
    which.hidden = all.length < 2;
    const drawn = JSON.stringify(all.map((f) => [f.id, f.quote]));
    if (which.dataset.drawn === drawn) return;
    which.dataset.drawn = drawn;
    which.replaceChildren(...(which.hidden ? [] : all.map((f) => el("label", {}, el("input", { type: "checkbox", value: f.id, checked: true }), el("span", {}, f.quote)))));
  }

  function makeSuggestion(item) {
    const { texts } = say();
    const { missing, suggestion } = item.finding;
    return el(
      "div",
      { class: "cg-suggestion" },
      el("p", { class: "cg-offer" }, el("span", {}, `${texts.suggestion}: `), suggestion),
      el("button", { type: "button", class: "cg-insert", onclick: () => insert(chosen(item)) }, missing ? texts.insert : texts.replace),
    );
  }

  function mark(id) {
    for (const item of list.children) {
      const isMeant = item.finding.alike.some((f) => f.id === id);
      item.classList.toggle("cg-pointed", isMeant);
      if (isMeant) choose(item, id);
    }
  }

  return { element: list, draw, mark };
}
