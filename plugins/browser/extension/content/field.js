// A plain text field as an editor for the panel.

import { el } from "@panel/dom.js";

const COPIED = [
  "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth",
  "paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "fontFamily", "fontSize", "fontStyle", "fontWeight",
  "fontVariant", "fontStretch", "letterSpacing", "lineHeight", "tabSize", "textAlign", "textIndent", "textTransform",
  "wordSpacing", "direction", "overflowWrap", "wordBreak",
];

/** Gives {read, caret, select, replace, rectsOf, remove}; the copy that is measured lives in `layer`. */
export function readField(field, layer) {
  const copy = el("div", { class: "copy", "aria-hidden": "true" });
  let copied = null;

  function rectsOf(from, to) {
    layer.append(copy);
    const style = getComputedStyle(field);
    for (const name of COPIED) copy.style[name] = style[name];
    // As wide as the words have it: a scroll bar takes its share.
    const borders = Number.parseFloat(style.borderLeftWidth) + Number.parseFloat(style.borderRightWidth);
    copy.style.width = `${field.clientWidth + borders}px`;
    if (copied !== field.value) copy.textContent = copied = field.value;
    const text = copy.firstChild;
    if (!text) return [];
    const range = document.createRange();
    range.setStart(text, Math.min(from, text.length));
    range.setEnd(text, Math.min(to, text.length));
    const origin = copy.getBoundingClientRect();
    const box = field.getBoundingClientRect();
    const [x, y] = [box.left - origin.left - field.scrollLeft, box.top - origin.top - field.scrollTop];
    return [...range.getClientRects()].map((r) => new DOMRect(r.left + x, r.top + y, r.width, r.height));
  }

  function select(from, to) {
    field.focus();
    field.setSelectionRange(from, to);
  }

  return {
    read: () => field.value,
    caret: () => (isFocused(field) ? field.selectionStart : null),
    select,
    async replace(from, to, text) {
      select(from, to);
      // Deprecated, but still the only way that keeps the undo history of a text field.
      if (!document.execCommand("insertText", false, text)) {
        field.setRangeText(text, from, to, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    },
    rectsOf,
    remove: () => copy.remove(),
  };
}

function isFocused(field) {
  return field.getRootNode().activeElement === field;
}
