// Talks to the review service. Never throws a surprise at the caller: every failure is an `Away` that says why.

/**
 * The service did not answer usefully. `why`: "unreachable", "slow", "busy" (too many requests), "denied" (the token
 * is not accepted), "clock" (the token is too old or too young), "long" (the text is too long), "broken" (not a verdict).
 * `retryAfter`: seconds the service asked for, or null.
 */
export class Away extends Error {
  constructor(message, { why = "unreachable", retryAfter = null } = {}) {
    super(message);
    this.why = why;
    this.retryAfter = retryAfter;
  }
}

const WHY = { 401: "denied", 403: "denied", 413: "long", 429: "busy" };
const CLOCK = /^token-(expired|early)$/;

/** The verdict in an HTTP answer {status, body (text), retryAfter (header or null)}; throws Away. */
export function readAnswer({ status, body, retryAfter = null }) {
  const answer = parse(body);
  if (status < 200 || status > 299) {
    const wait = Number.parseFloat(retryAfter);
    throw new Away(`status ${status}`, {
      why: CLOCK.test(answer?.code ?? "") ? "clock" : (WHY[status] ?? "unreachable"),
      retryAfter: Number.isFinite(wait) ? wait : null,
    });
  }
  if (!answer || !Array.isArray(answer.findings) || typeof answer.verdict !== "string") {
    throw new Away("the answer is not a verdict", { why: "broken" });
  }
  return answer;
}

function parse(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

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
    if (answer.status > 299) throw new Away(`status ${answer.status}`, { why: WHY[answer.status] });
  };
}

async function post(url, token, body, signal) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  return { status: response.status, body: await response.text(), retryAfter: response.headers.get("Retry-After") };
}
