// The app in the ticket sidebar: the review panel over the ticket's draft, and the hold on Submit.

import { closeQuestion, closeWhenMended, openQuestion, say } from "./panel/beside.js";
import { mountPanel } from "./panel/mount.js";
import { makeSaveHook } from "./save.js";
import { SERVER } from "./server.js";
import { makeService } from "./service.js";
import { appTexts } from "./texts.js";
import { watchTicket } from "./ticket.js";

const DEBOUNCE = 800;
const PER_MINUTE = 55; // of the 60 we allow ourselves; a few are left for reasons
const WAIT_FOR_VERDICT = 2500;

const $ = (id) => document.getElementById(id);
const client = globalThis.ZAFClient?.init();
if (client) client.on("app.registered", start);
else say(appTexts(navigator.language).outside);

async function start({ context }) {
  const { currentUser = {} } = await client.get("currentUser").catch(() => ({}));
  const language = String(currentUser.locale || "en").toLowerCase().startsWith("ru") ? "ru" : "en";
  const texts = appTexts(language);
  document.documentElement.lang = language;
  followScheme();

  const ticket = watchTicket(client, { agent: currentUser, isNew: context.location === "new_ticket_sidebar" });
  await ticket.reload().catch(() => {});
  const service = makeService({
    client,
    server: SERVER,
    issuer: context.account?.subdomain ?? "",
    agent: String(currentUser.id ?? ""),
  });
  const released = new Set();
  let asked = "";
  const panel = mountPanel({
    element: $("review"),
    editor: ticket.editor,
    ...service,
    describe: ticket.describe,
    language,
    delay: DEBOUNCE,
    perMinute: PER_MINUTE,
    showsCase: true,
    onState: closeWhenMended,
  });
  keepSize();
  // The question is about one text, and so is the reason: another text would be held again.
  ticket.editor.listen(() => {
    if (ticket.draft.text !== asked) closeQuestion();
  });

  client.on("ticket.save", makeSaveHook({ check, unread: () => tell(texts.unread) }));
  const lookAgain = () => ticket.reload().then(panel.refresh, () => {});
  client.on("app.activated", lookAgain);
  client.on("ticket.submit.done", () => {
    if ($("line").textContent !== texts.unread) say("");
    lookAgain();
  });

  /** The sentence that holds the reply, or null to let it go; throws when nobody could tell. */
  async function check() {
    const before = ticket.draft.text;
    const draft = await ticket.readNow();
    if (!draft.isPublic || !draft.text.trim() || released.has(draft.text)) return letGo();
    if (draft.text !== before) panel.refresh();
    const isRead = await panel.settled(WAIT_FOR_VERDICT);
    if (!isRead || panel.verdict === null) throw new Error("nobody has read it");
    if (panel.verdict !== "hold" && panel.verdict !== "block") return letGo();
    askWhy(draft.text);
    const first = panel.findings.find((f) => f.severity === "error");
    const words = first ? (first.quote ? texts.quoted(first.quote, first.message) : first.message) : texts.heldPlain;
    return texts.held(words);
  }

  function letGo() {
    closeQuestion();
    return null;
  }

  function askWhy(text) {
    const { findings, verdict } = panel;
    asked = text;
    const answer = async (reason) => {
      if (reason === null) return;
      released.add(text);
      say((await panel.sendAnyway(reason)) ? texts.released : texts.releasedUnkept);
    };
    openQuestion({ findings, language, verdict, answer });
  }

  function tell(words) {
    say(words);
    client.invoke("notify", words, "notice", 6000).catch(() => {});
  }
}

// Zendesk says light or dark where it knows; else the person's own setting counts.
function followScheme() {
  const follow = (scheme) => {
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
  };
  client.get("colorScheme").then(({ colorScheme }) => follow(colorScheme), () => {});
  client.on("colorScheme.changed", follow);
}

function keepSize() {
  let height = 0;
  new ResizeObserver(() => {
    const wanted = Math.min(Math.ceil(document.querySelector("main").scrollHeight), 1200);
    if (Math.abs(wanted - height) < 4) return;
    height = wanted;
    client.invoke("resize", { width: "100%", height: `${height}px` }).catch(() => {});
  }).observe(document.querySelector("main"));
}
