// What the author has said about the mail in the pane: it stays with the draft until it is sent, so that the script
// that answers when somebody sends knows of it.

import { call } from "./office.js";

const KEY = "complaint-gift";

/** {print, aside: ids of findings, sent: whether it goes out as it is}, or null. */
export function readKept(item) {
  if (!item.sessionData) return Promise.resolve(null);
  return call(item.sessionData, "getAsync", KEY).then((text) => {
    try {
      return text ? JSON.parse(text) : null;
    } catch (error) {
      return null;
    }
  });
}

/** Resolves to true when Outlook took it. */
export function writeKept(item, kept) {
  return new Promise((resolve) => {
    try {
      item.sessionData.setAsync(KEY, JSON.stringify(kept), (result) => resolve(result.status === "succeeded"));
    } catch (error) {
      resolve(false);
    }
  });
}
