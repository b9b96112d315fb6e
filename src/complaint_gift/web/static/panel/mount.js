// The review panel: reads a draft along with the person who writes it.
//
//   const panel = mountPanel({ element, editor: editTextarea(textarea), ask: makeAsk({ url, token }),
//                              describe: () => ({ scope, context, format }), language: "en" });
//
// It needs nothing but an element to draw in; the editor, `ask` and `waive` may be anything of the same shape.

import { makeCards } from "./cards.js";
import { el } from "./dom.js";
import { drawFacts } from "./facts.js";
import { makeLoop } from "./loop.js";
import { choose, climb, judge, locate, planInsert, shift } from "./spans.js";
import { drawLines, linesFor } from "./status.js";
import { makeTabs } from "./tabs.js";
import { textsFor } from "./texts.js";
import { makeWaivers } from "./waivers.js";

const NOTHING = { findings: [], signals: [] };

/**
 * Draws the panel into `element` and watches `editor`. `describe()` gives {scope, context, format?}, null while
 * there is nothing to review, or {skip: "internal"} where only colleagues read along,
 * {skip: "unsure"} where nobody can tell. `waive(waiver)` keeps a reason, null where nothing can be set aside;
 * `keep(told)` keeps whether a promise was kept and gives the case, null where nobody can say so. `showsCase` asks for the case at once.
 * `onState(state)` hears {kind, verdict, count, label}.
 * Gives {refresh, setLanguage, settled, sendAnyway, isPending, verdict, findings, destroy}.
 */
export function mountPanel({
  element, editor, ask, describe, waive = null, keep = null, language = "en", delay = 250, perMinute = Infinity,
  showsCase = false, onState = () => {},
}) {
  let texts = textsFor(language);
  let state = { kind: "idle" };
  let said = []; // everything the last answer found, what was set aside included
  let findings = [];
  let steps = climb("", NOTHING);
  let verdict = null;
  let facts = null;
  let known = null; // the conversation that the facts are about
  let drawnText = editor.read();
  let isOpen = false;
  let isShared = false;
  let pointed = null;

  const heading = el("h2", { class: "cg-title" });
  const status = el("div", { class: "cg-status", role: "status" });
  const ladder = el("ul", { class: "cg-steps" });
  const cards = makeCards({ say: () => ({ texts, text: drawnText, excerpts: editor.excerpts === true }), point: pointAt, goTo, insert, setAside: waive && setAside });
  const more = el("button", { type: "button", class: "cg-more", onclick: toggleMore });
  const retry = el("button", { type: "button", class: "cg-more", onclick: () => loop.now(true) });
  const notice = el("p", { class: "cg-note cg-notice", role: "status" });
  const caseFacts = el("section", { class: "cg-facts", hidden: true });
  element.classList.add("cg-panel");
  element.replaceChildren(heading, status, ladder, cards.element, more, retry, notice, caseFacts);

  const waivers = makeWaivers(waive ?? (() => Promise.resolve()));
  const loop = makeLoop({ make: makeRequest, ask, show, delay, perMinute });
  const tabs = makeTabs((shared) => {
    isShared = shared;
    drawNotice();
  });
  const stopListening = editor.listen(onInput, onCaret);

  function conversation() {
    return describe()?.context?.conversation ?? null;
  }

  function move(next) {
    tabs.move(next);
    if (next === known) return;
    known = next;
    facts = null;
    if (showsCase && next !== null) learnCase(next);
  }

  // What is known of the case helps before the first word: an empty draft is asked about once.
  async function learnCase(conversation) {
    try {
      const { context } = describe();
      const answer = await ask({ text: "", format: "plain", scope: "public-reply", context, ui_language: "en", revision: 0 }, AbortSignal.timeout(5000));
      if (known === conversation && facts === null) facts = answer.case ?? null;
      render();
    } catch {
      // The first review will tell.
    }
  }

  function makeRequest() {
    const text = editor.read();
    const described = describe();
    move(described?.context?.conversation ?? null);
    if (!text.trim() || described === null || described.skip) return null;
    return { text, format: "plain", ...described, ui_language: texts === textsFor("ru") ? "ru" : "en" };
  }

  function onInput() {
    const text = editor.read();
    if (text !== drawnText) {
      said = shift(said, drawnText, text);
      findings = said.filter(isOpenFinding);
      steps = steps.map((step) => ({ ...step, places: shift(step.places, drawnText, text) }));
      drawnText = text;
    }
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
    cards.mark(id);
  }

  function show(next) {
    if (next.kind === "checking") {
      element.setAttribute("aria-busy", "true");
      // While we are away the same calm line stays: a retry every few seconds is not news.
      if (state.kind === "idle") state = next;
    } else {
      element.removeAttribute("aria-busy");
      state = next.kind === "final" ? { ...state, awaiting: false } : next;
      if (next.kind !== "final") take(next);
    }
    render();
  }

  function take(next) {
    const now = editor.read();
    const answer = next.kind === "answer" ? next.answer : { ...NOTHING, verdict: null };
    const text = next.text ?? "";
    said = shift(locate(text, answer.findings), text, now);
    steps = climb(text, { signals: [], ...answer });
    for (const step of steps) step.places = shift(step.places, text, now);
    if (answer.case !== undefined) facts = answer.case;
    if (next.kind !== "answer") isOpen = false;
    drawnText = now;
    judgeAgain();
  }

  function isOpenFinding(finding) {
    return !waivers.covers(conversation(), finding);
  }

  function judgeAgain() {
    findings = said.filter(isOpenFinding);
    const given = state.kind === "answer" ? state.answer.verdict : null;
    verdict = findings.length === said.length ? given : judge(given, findings);
    editor.draw(findings);
  }

  function render() {
    const { shown, more: rest } = choose(findings);
    const mood = state.kind === "answer" ? verdict : state.kind;
    heading.textContent = texts.title;
    element.dataset.mood = mood;
    drawLines(status, linesFor({ ...state, mood, findings, texts, skip: describe()?.skip }));
    drawLadder();
    cards.draw(isOpen ? [...shown, ...rest] : shown);
    more.hidden = rest.length === 0;
    more.textContent = isOpen ? texts.less : texts.more(rest.length);
    more.setAttribute("aria-expanded", String(isOpen));
    retry.hidden = state.kind !== "away";
    retry.textContent = texts.retry;
    drawNotice();
    drawFacts(caseFacts, facts, texts, language, keep && keepPromise);
    onState({ kind: state.kind, verdict, count: findings.length, label: status.firstChild?.textContent ?? "" });
  }

  function drawNotice(words = null) {
    const wanted = words ?? (isShared ? texts.shared : "");
    notice.hidden = wanted === "";
    if (notice.textContent !== wanted) notice.textContent = wanted;
  }

  // Only where a customer waits for the gift: not on notes, not on praise or a question, not while we are away.
  function drawLadder() {
    const described = describe();
    ladder.hidden = !described || described.scope !== "public-reply" || described.context?.complaint === false || state.kind === "away";
    ladder.setAttribute("aria-label", texts.steps);
    const drawn = JSON.stringify([steps.map((step) => step.places.length > 0), texts.steps]);
    if (ladder.dataset.drawn === drawn) return;
    ladder.dataset.drawn = drawn;
    ladder.replaceChildren(...steps.map(drawStep));
  }

  function drawStep({ name, places }, i) {
    const isDone = places.length > 0;
    const showPlaces = () => {
      editor.draw([...findings, ...steps[i].places]);
      editor.point(`step-${name}`);
    };
    const hidePlaces = () => {
      editor.draw(findings);
      editor.point(pointed);
    };
    return el(
      "li",
      { class: isDone ? "cg-done" : null, onmouseenter: showPlaces, onmouseleave: hidePlaces },
      texts.step[name],
      el("span", { class: "cg-unseen" }, `: ${isDone ? texts.stepDone : texts.stepOpen}`),
    );
  }

  function current(finding) {
    return findings.find((f) => f.id === finding.id) ?? finding;
  }

  function goTo(finding) {
    const { from, to } = current(finding);
    if (from !== null) editor.focus(from, to);
  }

  async function insert(finding) {
    const edit = planInsert(editor.read(), current(finding));
    const isDone = await editor.replace(edit.from, edit.to, edit.text);
    if (isDone === false) drawNotice(texts.notInserted);
    else loop.now();
  }

  async function setAside(some, reason) {
    const kept = Promise.all(some.map((finding) => waivers.add(finding, { ...aboutDraft(), reason })));
    judgeAgain();
    render();
    status.tabIndex = -1;
    status.focus({ preventScroll: true });
    drawNotice((await kept).every(Boolean) ? texts.asideKept : texts.asideNotKept);
  }

  async function keepPromise(promise, isKept) {
    const { conversation, source, by } = aboutDraft();
    try {
      facts = await keep({ conversation, promise, kept: isKept, ...(source && { source }), ...(by && { by }) });
      render();
      caseFacts.querySelector(`[data-promise="${promise}"]`)?.focus();
      drawNotice(isKept ? texts.promiseKept : texts.promiseOpen);
    } catch {
      drawNotice(texts.notKept);
    }
  }

  // The text goes along for its hash only: by it the service knows the message again once it is sent.
  function aboutDraft() {
    const { conversation = null, source, author } = describe()?.context ?? {};
    const by = author?.name;
    return { conversation, ...(source && { source }), ...(by && { by }), text: editor.read() };
  }

  /** Keeps one reason for every error that goes out; true when the service kept it. */
  async function sendAnyway(reason) {
    const errors = findings.filter((f) => f.severity === "error");
    const kept = await Promise.all(errors.map((f) => waivers.add(f, { ...aboutDraft(), reason, sent: true })));
    return kept.every(Boolean);
  }

  // What a macro wrote a moment before it sends has not been heard of yet.
  function settled(ms) {
    if (editor.read() !== drawnText) onInput();
    return loop.settled(ms);
  }

  function toggleMore() {
    isOpen = !isOpen;
    render();
  }

  function setLanguage(next) {
    language = next;
    texts = textsFor(next);
    render();
    loop.now();
  }

  function destroy() {
    loop.stop();
    tabs.stop();
    stopListening();
    element.replaceChildren();
  }

  render();
  loop.now();
  return {
    refresh: () => loop.now(),
    settled,
    setLanguage,
    sendAnyway,
    destroy,
    get isPending() {
      return editor.read() !== drawnText || loop.isPending();
    },
    get verdict() {
      return verdict;
    },
    get findings() {
      return findings;
    },
  };
}
