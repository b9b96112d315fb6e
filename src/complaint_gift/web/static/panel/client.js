// Asks the review service. Never throws a surprise at the caller: every failure is an `Away`.

export class Away extends Error {
  /** `denied`: the token is not accepted. `retryAfter`: seconds the service asked for, or null. */
  constructor(message, { denied = false, retryAfter = null } = {}) {
    super(message);
    this.denied = denied;
    this.retryAfter = retryAfter;
  }
}

/** An `ask(request, signal)` for mountPanel that posts to `url`; gives up after `timeout` milliseconds. */
export function makeAsk({ url, token, timeout = 5000 }) {
  return async function ask(request, signal) {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    let response;
    try {
      response = await fetch(url, { method: "POST", headers, body: JSON.stringify(request), signal: limit });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new Away(String(error));
    }
    if (!response.ok) {
      const wait = Number.parseFloat(response.headers.get("Retry-After"));
      throw new Away(`status ${response.status}`, {
        denied: response.status === 401 || response.status === 403,
        retryAfter: Number.isFinite(wait) ? wait : null,
      });
    }
    return readAnswer(response, signal);
  };
}

async function readAnswer(response, signal) {
  let answer;
  try {
    answer = await response.json();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Away("the answer is not JSON");
  }
  if (!answer || !Array.isArray(answer.findings) || typeof answer.verdict !== "string") {
    throw new Away("the answer is not a verdict");
  }
  return answer;
}
