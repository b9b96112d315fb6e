// The ticket beside the app: its draft as an editor for the panel, and what the review should know of it.

import { readHtml, replaceInHtml } from "./panel/rich.js";

const DRAFT = ["ticket.comment.text", "ticket.comment.type", "ticket.comment.useRichText"];
const AROUND = ["ticket.id", "ticket.requester", "ticket.conversation", "ticket.brand", "ticket.tags", "ticket.via"];
const COMPLAINT = "complaint";
const NO_COMPLAINT = "not_complaint";
const LONGEST_COMPLAINT = 8000;

/** Watches the ticket through `client`. Gives {editor, describe, reload, readNow, draft}. */
export function watchTicket(client, { agent, isNew }) {
  let draft = { text: "", html: "", isRich: true, isPublic: true };
  let around = {};
  const listeners = new Set();

  // One by one: a path that this place does not know (the id of a new ticket) must not take the others along.
  async function getAll(paths) {
    const got = await Promise.all(paths.map((path) => client.get(path).catch(() => ({}))));
    return Object.assign({}, ...got);
  }

  // Each counts as soon as it is there: a word written while the other one is on its way must not be forgotten.
  async function reload() {
    await Promise.all([readAround(), readNow()]);
  }

  async function readAround() {
    around = await getAll(AROUND);
  }

  /** The draft as it is now; the promise of the SDK may hang, so callers set a time. */
  async function readNow() {
    take(readDraft(await getAll(DRAFT)));
    return draft;
  }

  function take(next) {
    const isSame = next.html === draft.html && next.isPublic === draft.isPublic;
    draft = next;
    if (!isSame) for (const tell of listeners) tell();
  }

  client.on("comment.text.changed", (html) => {
    if (typeof html === "string") take({ ...draft, html, text: toPlain(html, draft.isRich) });
  });
  client.on("comment.type.changed", (type) => take({ ...draft, isPublic: type !== "internalNote" }));
  client.on("ticket.conversation.changed", readAround);

  function describe() {
    const scope = draft.isPublic ? "public-reply" : "employee-note";
    return { scope, context: { ...contextOf(around, { agent, isNew }), visibility: draft.isPublic ? "public" : "internal" } };
  }

  const editor = {
    excerpts: true,
    read: () => draft.text,
    caret: () => null,
    draw() {},
    point() {},
    focus() {},
    async replace(from, to, text) {
      const before = draft.text;
      const now = await readNow();
      // What changed under our hands is left alone.
      if (now.text !== before) return false;
      const html = now.isRich ? replaceInHtml(now.html, from, to, text) : now.text.slice(0, from) + text + now.text.slice(to);
      await client.set("ticket.comment.text", html);
      await readNow();
      return draft.text !== before;
    },
    listen(onInput) {
      listeners.add(onInput);
      return () => listeners.delete(onInput);
    },
  };

  return {
    editor,
    describe,
    reload,
    readNow,
    get draft() {
      return draft;
    },
  };
}

function readDraft(got) {
  const html = String(got["ticket.comment.text"] ?? "");
  const isRich = got["ticket.comment.useRichText"] ?? /<\/?[a-z][^>]*>/i.test(html);
  return { html, isRich, text: toPlain(html, isRich), isPublic: got["ticket.comment.type"] !== "internalNote" };
}

function toPlain(html, isRich) {
  return (isRich ? readHtml(html).text : html).trimEnd();
}

// The server knows the ticket from its webhooks and fills in the rest; this is for what it has not heard yet.
function contextOf(around, { agent, isNew }) {
  const said = (around["ticket.conversation"] ?? []).filter((m) => m?.channel?.name !== "internal");
  const isCustomer = (m) => ["end-user", "customer"].includes(m?.author?.role);
  const last = said.filter(isCustomer).at(-1);
  // One reply in two messages is still the first one, until the customer has written again.
  const ours = said.findIndex((m) => m?.author && !isCustomer(m));
  const isAnswered = ours >= 0 && said.findLastIndex(isCustomer) > ours;
  const tags = around["ticket.tags"] ?? [];
  const context = {
    conversation: around["ticket.id"] ? String(around["ticket.id"]) : null,
    channel: around["ticket.via"]?.channel ?? null,
    brand: around["ticket.brand"]?.name ?? null,
    customer_name: around["ticket.requester"]?.name ?? null,
    complaint_text: last ? readHtml(String(last.message?.content ?? "")).text.trim().slice(-LONGEST_COMPLAINT) : null,
    first_reply: isAnswered ? false : null,
    complaint: tags.includes(NO_COMPLAINT) ? false : tags.includes(COMPLAINT) ? true : isNew ? false : null,
    author: agent.id ? { id: String(agent.id), name: agent.name ?? "" } : null,
  };
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== null && value !== ""));
}
