// The pane beside a mail that is being written: the review panel, and the way on for a mail that was held.

import { Away } from "../../static/panel/answers.js";
import { closeQuestion, openQuestion, say } from "../../static/panel/beside.js";
import { makeAsk, makeKeep, makeWaive, mountPanel } from "../../static/panel/panel.js";
import { makeEditor } from "./editor.js";
import { writeKept } from "./kept.js";
import { draftOf, readEnvelope, whyNot } from "./mail.js";
import { languageOf } from "./office.js";
import { findToken, placeOf } from "./service.js";
import { wordsFor } from "./words.js";

const PER_MINUTE = 55;
const TIMEOUT = 5000;

const $ = (id) => document.getElementById(id);

Office.onReady(() => start(Office.context).catch(() => say(wordsFor(languageOf(Office.context)).outside)));

async function start(context) {
  const language = languageOf(context);
  const words = wordsFor(language);
  document.documentElement.lang = language;
  wear(context.officeTheme);
  const item = context.mailbox?.item;
  if (!item?.body?.getAsync || !item.to?.getAsync) throw new Error("no mail is being written");
  const config = globalThis.complaintGift;
  const service = makeService(config, findToken(context.roamingSettings));
  let mail = null;
  let answer = null;
  let panel = null;
  let told = null; // what was said last, and about which text

  const editor = makeEditor(item, { onLook: learn });
  $("asis").textContent = words.asIs;
  $("asis").addEventListener("click", askWhy);
  await editor.look();
  panel = mountPanel({
    element: $("review"),
    editor,
    describe,
    ask,
    // Our server knows the reply again by what it judged, not by what stands below it.
    waive: (waiver) => service.waive({ ...waiver, text: answer?.text ?? waiver.text }),
    keep: service.keep,
    language,
    perMinute: PER_MINUTE,
    onState: follow,
  });

  async function learn() {
    const next = await readEnvelope(item);
    const isNew = JSON.stringify(next) !== JSON.stringify(mail);
    mail = next;
    if (isNew) panel?.refresh();
  }

  function describe() {
    const why = mail === null ? "new" : whyNot(mail, config.ours);
    const note = words.notes[editor.isReadable ? why : "noText"] ?? "";
    say(note || standingWord());
    $("review").hidden = note !== "" || isAccepted();
    if (note) return null;
    if (why) return { skip: why };
    return { scope: "public-reply", context: { conversation: answer?.conversation ?? null, complaint: answer?.complaint } };
  }

  async function ask(request, signal) {
    const draft = { ...draftOf(mail, editor.whole, request.ui_language), revision: request.revision };
    const given = await service.ask(draft, signal);
    answer = given;
    editor.cut(given.text ?? "");
    return given;
  }

  // What was set aside here counts when somebody presses Send: the script there asks our server again.
  function follow({ kind, verdict }) {
    const isStop = kind === "answer" && (verdict === "hold" || verdict === "block");
    $("foot").hidden = !isStop || !$("question").hidden || isAccepted();
    if (!isStop) closeQuestion();
    if (kind !== "answer" || panel === null || answer === null || isAccepted()) return;
    const open = new Set(panel.findings.map((finding) => finding.id));
    const aside = answer.findings.map((finding) => finding.id).filter((id) => !open.has(id));
    if (aside.length) writeKept(item, { print: answer.print, aside });
  }

  function askWhy() {
    const hear = (reason) => {
      $("foot").hidden = false;
      if (reason === null) $("asis").focus();
      else accept(reason);
    };
    $("foot").hidden = true;
    openQuestion({ findings: panel.findings, language, verdict: panel.verdict, answer: hear }).reason.focus();
  }

  async function accept(reason) {
    const print = answer.print;
    const isNoted = await panel.sendAnyway(reason);
    if (!(await writeKept(item, { print, aside: [], sent: true }))) return tell(words.notAccepted);
    $("foot").hidden = true;
    tell(isNoted ? words.accepted : words.acceptedUnkept, true);
  }

  // Stays until the mail says something else.
  function tell(sentence, isDone = false) {
    told = { about: editor.whole, sentence, isDone };
    say(sentence);
    $("review").hidden = isDone; // who has decided is not asked again
  }

  function standingWord() {
    return told !== null && told.about === editor.whole ? told.sentence : "";
  }

  function isAccepted() {
    return standingWord() !== "" && told.isDone;
  }
}

function makeService(config, token) {
  if (!token) {
    const refuse = () => Promise.reject(new Away("no token", { why: "denied" }));
    return { ask: refuse, waive: refuse, keep: refuse };
  }
  const api = `${config.server}/api/v1`;
  return {
    ask: makeAsk({ url: placeOf(config), token, timeout: TIMEOUT }),
    waive: makeWaive({ url: `${api}/waivers`, token, timeout: TIMEOUT }),
    keep: makeKeep({ url: `${api}/promises`, token, timeout: TIMEOUT }),
  };
}

// Outlook's own theme, which may differ from the system's.
function wear(theme) {
  const ground = /^#?([0-9a-f]{6})$/i.exec(theme?.bodyBackgroundColor ?? "");
  if (!ground) return;
  const parts = [0, 2, 4].map((at) => Number.parseInt(ground[1].slice(at, at + 2), 16));
  document.documentElement.dataset.theme = parts.reduce((sum, part) => sum + part, 0) < 384 ? "dark" : "light";
}
