// Calls the review service where somebody else carries the requests and cannot be told to stop.

import { Away, readAnswer, readCase, whyOf } from "./answers.js";

/**
 * Gives {ask, waive, keep} for mountPanel. `carry(path, body)` resolves to {status, body (text), retryAfter} or throws
 * Away; what it has not ended after `timeout` milliseconds is over.
 */
export function makeRelay(carry, { timeout }) {
  function post(path, body) {
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Away("no answer in time", { why: "slow" })), timeout);
    });
    return Promise.race([carry(path, body), late]);
  }

  // A token that grew old on its way is no news: the second one is fresh.
  async function askTwice(request) {
    try {
      return readAnswer(await post("review", request));
    } catch (error) {
      if (!(error instanceof Away) || error.why !== "clock") throw error;
      return readAnswer(await post("review", request));
    }
  }

  async function waive(waiver) {
    const { status } = await post("waivers", waiver);
    if (status > 299) throw new Away(`status ${status}`, { why: whyOf(status) });
  }

  return {
    ask: (request, signal) => untilStopped(askTwice(request), signal),
    waive,
    keep: async (told) => readCase(await post("promises", told)),
  };
}

/** What `promise` gives, or the signal's reason once that is aborted. */
export function untilStopped(promise, signal) {
  const stopped = new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, stopped]);
}
