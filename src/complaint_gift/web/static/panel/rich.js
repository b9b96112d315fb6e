// Reads formatted text: the words as one plain string, and for each stretch of it the place in the tree.
// The tree is only read, so a live editor never notices.

const BLOCK = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DIV DL DT FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE TR UL".split(" "),
);
const SILENT = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "HEAD", "TITLE"]);
// What editors put in to hold the caret; nobody sees or says it.
const FILLER = /[\u200b\u2060\ufeff]+/g;

/**
 * Reads the tree under `root`; elements that match the selector `skip` (quoted mail, signatures) are left out.
 * Gives {text, places}: each place {node, offset, start, length} ties characters of a text node to the string.
 */
export function readRich(root, skip = "") {
  const places = [];
  let text = "";
  let isNewLine = false;

  // A block begins a new line only once something follows in it.
  function breakLine() {
    if (isNewLine && text && !text.endsWith("\n")) text += "\n";
    isNewLine = false;
  }

  function readText(node) {
    if (node.data.trim()) breakLine();
    for (const { at, words } of splitFiller(node.data)) {
      if (words) places.push({ node, offset: at, start: text.length, length: words.length });
      // One character for one, so that places stay true; a line break in the source is a space.
      text += words.replace(/\s/g, " ");
    }
  }

  function walk(node) {
    if (node.nodeType === Node.TEXT_NODE) readText(node);
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    if (node !== root && (SILENT.has(node.tagName) || (skip && node.matches?.(skip)))) return;
    if (node.tagName === "BR") {
      breakLine();
      text += "\n";
    }
    const isBlock = node !== root && BLOCK.has(node.tagName);
    if (isBlock) isNewLine = true;
    for (let child = node.firstChild; child; child = child.nextSibling) walk(child);
    if (isBlock) isNewLine = true;
  }

  walk(root);
  return { text, places };
}

function* splitFiller(data) {
  let at = 0;
  for (const match of data.matchAll(FILLER)) {
    yield { at, words: data.slice(at, match.index) };
    at = match.index + match[0].length;
  }
  yield { at, words: data.slice(at) };
}

/** The stretch [from, to) as a Range of the tree, or null where no text stands. */
export function rangeOf({ places }, from, to, document = globalThis.document) {
  const first = places.find((p) => p.start + p.length > from) ?? places.at(-1);
  const last = places.findLast((p) => p.start < Math.max(to, from + 1)) ?? first;
  if (!first || !last) return null;
  const range = document.createRange();
  range.setStart(first.node, within(first, from));
  range.setEnd(last.node, within(last, to));
  return range;
}

/** The place between two characters, as a collapsed Range after the one before, on a new line before the one behind; null where no text stands. */
export function pointOf({ places }, at, document = globalThis.document) {
  const before = places.findLast((p) => p.start < at);
  // What parts two lines is in no text node.
  const isNewLine = !before || before.start + before.length < at;
  const place = (isNewLine && places.find((p) => p.start >= at)) || before;
  if (!place) return null;
  const range = document.createRange();
  range.setStart(place.node, within(place, at));
  range.collapse(true);
  return range;
}

// A live tree may have lost letters since it was read.
function within(place, at) {
  return Math.min(place.offset + Math.min(Math.max(at - place.start, 0), place.length), place.node.length);
}

/** Reads HTML from a stranger without running, loading or showing any of it. Gives {body, text, places}. */
export function readHtml(html, skip = "") {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return { body, ...readRich(body, skip) };
}

/** `html` with [from, to) of its plain text replaced by `text`; formatting around it stays. */
export function replaceInHtml(html, from, to, text) {
  const read = readHtml(html);
  const owner = read.body.ownerDocument;
  const range = to > from ? rangeOf(read, from, to, owner) : pointOf(read, from, owner);
  if (range === null) {
    const paragraph = owner.createElement("p");
    paragraph.textContent = text.trim();
    read.body.append(paragraph);
  } else {
    range.deleteContents();
    range.insertNode(owner.createTextNode(text));
  }
  return read.body.innerHTML;
}
