// Pure functions on texts and findings: no DOM, no network.

// The steps of the gift ladder, in the order in which a good reply takes them.
export const LADDER = [
  "thank-for-the-complaint",
  "say-why-it-matters",
  "apologise-explicitly",
  "name-the-problem",
  "own-the-mistake",
  "answer-every-point",
  "offer-concrete-remedy",
  "promise-what-when-who",
  "ask-open-question",
  "open-a-direct-line",
  "say-what-will-change",
  "check-it-is-fixed",
];

// What a customer hears in a good reply: the rule that misses it, the signals that show it is there, and
// the rules that take it back where they touch it.
export const STEPS = [
  { name: "thanks", rule: "thank-for-the-complaint", signals: ["thanks"] },
  { name: "apology", rule: "apologise-explicitly", signals: ["apology"], undone: ["no-fake-apology", "no-apology-but"] },
  { name: "ownership", rule: "own-the-mistake", signals: ["ownership", "plain-ownership", "subjectless-past"] },
  { name: "remedy", rule: "offer-concrete-remedy", signals: ["remedy", "plain-remedy"] },
  { name: "promise", rule: "promise-what-when-who", signals: ["deadline", "promise", "plain-promise", "call-offered"] },
];

const RANK = { error: 0, warning: 1, info: 2 };

/** UTF-16 positions of code point offsets, counted in one pass. Offsets past the end become the length. */
export function toUtf16(text, offsets) {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map();
  let points = 0;
  let units = 0;
  for (const offset of wanted) {
    while (points < offset && units < text.length) {
      units += text.codePointAt(units) > 0xffff ? 2 : 1;
      points += 1;
    }
    found.set(offset, units);
  }
  return found;
}

/** Findings with `from` and `to` in UTF-16 units of `text`; both null for what is missing. */
export function locate(text, findings) {
  const placed = findings.filter((f) => f.start !== null && f.end !== null);
  const map = toUtf16(text, placed.flatMap((f) => [f.start, f.end]));
  return findings.map((f) =>
    f.start === null || f.end === null
      ? { ...f, from: null, to: null }
      : { ...f, from: map.get(f.start), to: map.get(f.end) },
  );
}

/** The same findings after an edit: moved when the edit lies elsewhere, without a place when it touched them. */
export function shift(findings, before, after) {
  if (before === after) return findings;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const end = before.length - tail;
  const by = after.length - before.length;
  return findings.map((f) => {
    if (f.from === null || f.to <= head) return f;
    if (f.from >= end) return { ...f, from: f.from + by, to: f.to + by };
    return { ...f, from: null, to: null };
  });
}

/**
 * Findings that the same advice is for become one: the gravest of them, with all of them as `alike` in the order of the
 * text. The advice then stands once, however often it is needed.
 */
export function gather(findings) {
  const groups = new Map();
  for (const f of findings) {
    const advice = JSON.stringify([f.rule, f.missing, f.message, f.reading, f.why, f.suggestion]);
    groups.set(advice, [...(groups.get(advice) ?? []), f]);
  }
  return [...groups.values()].map((alike) => ({
    ...alike.reduce((worst, f) => (RANK[f.severity] < RANK[worst.severity] ? f : worst)),
    alike: alike.sort((a, b) => (a.start ?? 0) - (b.start ?? 0)),
  }));
}

/**
 * What to show at once, gathered: errors first, then the next missing step of the ladder, then other words; at most
 * `limit`, and never two missing steps. Gives {shown, more}.
 */
export function choose(findings, limit = 3) {
  const byPlace = (a, b) => RANK[a.severity] - RANK[b.severity] || (a.start ?? 0) - (b.start ?? 0);
  const step = (f) => (LADDER.indexOf(f.rule) + LADDER.length + 1) % (LADDER.length + 1);
  const said = findings.filter((f) => !f.missing).sort(byPlace);
  const missing = findings.filter((f) => f.missing).sort((a, b) => step(a) - step(b));
  const errors = said.filter((f) => f.severity === "error");
  const others = said.filter((f) => f.severity !== "error");
  const queue = gather([...errors, ...missing.slice(0, 1), ...others]);
  return { shown: queue.slice(0, limit), more: [...queue.slice(limit), ...gather(missing.slice(1))] };
}

/** What is left of a verdict when some of its findings were set aside; a block is not ours to lift. */
export function judge(verdict, findings) {
  if (verdict === "block" || verdict === null) return verdict;
  if (verdict === "pass" || findings.some((f) => f.severity === "error")) return verdict;
  return findings.length ? "warn" : "pass";
}

/** The words [from, to) with a few words around them, as {before, words, after}. */
export function excerpt(text, from, to, around = 28) {
  const { from: first, to: last } = sentenceAround(text, from, to);
  const start = text.slice(first, from);
  const end = text.slice(to, last);
  return {
    before: start.length > around ? `…${start.slice(-around).replace(/^\S*\s/, "")}` : start,
    words: text.slice(from, to),
    after: end.length > around ? `${end.slice(0, around).replace(/\s\S*$/, "")}…` : end,
  };
}

/** The steps of the gift with the places in `text` that take them; none for a step still open. */
export function climb(text, { findings, signals }) {
  const isOpen = new Set(findings.filter((f) => f.missing).map((f) => f.rule));
  return STEPS.map(({ name, rule, signals: names, undone = [] }) => {
    const against = findings.filter((f) => undone.includes(f.rule) && f.start != null);
    const stands = (s) => !against.some((f) => f.start <= s.end && s.start <= f.end);
    const heard = isOpen.has(rule) ? [] : signals.filter((s) => names.includes(s.signal) && stands(s));
    return { name, places: locate(text, heard.map((s) => ({ id: `step-${name}`, severity: "present", ...s }))) };
  });
}

// Full stops that end no sentence: "Mr. Brown", "А. С. Иванов", "т. е. завтра".
const SHORT = /(?<!\p{L})(?:[Mm](?:rs?|s)|[Dd]r|[Pp]rof|\p{Lu}(?=\.\s?\p{Lu}\.)|(?<=\p{Lu}\.\s?)\p{Lu}|\p{Ll}(?=\.\s+\p{Ll}))\./gu;

/** The text, as long as it was, without these full stops. */
function hush(text) {
  return text.replace(SHORT, (word) => `${word.slice(0, -1)}·`);
}

/** The sentence around [from, to) as {from, to}: what a suggestion replaces. */
export function sentenceAround(text, from, to) {
  const ends = /[.!?…]+["»”’)]*(?=\s|$)|\n/g;
  let start = 0;
  for (const match of hush(text).matchAll(ends)) {
    const end = match[0] === "\n" ? match.index : match.index + match[0].length;
    if (end >= to) return { from: skipSpace(text, start), to: end };
    if (end <= from) start = match.index + match[0].length;
  }
  return { from: skipSpace(text, start), to: text.length };
}

function skipSpace(text, at) {
  let place = at;
  while (place < text.length && /\s/.test(text[place])) place += 1;
  return place;
}

/**
 * The edit that puts a suggestion into a draft, as {from, to, text}: in place of the sentence it is about
 * (its greeting stays), thanks after the greeting, anything else that is missing before the signature, else at the end.
 */
export function planInsert(text, finding) {
  if (finding.from !== null) {
    const { from, to } = sentenceAround(text, finding.from, finding.to);
    // "Dear Ann, please calm down." loses its sting, not its greeting.
    const greeted = skipSpace(text, afterGreeting(text));
    return { from: greeted > from && greeted <= finding.from ? greeted : from, to, text: finding.suggestion };
  }
  const place = finding.rule === LADDER[0] ? belowGreeting(text) : text.slice(0, signatureAt(text)).trimEnd().length;
  const before = place > 0 && !/\s$/.test(text.slice(0, place)) ? " " : "";
  const after = place < text.length && !/^\s/.test(text.slice(place)) ? " " : "";
  return { from: place, to: place, text: before + finding.suggestion + after };
}

// A greeting with a line of its own keeps it.
function belowGreeting(text) {
  const at = afterGreeting(text);
  const below = skipSpace(text, at);
  return text.slice(at, below).includes("\n") && below <= signatureAt(text) ? below : at;
}

function afterGreeting(text) {
  const greeting =
    /^\s*(?:(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b[^.!?,\n]{0,40}|[^.!?\n]{0,40}(?:здравствуй(?:те)?|добр(?:ый|ое|ой) (?:день|утро|вечер)|уважаем\S+|приветствуем)[^.!?\n]{0,40})(?:[,!.]|(?=\n))/iu;
  const match = hush(text).match(greeting);
  return match ? match[0].length : 0;
}

const CLOSING =
  /\n[^\S\n]*(?:(?:--|(?:with )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|с уважением|с наилучшими|искренне ваш\S?|всего (?:доброго|хорошего))(?!\p{L})[^\n]{0,60}|(?:regards|yours|(?:yours )?(?:sincerely|faithfully|truly))(?:,[^\n]{0,60}|[.!]?[^\S\n]*(?=\n|$)))(?:\n[^\n]{0,80}){0,6}$/iu;
const NAME = /\n[^\S\n]*\p{Lu}[\p{L}’'-]+(?: \p{Lu}[\p{L}’'.-]*){0,2}$/u;

/** Where a closing formula or a name on the last line begins; the end of a text without. */
function signatureAt(text) {
  const said = text.trimEnd();
  return said.match(CLOSING)?.index ?? said.match(NAME)?.index ?? text.length;
}
