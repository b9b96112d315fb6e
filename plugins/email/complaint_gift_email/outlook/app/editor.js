// The mail as the panel sees it. Outlook tells nothing while somebody types, so we look from time to time.

import { readText } from "./mail.js";
import { call } from "./office.js";
import { insertAt, replaceOnce } from "./markup.js";

const EVERY = 1200;

/** `onLook()` is awaited before each look. Gives an editor for mountPanel, with `cut(text)` and `whole` besides. */
export function makeEditor(item, { every = EVERY, onLook = async () => {} } = {}) {
  let whole = "";
  let judged = ""; // the new part, as our server last cut it
  let rest = "";
  let isReadable = true;
  let hear = () => {};

  /** Without what it quotes, as far as the last cut tells. */
  function read() {
    const at = judged ? whole.indexOf(judged) : -1;
    if (at >= 0) return whole.slice(0, at + judged.length);
    return rest && whole.endsWith(rest) ? whole.slice(0, -rest.length) : whole;
  }

  /** Our server judged only this part of the whole; what follows it stays what is quoted. */
  function cut(text) {
    judged = text;
    const at = text ? whole.indexOf(text) : -1;
    if (at >= 0) rest = whole.slice(at + text.length);
  }

  async function look() {
    await onLook();
    const text = await readText(item);
    isReadable = text !== null;
    if (text === null || text === whole) return false;
    whole = text;
    hear();
    return true;
  }

  function listen(onInput) {
    hear = onInput;
    const timer = setInterval(() => {
      if (!document.hidden) look();
    }, every);
    return () => clearInterval(timer);
  }

  async function replace(from, to, text) {
    const before = read();
    const isText = (await call(item.body, "getTypeAsync")) === "text";
    const body = await call(item.body, "getAsync", isText ? "text" : "html");
    if (body === null) return false;
    const edited = to > from ? replaceOnce(body, before.slice(from, to), text, isText) : insertAt(body, before, from, text, isText);
    if (edited === null) return false;
    const isDone = await new Promise((resolve) => {
      item.body.setAsync(edited, { coercionType: isText ? "text" : "html" }, (result) => resolve(result.status === "succeeded"));
    });
    if (isDone) await look();
    return isDone;
  }

  return {
    read,
    cut,
    look,
    listen,
    replace,
    caret: () => null,
    focus() {},
    draw() {},
    point() {},
    excerpts: true,
    get whole() {
      return whole;
    },
    get isReadable() {
      return isReadable;
    },
  };
}
