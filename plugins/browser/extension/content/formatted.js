// A formatted editor (ProseMirror, CKEditor, Quill, webmail) as an editor for the panel. Its tree is only read;
// what we put in goes the way of typing, so that the editor's own model and undo know of it.

import { rangeOf, pointOf, readRich } from "@panel/rich.js";

/** Gives {read, caret, select, replace, rectsOf, remove}; elements that match `ignore` are not read. */
export function readFormatted(root, ignore) {
  let tree = readRich(root, ignore);

  function read() {
    tree = readRich(root, ignore);
    return tree.text;
  }

  function caret() {
    const { focusNode, focusOffset } = document.getSelection() ?? {};
    const place = tree.places.find((p) => p.node === focusNode && focusOffset <= p.offset + p.length);
    return place ? place.start + Math.max(0, focusOffset - place.offset) : null;
  }

  function select(from, to) {
    read();
    const range = to > from ? rangeOf(tree, from, to) : pointOf(tree, from);
    root.focus();
    if (range === null) return;
    document.getSelection().removeAllRanges();
    document.getSelection().addRange(range);
  }

  async function replace(from, to, text) {
    select(from, to);
    // Editors learn of a selection from an event that comes a moment later.
    await pause();
    if (!offer(text)) document.execCommand("insertText", false, text);
    await pause();
  }

  // Editors with a model of their own (CKEditor, Lexical, Slate) take an input that is announced and undo the rest.
  function offer(text) {
    const selection = document.getSelection();
    if (!selection.rangeCount) return false;
    const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
    const targetRanges = [new StaticRange({ startContainer, startOffset, endContainer, endOffset })];
    const how = { inputType: "insertText", data: text, targetRanges, bubbles: true, cancelable: true, composed: true };
    return !root.dispatchEvent(new InputEvent("beforeinput", how));
  }

  function rectsOf(from, to) {
    const range = rangeOf(tree, from, to);
    return range === null ? [] : range.getClientRects();
  }

  return { read, caret, select, replace, rectsOf, remove() {} };
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 30));
}
