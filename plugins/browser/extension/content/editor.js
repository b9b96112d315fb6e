// Any editor of a page in the shape that the panel wants, with its underlines.

import { readField } from "./field.js";
import { readFormatted } from "./formatted.js";
import { makeMarks } from "./marks.js";

/** Milliseconds after a key at which we look; the debounce begins there. */
export const AFTER_LETTER = 40;

/** Gives the panel's editor, and beside it `place()` to draw again after scrolling. */
export function makeEditor(element, { layer, ignore }) {
  const text = element instanceof HTMLTextAreaElement ? readField(element, layer) : readFormatted(element, ignore);
  const marks = makeMarks(layer, element, text.rectsOf);

  return {
    read: text.read,
    caret: text.caret,
    focus: text.select,
    draw: marks.draw,
    point: marks.point,
    place: () => marks.draw(),
    async replace(from, to, words) {
      const before = text.read();
      const wanted = before.slice(0, from) + words + before.slice(to);
      await text.replace(from, to, words);
      const same = (a, b) => a.replace(/\s+/g, " ").trim() === b.replace(/\s+/g, " ").trim();
      return same(text.read(), wanted);
    },
    listen(onInput, onCaret) {
      const stop = new AbortController();
      const later = once(onInput);
      element.addEventListener("input", later, { signal: stop.signal, passive: true });
      for (const name of ["keyup", "click"]) element.addEventListener(name, once(onCaret), { signal: stop.signal, passive: true });
      // Macros and models write without an event of typing.
      const watcher = new MutationObserver(later);
      watcher.observe(element, { childList: true, characterData: true, subtree: true });
      return () => {
        stop.abort();
        watcher.disconnect();
        marks.remove();
        text.remove();
      };
    },
  };
}

// Typing must not wait for us: what we do about a key comes when its letter has long been on the screen.
function once(act) {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      act();
    }, AFTER_LETTER);
  };
}
