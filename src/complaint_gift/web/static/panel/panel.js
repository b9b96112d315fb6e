// The review panel: reads a draft along with the person who writes it.
//
//   const panel = mountPanel({ element, editor: editTextarea(textarea), ask: makeAsk({ url, token }),
//                              describe: () => ({ scope, context, format }), language: "en" });
//
// It needs nothing but an element to draw in; the editor and `ask` may be anything of the same shape.

import { el } from "./dom.js";
import { makeLoop } from "./loop.js";
import { choose, climb, locate, planInsert, shift } from "./spans.js";
import { textsFor } from "./texts.js";

export { askReason } from "./hold.js";
export { makeAsk } from "./client.js";
export { editTextarea } from "./mirror.js";

/**
 * Draws the panel into `element` and watches `editor`. `describe()` gives {scope, context, format?}, or null
 * while nothing shall be reviewed. `onState(state)` hears {kind, verdict, count}.
 * Gives {refresh, setLanguage, settled, verdict, findings, destroy}.
 */
export function mountPanel({ element, editor, ask, describe, language = "en", delay = 250, onState = () => {} }) {
  let texts = textsFor(language);
  let state = { kind: "idle" };
  let findings = [];
  let steps = climb("", { findings: [], signals: [] });
  let verdict = null;
  let drawnText = editor.read();
  let isOpen = false;
  let pointed = null;

  const heading = el("h2", { class: "cg-title" });
  const status = el("div", { class: "cg-status", role: "status" });
  const ladder = el("ul", { class: "cg-steps" });
  const list = el("ol", { class: "cg-findings" });
  const more = el("button", { type: "button", class: "cg-more", onclick: toggleMore });
  const retry = el("button", { type: "button", class: "cg-more", onclick: () => loop.now() });
  element.classList.add("cg-panel");
  element.replaceChildren(heading, status, ladder, list, more, retry);

  const loop = makeLoop({ make: makeRequest, ask, show, delay });
  const stopListening = editor.listen(onInput, onCaret);

  function makeRequest() {
    const text = editor.read();
    const described = describe();
    if (!text.trim() || described === null) return null;
    return { text, format: "plain", ...described, ui_language: texts === textsFor("ru") ? "ru" : "en" };
  }

  function onInput() {
    const text = editor.read();
    findings = shift(findings, drawnText, text);
    steps = steps.map((step) => ({ ...step, places: shift(step.places, drawnText, text) }));
    drawnText = text;
    editor.draw(findings);
    loop.touch();
  }

  function onCaret() {
    const at = editor.caret();
    const hit = at === null ? null : findings.find((f) => f.from !== null && f.from <= at && at <= f.to);
    pointAt(hit ? hit.id : null);
  }

  function pointAt(id) {
    if (id === pointed) return;
    pointed = id;
    editor.point(id);
    for (const item of list.children) item.classList.toggle("cg-pointed", item.dataset.finding === id);
  }

  function show(next) {
    if (next.kind === "checking") {
      element.setAttribute("aria-busy", "true");
      // While we are away the same calm line stays: a retry every few seconds is not news.
      if (state.kind === "idle") state = { ...state, kind: "checking" };
    } else {
      element.removeAttribute("aria-busy");
      state = next;
      take(next);
    }
    render();
  }

  function take(next) {
    if (next.kind === "answer") {
      verdict = next.answer.verdict;
      const now = editor.read();
      findings = shift(locate(next.text, next.answer.findings), next.text, now);
      steps = climb(next.text, { signals: [], ...next.answer });
      for (const step of steps) step.places = shift(step.places, next.text, now);
    } else {
      verdict = null;
      findings = [];
      steps = climb("", { findings: [], signals: [] });
      isOpen = false;
    }
    drawnText = editor.read();
    editor.draw(findings);
  }

  function render() {
    const { shown, more: rest } = choose(findings);
    heading.textContent = texts.title;
    const mood = state.kind === "answer" ? verdict : state.kind;
    element.dataset.mood = mood;
    drawStatus(mood);
    drawLadder();
    const visible = isOpen ? [...shown, ...rest] : shown;
    drawList(visible);
    more.hidden = rest.length === 0;
    more.textContent = isOpen ? texts.less : texts.more(rest.length);
    more.setAttribute("aria-expanded", String(isOpen));
    retry.hidden = state.kind !== "away";
    retry.textContent = texts.retry;
    onState({ kind: state.kind, verdict, count: findings.length, label: status.firstChild?.textContent ?? "" });
  }

  function drawStatus(mood) {
    const errors = findings.filter((f) => f.severity === "error").length;
    const lines = {
      idle: [texts.idle],
      checking: [texts.checking],
      pass: [texts.pass, texts.passNote],
      warn: [texts.warn(findings.length), texts.warnNote],
      hold: [texts.hold(Math.max(errors, 1)), texts.holdNote],
      block: [texts.block, texts.blockNote],
      away: state.denied ? [texts.denied, texts.deniedNote] : [texts.away, texts.awayNote],
    }[mood] ?? [texts.idle];
    const extra = state.kind === "answer" && state.answer.complete === false ? texts.incomplete : null;
    const wanted = [...lines, extra].filter(Boolean);
    // Rewriting the same words would make a screen reader repeat them.
    if (status.dataset.said === wanted.join("\n")) return;
    status.dataset.said = wanted.join("\n");
    status.replaceChildren(...wanted.map((line, i) => el("p", { class: i ? "cg-note" : "cg-line" }, line)));
  }

  // Only where a customer waits for the gift: not on notes, not on praise or a question, not while we are away.
  function drawLadder() {
    const described = describe();
    ladder.hidden = !described || described.scope !== "public-reply" || described.context?.complaint === false || state.kind === "away";
    ladder.setAttribute("aria-label", texts.steps);
    ladder.replaceChildren(...steps.map(drawStep));
  }

  function drawStep({ name, places }) {
    const isDone = places.length > 0;
    const show = () => {
      editor.draw([...findings, ...places]);
      editor.point(`step-${name}`);
    };
    const hide = () => {
      editor.draw(findings);
      editor.point(pointed);
    };
    return el(
      "li",
      { class: isDone ? "cg-done" : null, onmouseenter: show, onmouseleave: hide },
      texts.step[name],
      el("span", { class: "cg-unseen" }, `: ${isDone ? texts.stepDone : texts.stepOpen}`),
    );
  }

  function drawList(visible) {
    const known = new Map([...list.children].map((item) => [item.dataset.key, item]));
    const used = new Map();
    const items = visible.map((finding) => {
      const base = `${finding.rule}|${finding.quote}|${finding.message}|${finding.suggestion}|${texts.title}`;
      const key = `${base}|${used.set(base, (used.get(base) ?? 0) + 1).get(base)}`;
      const item = known.get(key) ?? makeItem(key);
      item.dataset.finding = finding.id;
      item.finding = finding;
      if (!known.has(key)) fillItem(item, finding);
      return item;
    });
    // Only what changed moves, so focus and opened details survive the next answer.
    if (items.length === list.children.length && items.every((item, i) => item === list.children[i])) return;
    list.replaceChildren(...items);
  }

  function makeItem(key) {
    const item = el("li", {
      onmouseenter: () => pointAt(item.dataset.finding),
      onmouseleave: () => pointAt(null),
      onfocusin: () => pointAt(item.dataset.finding),
    });
    item.dataset.key = key;
    return item;
  }

  function fillItem(item, finding) {
    const kind = finding.missing ? "missing" : finding.severity;
    const why = drawWhy(finding);
    const quote = { type: "button", class: "cg-quote", title: texts.show, onclick: () => goTo(item) };
    item.className = `cg-finding cg-is-${kind}`;
    const parts = [
      el("div", { class: "cg-head" }, el("p", { class: "cg-kind" }, texts[kind]), why ? drawWhyButton(why) : null),
      finding.quote ? el("button", quote, finding.quote) : null,
      el("p", { class: "cg-message" }, finding.message),
      why,
      finding.suggestion ? drawSuggestion(item, finding) : null,
    ];
    item.replaceChildren(...parts.filter(Boolean));
  }

  function drawWhy({ why, reading }) {
    if (!why && !reading) return null;
    const heard = reading ? el("p", {}, el("span", {}, `${texts.reading}: `), reading) : null;
    return el("div", { class: "cg-why", hidden: true }, why ? el("p", {}, why) : null, heard);
  }

  function drawWhyButton(why) {
    const toggle = () => {
      why.hidden = !why.hidden;
      button.setAttribute("aria-expanded", String(!why.hidden));
    };
    const button = el("button", { type: "button", class: "cg-ask", "aria-expanded": "false", onclick: toggle }, texts.why);
    return button;
  }

  function drawSuggestion(item, finding) {
    const label = finding.missing ? texts.insert : texts.replace;
    const button = el("button", { type: "button", class: "cg-insert", onclick: () => insert(item) }, label);
    return el(
      "div",
      { class: "cg-suggestion" },
      el("p", { class: "cg-offer" }, el("span", {}, `${texts.suggestion}: `), finding.suggestion),
      button,
    );
  }

  function goTo(item) {
    const current = findings.find((f) => f.id === item.dataset.finding);
    if (current && current.from !== null) editor.focus(current.from, current.to);
  }

  function insert(item) {
    const current = findings.find((f) => f.id === item.dataset.finding) ?? item.finding;
    const edit = planInsert(editor.read(), current);
    editor.replace(edit.from, edit.to, edit.text);
    loop.now();
  }

  function toggleMore() {
    isOpen = !isOpen;
    render();
  }

  function setLanguage(next) {
    texts = textsFor(next);
    list.replaceChildren();
    render();
    loop.now();
  }

  function destroy() {
    loop.stop();
    stopListening();
    element.replaceChildren();
  }

  render();
  loop.now();
  return {
    refresh: loop.now,
    settled: loop.settled,
    setLanguage,
    destroy,
    get verdict() {
      return verdict;
    },
    get findings() {
      return findings;
    },
  };
}
