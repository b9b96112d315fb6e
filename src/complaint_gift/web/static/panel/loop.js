// When to ask and whose answer counts: debounced, one request at a time, within a budget, late answers dropped.

import { Away } from "./answers.js";

const MINUTE = 60_000;
const REST = { denied: MINUTE, clock: MINUTE, long: MINUTE, slow: 20_000 };

/**
 * `make()` gives the request without its revision, or null when there is nothing to ask.
 * `show(state)` gets {kind: "idle"|"checking"|"answer"|"away", answer?, text?, awaiting?, why?}; `awaiting` while the
 * answer is not complete and we ask again, after each pause of `again`.
 * At most `perMinute` requests go out in any minute. Gives {touch(), now(isWish), settled(ms), isPending(), stop()}.
 */
export function makeLoop({ make, ask, show, delay = 250, perMinute = Infinity, again = [400, 900, 1800, 3500] }) {
  const sent = [];
  let revision = 0;
  let timer = 0;
  let running = null;
  let pending = false;
  let isBehind = false; // the text has changed since we last asked
  let restUntil = 0;
  let isHopeful = true; // that the closer look comes at all
  let waiters = [];

  function touch() {
    clearTimeout(timer);
    pending = isBehind = true;
    timer = setTimeout(now, delay);
  }

  /** Ask now. A person's own wish does not wait for the end of a rest. */
  function now(isWish = false) {
    clearTimeout(timer);
    running?.abort();
    running = null;
    isBehind = false;
    const request = make();
    if (request === null) {
      finish({ kind: "idle" });
      return;
    }
    const wait = Math.max(isWish ? 0 : restUntil - Date.now(), untilTurn(perMinute));
    pending = wait <= 0 || restUntil <= Date.now();
    if (wait > 0) timer = setTimeout(now, wait);
    else send(request, 0);
  }

  async function send(request, turn) {
    revision += 1;
    const mine = revision;
    const stop = new AbortController();
    running = stop;
    sent.push(Date.now());
    if (turn === 0) show({ kind: "checking" });
    const isOld = () => mine !== revision || stop.signal.aborted;
    try {
      const answer = await ask({ ...request, revision: mine }, stop.signal);
      const isStale = (answer.revision ?? mine) !== mine;
      if (!isOld() && !isStale) take(request, answer, turn);
    } catch (error) {
      // A closer look that does not come leaves the quick answer standing.
      if (!isOld()) turn === 0 ? rest(error) : finish(null);
    }
  }

  function take(request, answer, turn) {
    const isWhole = answer.complete !== false;
    const isNext = !isWhole && turn < again.length;
    if (isWhole || !isNext) isHopeful = isWhole;
    finish({ kind: "answer", answer, text: answer.text ?? request.text, awaiting: isNext && isHopeful });
    if (!isNext) return;
    // After it once did not come we ask a single time, late, and promise nothing.
    const next = isHopeful ? turn : again.length - 1;
    timer = setTimeout(() => lookCloser(request, next + 1), again[next]);
  }

  function lookCloser(request, turn) {
    // The last sixth of the budget belongs to what a person types.
    if (untilTurn(perMinute * 0.84) <= 0) send(request, turn);
    else finish(null);
  }

  function rest(error) {
    const why = error instanceof Away ? error.why : "unreachable";
    const asked = error instanceof Away && error.retryAfter !== null ? error.retryAfter * 1000 : null;
    const wait = Math.min(asked ?? REST[why] ?? 8000, MINUTE);
    if (why === "busy" || why === "denied" || why === "clock") restUntil = Date.now() + wait;
    finish({ kind: "away", why });
    timer = setTimeout(now, wait);
  }

  function untilTurn(limit) {
    const at = Date.now();
    while (sent.length && sent[0] <= at - MINUTE) sent.shift();
    return sent.length < limit ? 0 : sent[sent.length - Math.floor(limit)] + MINUTE - at;
  }

  /** Shows a state, or with null says that the one shown is final. */
  function finish(state) {
    pending = isBehind;
    running = null;
    if (state?.kind === "answer") restUntil = 0;
    show(state ?? { kind: "final" });
    if (!pending) for (const wake of waiters.splice(0)) wake();
  }

  /**
   * Resolves to true when no answer is outstanding, to false after `ms`: sending never waits for us longer than
   * that, and an older verdict is not about this text.
   */
  function settled(ms) {
    if (isBehind || (pending && running === null)) now();
    if (!pending) return Promise.resolve(true);
    return new Promise((resolve) => {
      waiters.push(() => resolve(true));
      setTimeout(resolve, ms, false);
    });
  }

  function stop() {
    clearTimeout(timer);
    revision += 1;
    running?.abort();
    waiters = [];
  }

  return { touch, now, settled, stop, isPending: () => pending };
}
