// Draws what the helpdesk knows: the list, the conversation, the timeline. Text is never markup.

import { el } from "/static/panel/dom.js";

export function makeClock(language) {
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  return {
    exact: (at) => {
      const date = new Date(at * 1000);
      const isToday = date.toDateString() === new Date().toDateString();
      return isToday ? time.format(date) : `${day.format(date)}, ${time.format(date)}`;
    },
    ago: (at, now) => {
      const minutes = Math.round((at - now) / 60);
      if (minutes > -60) return ago.format(Math.min(minutes, 0), "minute");
      const hours = Math.round(minutes / 60);
      return hours > -24 ? ago.format(hours, "hour") : ago.format(Math.round(hours / 24), "day");
    },
  };
}

export function drawTicket(ticket, { texts, clock, now, current }) {
  return el(
    "li",
    {},
    el(
      "a",
      { href: `#/${ticket.id}`, "aria-current": ticket.id === current ? "true" : null },
      el("span", { class: "t-top" }, el("span", { class: "t-who" }, ticket.customer), el("time", {}, clock.ago(ticket.moved, now))),
      el("span", { class: "t-subject" }, ticket.subject),
      el(
        "span",
        { class: "t-foot" },
        el("span", { class: "t-brand" }, ticket.brand),
        ticket.complaint ? el("span", { class: "ribbon" }, texts.complaint) : null,
      ),
    ),
  );
}

export function drawChips(ticket, texts) {
  const chips = [[`status s-${ticket.status}`, texts.status[ticket.status]]];
  if (ticket.priority) chips.push([`priority p-${ticket.priority}`, texts.priority[ticket.priority]]);
  if (ticket.group) chips.push(["team", `${texts.team}: ${ticket.group}`]);
  if (ticket.complaint) chips.push(["ribbon", texts.complaint]);
  for (const tag of ticket.tags.filter((t) => t !== "complaint")) chips.push(["tag", tag]);
  return chips.map(([kind, words]) => el("li", { class: `chip ${kind}` }, words));
}

export function drawMessage(message, { texts, clock, isNew }) {
  const kind = message.public ? message.role : "note";
  const label = message.public ? null : message.role === "bot" ? texts.noteBy : texts.note;
  return el(
    "li",
    { class: `message m-${kind}${isNew ? " m-new" : ""}` },
    drawFace(message),
    el(
      "article",
      {},
      el(
        "header",
        {},
        el("span", { class: "m-author" }, label && message.role === "bot" ? label : message.author),
        label && message.role !== "bot" ? el("span", { class: "m-label" }, label) : null,
        el("time", { datetime: new Date(message.at * 1000).toISOString() }, clock.exact(message.at)),
      ),
      ...message.text.split(/\n{2,}/).map((part) => el("p", {}, part)),
    ),
  );
}

function drawFace(message) {
  if (message.role === "bot") return el("span", { class: "face f-bot", "aria-hidden": "true" });
  const letters = message.author.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");
  return el("span", { class: `face f-${message.role}`, "aria-hidden": "true" }, letters);
}

export function drawEvent(event, { texts, begun }) {
  const own = event.by === "agent";
  const kind = own && event.kind === "note" ? "noteSent" : event.kind;
  const words = (texts.tl[kind] ?? texts.tl.other)(event);
  const seconds = Math.max(0, event.at - begun);
  const offset = seconds < 0.05 ? "" : texts.after(seconds < 10 ? seconds.toFixed(1) : Math.round(seconds));
  const detail = event.kind === "webhook" ? texts.tl.webhookDetail(event) : null;
  return el(
    "li",
    { class: `e-${kind}${event.state && event.state !== "success" ? " e-failed" : ""}` },
    el("p", {}, words),
    detail ? el("p", { class: "e-detail" }, detail) : null,
    event.kind === "note" && !own ? el("p", { class: "e-note" }, event.text) : null,
    offset ? el("span", { class: "e-at" }, offset) : null,
  );
}

// Appends what is new and leaves the rest alone, so that a screen reader hears each event once.
export function fillList(list, items, language) {
  const keys = items.map((item) => `${language} ${item.key}`);
  while (list.lastChild && list.lastChild.dataset.key !== keys[list.children.length - 1]) list.lastChild.remove();
  const isSame = [...list.children].every((node, i) => node.dataset.key === keys[i]);
  if (!isSame) list.replaceChildren();
  items.slice(list.children.length).forEach((item) => {
    const node = item.make();
    node.dataset.key = keys[list.children.length];
    list.append(node);
  });
}
