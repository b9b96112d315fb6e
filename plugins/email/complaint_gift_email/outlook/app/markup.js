// Changes words in the HTML of a mail without touching anything else of it: no parser, so nothing of what Word wrote
// there is lost. What cannot be found exactly once is left alone.

const SPACE = "(?:\\s|&nbsp;|&#160;|\u00a0)+";
const NEAR = 60; // characters of the line by which a place is found again

/** `body` with `words` replaced by `text`, null unless they stand there exactly once. */
export function replaceOnce(body, words, text, isText = false) {
  const found = findOnce(body, words, isText);
  return found && body.slice(0, found.from) + (isText ? text : escape(text)) + body.slice(found.to);
}

/**
 * `body` with `text` at place `at` of the words it shows: in front of the words of the line that begins there, else
 * after those before it; null unless they stand there exactly once.
 */
export function insertAt(body, shown, at, text, isText = false) {
  const isLineStart = at === 0 || shown[at - 1] === "\n";
  const next = isLineStart ? shown.slice(at).trimStart().split("\n")[0].slice(0, NEAR).trim() : "";
  const last = shown.slice(0, at).trimEnd().split("\n").pop().slice(-NEAR);
  const found = findOnce(body, next || last, isText);
  if (!found) return null;
  const place = next ? found.from : found.to;
  return body.slice(0, place) + (isText ? text : escape(text)) + body.slice(place);
}

function findOnce(body, words, isText) {
  const pieces = words.trim().split(/\s+/).map((piece) => pattern(isText ? piece : escape(piece)));
  if (!pieces[0]) return null;
  const matches = [...body.matchAll(new RegExp(pieces.join(SPACE), "g"))].filter((match) => isText || isOutsideTags(body, match.index));
  if (matches.length !== 1) return null;
  const [match] = matches;
  return { from: match.index, to: match.index + match[0].length };
}

// Quotation marks and apostrophes may stand as they are or by their names.
function pattern(piece) {
  return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/&quot;|"/g, '(?:&quot;|")').replace(/'/g, "(?:'|&#39;|&apos;)");
}

function isOutsideTags(body, at) {
  return body.lastIndexOf("<", at) <= body.lastIndexOf(">", at);
}

function escape(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
