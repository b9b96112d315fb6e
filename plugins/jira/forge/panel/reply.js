// Posts a checked reply as the agent who wrote it, and sees that it went where it should.

export class NoRequest extends Error {}

/** Jira took the reply, as an internal comment: whoever has no agent licence writes nothing else there. */
export class KeptInside extends Error {}

/**
 * Sends `text` to the customer of the issue; `reason` is why it goes out against the advice, "" for none. Resolves
 * to true when the reason is kept too. Throws NoRequest, KeptInside, or an Error when Jira did not take the reply.
 */
export async function sendReply(requestJira, { key, text, reason = "" }) {
  const answer = await post(requestJira, "POST", `/rest/servicedeskapi/request/${encodeURIComponent(key)}/comment`, {
    body: text,
    public: true,
  });
  if (answer.status === 404) throw new NoRequest(key);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  // What cannot be read was taken all the same: sending it again would say it twice.
  const { id, public: isPublic } = (await answer.json().catch(() => null)) ?? {};
  if (isPublic === false) throw new KeptInside(key);
  if (!reason) return true;
  try {
    const path = `/rest/api/3/comment/${encodeURIComponent(id)}/properties/complaint_gift`;
    return (await post(requestJira, "PUT", path, { reason })).ok;
  } catch {
    return false;
  }
}

function post(requestJira, method, path, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return requestJira(path, { method, headers, body: JSON.stringify(body) });
}
