// Our server as seen from the app: every request goes through Forge, which signs it with Atlassian's key.

import { Away, readAnswer, readCase } from "@panel/answers.js";

/** Gives {ask, waive, keep} for the panel. A request that Forge does not end by itself is over after `timeout` ms. */
export function makeService({ invokeRemote, timeout = 8000 }) {
  async function post(path, body) {
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Away("no answer in time", { why: "slow" })), timeout);
    });
    const headers = { "Content-Type": "application/json" };
    const call = invokeRemote({ path: `/api/v1/${path}`, method: "POST", headers, body }).then(read, (error) => {
      throw new Away(String(error?.message ?? error));
    });
    return Promise.race([call, late]);
  }

  async function ask(request, signal) {
    const stopped = new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    return Promise.race([post("review", request).then(readAnswer), stopped]);
  }

  async function waive(waiver) {
    const { status } = await post("waivers", waiver);
    if (status > 299) throw new Away(`status ${status}`);
  }

  async function keep(told) {
    return readCase(await post("promises", told));
  }

  return { ask, waive, keep };
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
