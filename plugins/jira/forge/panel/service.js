// Our server as seen from the app: every request goes through Forge, which signs it with Atlassian's key.

import { Away } from "@panel/answers.js";
import { makeRelay } from "@panel/relay.js";

const HEADERS = { "Content-Type": "application/json" };

/** Gives {ask, waive, keep} for the panel. A request that Forge does not end by itself is over after `timeout` ms. */
export function makeService({ invokeRemote, timeout = 8000 }) {
  const carry = (path, body) =>
    invokeRemote({ path: `/api/v1/${path}`, method: "POST", headers: HEADERS, body }).then(read, (error) => {
      throw new Away(String(error?.message ?? error));
    });
  return makeRelay(carry, { timeout });
}

// Forge hands over {status, headers, body}; the body is parsed where it was JSON.
function read(answer) {
  const { status = 0, headers = {}, body } = answer ?? {};
  const retryAfter = headers["retry-after"] ?? headers["Retry-After"] ?? null;
  return {
    status: Number(status) || 503,
    body: typeof body === "string" ? body : JSON.stringify(body ?? null),
    retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
  };
}
