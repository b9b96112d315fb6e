// When to ask and whose answer counts: debounced, one request at a time, late answers dropped by revision.

import { Away } from "./client.js";

/**
 * `make()` gives the request without its revision, or null when there is nothing to ask.
 * `show(state)` gets {kind: "idle"|"checking"|"answer"|"away", answer?, text?, denied?}.
 * Gives {touch(), now(), settled(ms), stop()}.
 */
export function makeLoop({ make, ask, show, delay = 250 }) {
  let revision = 0;
  let timer = 0;
  let running = null;
  let pending = false;
  let waiters = [];

  function touch() {
    clearTimeout(timer);
    pending = true;
    timer = setTimeout(now, delay);
  }

  async function now() {
    clearTimeout(timer);
    running?.abort();
    const request = make();
    if (request === null) {
      finish({ kind: "idle" });
      return;
    }
    revision += 1;
    const mine = revision;
    const stop = new AbortController();
    running = stop;
    pending = true;
    show({ kind: "checking" });
    try {
      const answer = await ask({ ...request, revision: mine }, stop.signal);
      const isStale = answer.revision !== null && answer.revision !== undefined && answer.revision !== mine;
      if (mine === revision && !stop.signal.aborted && !isStale) {
        finish({ kind: "answer", answer, text: answer.text ?? request.text });
      }
    } catch (error) {
      if (mine !== revision || stop.signal.aborted) return;
      finish({ kind: "away", denied: error instanceof Away && error.denied });
      const wait = error instanceof Away && error.retryAfter !== null ? error.retryAfter * 1000 : 8000;
      timer = setTimeout(now, Math.min(wait, 60000));
    }
  }

  function finish(state) {
    pending = false;
    running = null;
    show(state);
    for (const wake of waiters.splice(0)) wake();
  }

  /** Resolves when no answer is outstanding, or after `ms`: sending never waits for us longer than that. */
  function settled(ms) {
    if (!pending) return Promise.resolve();
    if (running === null) now();
    return new Promise((resolve) => {
      waiters.push(resolve);
      setTimeout(resolve, ms);
    });
  }

  function stop() {
    clearTimeout(timer);
    revision += 1;
    running?.abort();
    waiters = [];
  }

  return { touch, now, settled, stop };
}
