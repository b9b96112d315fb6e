// What Outlook shall do with a mail, from our server's answer and from what its author has already said about it.

import { wordsFor } from "./words.js";

export const ALLOW = { allowEvent: true };
const COMMAND = "openReplyCheck"; // the button of the pane, by its name in the manifest
const LONGEST = 500; // of Outlook's message
const LONGEST_SENTENCE = 130;
const MOST = 3;

/** The findings that still stand, with the verdict they make; `kept` is {print, aside, sent} or null. */
export function standing(answer, kept) {
  const isSame = kept !== null && kept.print === answer.print;
  if (isSame && kept.sent) return { verdict: "pass", findings: [] };
  const aside = isSame && Array.isArray(kept.aside) ? kept.aside : [];
  const all = answer.findings.filter((f) => f.severity !== "info");
  // A block is not its author's to lift.
  if (answer.verdict === "block" || !aside.length) return { verdict: answer.verdict, findings: all };
  const findings = all.filter((f) => aside.indexOf(f.id) < 0);
  if (findings.some((f) => f.severity === "error")) return { verdict: answer.verdict, findings };
  return { verdict: findings.length ? "warn" : "pass", findings };
}

/**
 * The options of `event.completed`. Where an Outlook cannot ask (`canAsk`, set 1.14), a warning lets the mail go: there
 * it would have stopped it without a way on.
 */
export function decide(answer, kept, language, canAsk) {
  const { verdict, findings } = standing(answer, kept);
  const isStop = verdict === "hold" || verdict === "block";
  if (!isStop && !(verdict === "warn" && canAsk && findings.length)) return ALLOW;
  const words = wordsFor(language);
  const options = {
    allowEvent: false,
    errorMessage: say(words, verdict, findings),
    cancelLabel: words.show,
    commandId: COMMAND,
    contextData: JSON.stringify({ verdict, print: answer.print }),
  };
  if (!isStop) options.sendModeOverride = "promptUser";
  return options;
}

function say(words, verdict, findings) {
  const lines = gather(order(findings)).slice(0, MOST).map((alike) => `• ${sentence(alike, words)}`);
  return fit([words[verdict].head, ...lines, words[verdict].tail].join("\n"), LONGEST);
}

// What is wrong first, then one thing that is missing, then the rest.
function order(findings) {
  const errors = findings.filter((f) => f.severity === "error");
  const others = findings.filter((f) => f.severity !== "error" && !f.missing);
  const missing = findings.filter((f) => f.severity !== "error" && f.missing);
  return [...errors, ...missing.slice(0, 1), ...others, ...missing.slice(1)];
}

// What the same is to be said about is one line.
function gather(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const known = groups.get(finding.message);
    if (known) known.push(finding);
    else groups.set(finding.message, [finding]);
  }
  return Array.from(groups.values());
}

function sentence(alike, words) {
  const said = String(alike[0].message || "").replace(/\s+/g, " ").trim();
  const quotes = alike.filter(({ quote }) => quote && quote.length <= 40).map(({ quote }) => words.quote(quote.replace(/\s+/g, " ")));
  const shown = fit(Array.from(new Set(quotes)).slice(0, 2).join(", "), LONGEST_SENTENCE / 2);
  return fit(shown ? `${shown}: ${said}` : said, LONGEST_SENTENCE);
}

function fit(text, most) {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  const space = cut.lastIndexOf(" ");
  return `${space > most / 2 ? cut.slice(0, space) : cut}…`;
}
