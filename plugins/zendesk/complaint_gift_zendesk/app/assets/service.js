// Our server as seen from the app: every request goes through Zendesk's proxy, which signs it with the secret.

import { Away } from "./panel/answers.js";
import { makeRelay } from "./panel/relay.js";

/**
 * Gives {ask, waive, keep} for the panel. `issuer` is the account's subdomain, `agent` the id of who writes.
 * A request that Zendesk does not end by itself is over after `timeout` milliseconds.
 */
export function makeService({ client, server, issuer, agent, timeout = 5000 }) {
  function carry(path, body) {
    const options = {
      url: `${server}/api/v1/${path}`,
      type: "POST",
      contentType: "application/json",
      data: JSON.stringify(body),
      secure: true,
      cors: false,
      autoRetry: false,
      timeout,
      headers: { Authorization: "Bearer {{jwt.token}}" },
      jwt: {
        algorithm: "HS256",
        secret_key: "{{setting.shared_secret}}",
        expiry: 60,
        claims: { iss: issuer, aud: server, sub: agent },
      },
    };
    return client.request(options).then(succeed, fail);
  }

  return makeRelay(carry, { timeout });
}

// The SDK hands over what jQuery made of the answer: an object, or the text where it was no JSON.
function succeed(data) {
  return { status: 200, body: typeof data === "string" ? data : JSON.stringify(data ?? null) };
}

function fail(error) {
  if (error instanceof Away) throw error;
  const status = Number(error?.status) || 0;
  if (status === 0 && error?.statusText === "timeout") throw new Away("no answer in time", { why: "slow" });
  // jQuery calls a 200 that is no JSON a failure, too.
  return {
    status: status || 503,
    body: error?.responseText ?? "",
    retryAfter: error?.responseHeaders?.["retry-after"] ?? null,
  };
}
