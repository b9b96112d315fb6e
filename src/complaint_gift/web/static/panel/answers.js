// Reads what the review service answered, however the answer travelled.

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

export function whyOf(status) {
  return WHY[status] ?? "unreachable";
}

/** The verdict in an HTTP answer {status, body (text), retryAfter (header or null)}; throws Away. */
export function readAnswer({ status, body, retryAfter = null }) {
  const answer = parse(body);
  if (status < 200 || status > 299) {
    const wait = Number.parseFloat(retryAfter);
    throw new Away(`status ${status}`, {
      why: CLOCK.test(answer?.code ?? "") ? "clock" : whyOf(status),
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

/** The case in an answer {status, body}; throws Away where there is none. */
export function readCase({ status, body }) {
  if (status > 299) throw new Away(`status ${status}`, { why: whyOf(status) });
  try {
    return JSON.parse(body);
  } catch {
    throw new Away("the answer is no case", { why: "broken" });
  }
}
