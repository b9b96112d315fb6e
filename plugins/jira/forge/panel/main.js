// The app: beside the issue a place to try a reply and what is known of the case; in the issue's menu the same with
// a button that sends the checked reply to the customer.

import { invokeRemote, requestJira, view } from "@forge/bridge";
import { closeQuestion, closeWhenMended, openQuestion, say } from "@panel/beside.js";
import { editTextarea } from "@panel/mirror.js";
import { mountPanel } from "@panel/mount.js";
import { KeptInside, NoRequest, sendReply } from "./reply.js";
import { makeService } from "./service.js";
import { appTexts, languageOf } from "./texts.js";

const DEBOUNCE = 800;
const PER_MINUTE = 55; // of the 60 we allow ourselves; a few are left for reasons
const WAIT_FOR_VERDICT = 4000;

const $ = (id) => document.getElementById(id);
const draft = $("draft");

start().catch(() => say(appTexts(navigator.language).outside));

async function start() {
  const { extension = {}, locale, accountId } = await view.getContext();
  const { issue } = extension;
  if (!issue) throw new Error("no issue");
  const language = languageOf(locale);
  const texts = appTexts(language);
  const isAction = extension.type === "jira:issueAction";
  document.documentElement.lang = language;
  document.documentElement.dataset.place = isAction ? "action" : "context";
  view.theme?.enable?.().catch?.(() => {});
  $("label").textContent = isAction ? texts.replyLabel : texts.tryLabel;
  draft.placeholder = isAction ? texts.replyHint : texts.tryHint;
  $("send").textContent = texts.send;
  $("foot").hidden = !isAction;

  const panel = mountPanel({
    element: $("review"),
    editor: editTextarea(draft),
    ...makeService({ invokeRemote }),
    // The server knows the request from its webhooks and fills in the rest.
    describe: () => ({ scope: "public-reply", context: contextOf(issue, accountId) }),
    language,
    delay: DEBOUNCE,
    perMinute: PER_MINUTE,
    showsCase: true,
    onState: closeWhenMended,
  });
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (isAction) alone(send).catch(() => say(texts.notSent));
  });
  // The question is about one text, and so is the reason.
  draft.addEventListener("input", closeQuestion);

  // While a reply is on its way the draft stands still: what was read is what goes out, and once.
  async function alone(work) {
    if ($("send").disabled) return;
    draft.readOnly = $("send").disabled = true;
    $("send").textContent = texts.sending;
    try {
      await work();
    } finally {
      draft.readOnly = $("send").disabled = false;
      $("send").textContent = texts.send;
    }
  }

  async function send() {
    const text = draft.value.trim();
    if (!text) return;
    const isRead = await panel.settled(WAIT_FOR_VERDICT);
    if (!isRead || panel.verdict === null) await post(text, { after: texts.unread });
    else if (panel.verdict === "block") say(texts.blocked);
    else if (panel.verdict === "hold") askWhy(text);
    else await post(text);
  }

  async function post(text, { reason = "", after = texts.sent } = {}) {
    try {
      const isNoted = !reason || (await panel.sendAnyway(reason));
      const isKept = await sendReply(requestJira, { key: issue.key, text, reason });
      say(isNoted || isKept ? after : texts.sentUnkept);
      draft.value = "";
      draft.dispatchEvent(new Event("input"));
      view.refresh?.().catch?.(() => {});
    } catch (error) {
      const known = error instanceof NoRequest ? texts.noRequest : error instanceof KeptInside && texts.keptInside;
      say(known || texts.notSent);
    }
  }

  function askWhy(text) {
    const answer = (reason) => {
      if (reason === null) draft.focus();
      else alone(() => post(text, { reason }));
    };
    openQuestion({ findings: panel.findings, language, verdict: panel.verdict, answer }).reason.focus();
  }
}

function contextOf(issue, accountId) {
  const context = { conversation: String(issue.id), channel: "jira", visibility: "public" };
  return accountId ? { ...context, author: { id: accountId, name: "" } } : context;
}
