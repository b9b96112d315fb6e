// The one line that says how the draft stands, and the small print below it.

import { el } from "./dom.js";

/** What to say in a state, as lines: the first is the headline. */
export function linesFor({ kind, why, awaiting, mood, findings, texts, skip = null }) {
  if (kind === "idle" && skip) return [texts.skipped[skip]];
  if (kind === "away") return awayLines(why, texts);
  if (kind !== "answer") return [texts[kind] ?? texts.idle];
  const errors = findings.filter((f) => f.severity === "error").length;
  const lines = {
    // "Ready" is a promise: not before the closer look has spoken.
    pass: awaiting ? [texts.soFar] : [texts.pass, texts.passNote],
    warn: [texts.warn(findings.length), texts.warnNote],
    hold: [texts.hold(Math.max(errors, 1)), texts.holdNote],
    block: [texts.block, texts.blockNote],
  }[mood] ?? [texts.idle];
  return awaiting ? [...lines, texts.incomplete] : lines;
}

function awayLines(why, texts) {
  if (why === "denied") return [texts.denied, texts.deniedNote];
  return [texts.away, texts.awayNotes[why] ?? texts.awayNotes.unreachable];
}

/** Writes lines into `element`, a live region: only what is new is said again. */
export function drawLines(element, lines) {
  const wanted = lines.filter(Boolean);
  if (element.dataset.said === wanted.join("\n")) return;
  element.dataset.said = wanted.join("\n");
  wanted.forEach((line, i) => {
    const there = element.children[i];
    if (!there) element.append(el("p", { class: i ? "cg-note" : "cg-line" }, line));
    else if (there.textContent !== line) there.textContent = line;
  });
  while (element.children.length > wanted.length) element.lastChild.remove();
}
