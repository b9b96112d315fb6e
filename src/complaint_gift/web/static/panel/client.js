// Calls the review service from a page that may. Never a surprise for the caller: every failure is an `Away`.

import { Away, readAnswer, readCase, whyOf } from "./answers.js";

/** An `ask(request, signal)` for mountPanel that posts to `url`; gives up after `timeout` milliseconds. */
export function makeAsk({ url, token, timeout = 5000 }) {
  return async function ask(request, signal) {
    try {
      return readAnswer(await post(url, token, request, AbortSignal.any([signal, AbortSignal.timeout(timeout)])));
    } catch (error) {
      if (signal.aborted || error instanceof Away) throw error;
      throw new Away(String(error), { why: error.name === "TimeoutError" ? "slow" : "unreachable" });
    }
  };
}

/** A `waive(waiver)` for mountPanel that posts to `url`; throws Away when it could not be kept. */
export function makeWaive({ url, token, timeout = 5000 }) {
  return async function waive(waiver) {
    let answer;
    try {
      answer = await post(url, token, waiver, AbortSignal.timeout(timeout));
    } catch (error) {
      throw new Away(String(error));
    }
    if (answer.status > 299) throw new Away(`status ${answer.status}`, { why: whyOf(answer.status) });
  };
}

/** A `keep(told)` for mountPanel that posts to `url` and gives the case as it is then; throws Away otherwise. */
export function makeKeep({ url, token, timeout = 5000 }) {
  return async function keep(told) {
    try {
      return readCase(await post(url, token, told, AbortSignal.timeout(timeout)));
    } catch (error) {
      throw error instanceof Away ? error : new Away(String(error));
    }
  };
}

async function post(url, token, body, signal) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  return { status: response.status, body: await response.text(), retryAfter: response.headers.get("Retry-After") };
}
