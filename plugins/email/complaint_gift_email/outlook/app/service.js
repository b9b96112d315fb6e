// Our server as the script sees it that answers when somebody sends, and the secret that it brings along.

const KEY = "complaint-gift";

/** Where to ask about a mail. */
export function placeOf({ server, source }) {
  return `${server}/outlook/${source}/review`;
}

/**
 * Posts a draft; resolves to the answer, or to null for anything that is no verdict: too late, refused, too many
 * requests, broken.
 */
export function ask(config, token, draft, patience) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const give = () => resolve(null);
    request.open("POST", placeOf(config), true);
    request.timeout = patience;
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.onload = () => resolve(request.status === 200 ? parse(request.responseText) : null);
    request.onerror = give;
    request.ontimeout = give;
    request.onabort = give;
    request.send(JSON.stringify(draft));
  });
}

function parse(body) {
  try {
    const answer = JSON.parse(body);
    return answer && Array.isArray(answer.findings) && typeof answer.verdict === "string" ? answer : null;
  } catch (error) {
    return null;
  }
}

/**
 * The secret of this installation, "" for none. The package's pages carry it in their address; the script of classic
 * Outlook has none, so that it is kept with the mailbox's settings too.
 */
export function findToken(settings) {
  const kept = (settings && settings.get(KEY)) || "";
  const given = readAddress();
  if (given && given !== kept && settings) {
    settings.set(KEY, given);
    settings.saveAsync(() => {});
  }
  return given || String(kept);
}

function readAddress() {
  if (typeof location === "undefined" || !location.search) return "";
  const found = /[?&]installation=([^&]*)/.exec(location.search);
  return found ? decodeURIComponent(found[1]) : "";
}
