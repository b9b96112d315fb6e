// What is known of the case: where it stands, what was promised, who it is about, who reads along.

import { el } from "./dom.js";

const MOST_OPEN = 3;
const MOST_KEPT = 2;

/**
 * Draws `facts` {stage, reply_due, promises: [{id, what, due_at, who, state}], about: [name], audience} into
 * `element`; without any it is hidden. Times are ISO 8601, shown as language and place of the reader have it.
 * `keep(id, isKept)`: a click says that a promise was kept, or that one taken for kept is not.
 */
export function drawFacts(element, facts, texts, language, keep = null) {
  const rows = facts ? [...rowsOf(facts, texts, language)] : [];
  const drawn = JSON.stringify([rows, language]);
  element.hidden = rows.length === 0;
  if (element.dataset.drawn === drawn) return;
  element.dataset.drawn = drawn;
  element.replaceChildren(
    el("h3", {}, texts.facts),
    el("dl", {}, ...rows.flatMap(([name, kind, words, promise]) => [
      el("dt", {}, name),
      el("dd", { class: kind }, words, keep && promise ? settleButton(promise, words, texts, keep) : null),
    ])),
  );
}

function settleButton({ id, isKept }, words, texts, keep) {
  const label = isKept ? texts.notYet : texts.kept;
  return el("button", { type: "button", class: "cg-kept", "data-promise": id, "aria-label": `${label}: ${words}`, onclick: () => keep(id, !isKept) }, label);
}

function* rowsOf({ stage, reply_due: replyDue, promises = [], about = [], audience }, texts, language) {
  if (stage) yield [texts.stage, null, texts.stages[stage] ?? stage];
  const reply = moment(replyDue, language);
  if (reply) yield [texts.answer, reply.isLate ? "cg-late" : null, reply.isLate ? texts.wasDue(reply.words) : texts.due(reply.words)];
  const told = promises.filter((p) => p.what && p.state !== "moved");
  for (const promise of told.filter((p) => p.state !== "kept").slice(0, MOST_OPEN)) yield promiseRow(promise, texts, language);
  for (const promise of told.filter((p) => p.state === "kept").slice(-MOST_KEPT)) yield keptRow(promise, texts);
  if (about.length) yield [texts.about, null, about.join(", ")];
  if (audience) yield [texts.audience, null, texts.audiences[audience] ?? audience];
}

function promiseRow({ id, what, due_at: dueAt, who }, texts, language) {
  const due = moment(dueAt, language);
  const when = due && (due.isLate ? texts.wasDue(due.words) : texts.due(due.words));
  return [texts.promised, due?.isLate ? "cg-late" : null, [what, who, when].filter(Boolean).join(" · "), { id, isKept: false }];
}

function keptRow({ id, what, who }, texts) {
  return [texts.promised, "cg-settled", [what, who, texts.wasKept].filter(Boolean).join(" · "), { id, isKept: true }];
}

function moment(given, language) {
  const at = given ? new Date(given) : null;
  if (at === null || Number.isNaN(at.getTime())) return null;
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  const said = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...year, hour: "numeric", minute: "2-digit" }).format(at);
  const words = said.replace(" г.", "\u00a0г."); // "2027 г." is one word in Russian
  return { words, isLate: at.getTime() < Date.now() };
}
