// The page around a panel that stands beside somebody else's editor: the line above it (#line), and the question before
// a held reply goes out (#question).

import { makeQuestion } from "./hold.js";

const $ = (id) => document.getElementById(id);

/** Says one sentence in the line; "" takes it away. */
export function say(sentence) {
  $("line").hidden = sentence === "";
  if ($("line").textContent !== sentence) $("line").textContent = sentence;
}

/** Puts the question of makeQuestion there until it is answered; gives its form. */
export function openQuestion({ answer, ...about }) {
  const close = (reason) => {
    closeQuestion();
    answer(reason);
  };
  const question = makeQuestion({ ...about, answer: close });
  $("question").replaceChildren(question);
  $("question").hidden = false;
  return question;
}

export function closeQuestion() {
  $("question").hidden = true;
  $("question").replaceChildren();
}

/** An onState for mountPanel. The question is about one text: once that is mended, it has no object. */
export function closeWhenMended({ kind, verdict }) {
  if (kind === "answer" && verdict !== "hold" && verdict !== "block") closeQuestion();
  if (kind === "checking") say("");
}
