// What is known of the case: where it stands, what was promised, who it is about, who reads along.

import { el } from "./dom.js";

/** Draws `facts` {stage, promises: [{what, due_at, who}], about: [name], audience} into `element`; empty hides it. */
export function drawFacts(element, facts, texts, language) {
  const rows = facts ? [...rowsOf(facts, texts, language)] : [];
  const drawn = JSON.stringify([rows.map(([name, , words]) => [name, words]), language]);
  element.hidden = rows.length === 0;
  if (element.dataset.drawn === drawn) return;
  element.dataset.drawn = drawn;
  element.replaceChildren(
    el("h3", {}, texts.facts),
    el("dl", {}, ...rows.flatMap(([name, kind, ...words]) => [el("dt", {}, name), ...words.map((w) => el("dd", { class: kind }, w))])),
  );
}

function* rowsOf({ stage, promises = [], about = [], audience }, texts, language) {
  if (stage) yield [texts.stage, null, texts.stages[stage] ?? stage];
  const kept = promises.filter((p) => p.what);
  for (const promise of kept.slice(0, 3)) yield promiseRow(promise, texts, language);
  if (about.length) yield [texts.about, null, about.join(", ")];
  if (audience) yield [texts.audience, null, texts.audiences[audience] ?? audience];
}

function promiseRow({ what, due_at: due, who }, texts, language) {
  const at = due ? new Date(due) : null;
  const isDated = at !== null && !Number.isNaN(at.getTime());
  const isLate = isDated && at.getTime() < Date.now();
  const when = isDated ? new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at) : "";
  const words = [what, who, isDated && (isLate ? texts.wasDue(when) : texts.due(when))].filter(Boolean).join(" · ");
  return [texts.promised, isLate ? "cg-late" : null, words];
}
