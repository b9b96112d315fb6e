// The server as seen from a page: every question goes to the extension's worker, which alone may call it.

import { Away, readAnswer, readCase } from "@panel/answers.js";
import { untilStopped } from "@panel/relay.js";

/** Ask the worker; null when this page has outlived the extension it was loaded with. */
export async function tell(message) {
  try {
    return await chrome.runtime.sendMessage(message);
  } catch {
    return null;
  }
}

export function ask(request, signal) {
  return untilStopped(tell({ kind: "review", body: request }).then(read), signal);
}

function read(answer) {
  if (!answer) throw new Away("the extension is gone", { why: "stale" });
  if (answer.why) throw new Away(answer.why, { why: answer.why });
  return readAnswer(answer);
}

export async function waive(waiver) {
  const answer = await tell({ kind: "waive", body: waiver });
  if (!answer || answer.why || answer.status > 299) throw new Away("not kept");
}

export async function keep(told) {
  const answer = await tell({ kind: "keep", body: told });
  if (!answer || answer.why) throw new Away("not kept");
  return readCase(answer);
}
