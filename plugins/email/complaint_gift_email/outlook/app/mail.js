// What can be known of the mail that is being written, and whether it is ours to look at.

import { call, knows } from "./office.js";

// As the gate reads subjects, for an Outlook that does not tell whether a mail is an answer.
const ANSWER = /^\s*(?:re|aw|antw|ответ|отв)\s*(?:\[\d+\])?\s*:/i;

/**
 * Everything but the text: {subject, sender, senderName, recipients, conversation, answers, isReply}. `recipients` is
 * null where nobody can tell who gets it.
 */
export function readEnvelope(item) {
  const people = ["to", "cc", "bcc"].map((field) => (item[field] ? call(item[field], "getAsync") : []));
  return Promise.all([
    Promise.all(people),
    item.from ? call(item.from, "getAsync") : null,
    call(item.subject, "getAsync"),
    item.getComposeTypeAsync ? call(item, "getComposeTypeAsync") : null,
  ]).then(([lists, from, subject, type]) => ({
    subject: subject || "",
    sender: (from && from.emailAddress) || "",
    senderName: (from && from.displayName) || "",
    recipients: lists.some((list) => list === null) ? null : [].concat(...lists).map((one) => one.emailAddress || ""),
    conversation: item.conversationId || "",
    answers: (knows("1.14") && item.inReplyTo) || "",
    isReply: type ? type.composeType === "reply" : ANSWER.test(subject || ""),
  }));
}

/** The whole body as plain text with line feeds, null where Outlook does not give it. */
export function readText(item) {
  return call(item.body, "getAsync", "text").then((text) => (text === null ? null : text.replace(/\r\n?/g, "\n")));
}

/** Why a mail is not looked at: "new", "internal" or "unsure"; "" for an answer to somebody outside. */
export function whyNot(mail, ours) {
  if (!mail.isReply) return "new";
  if (mail.recipients === null) return "unsure";
  return mail.recipients.some((address) => isOutside(address, ours)) ? "" : "internal";
}

/** Whether an address is none of the patterns of ours. Without an @ it is a name inside Exchange. */
export function isOutside(address, ours) {
  const plain = address.trim().toLowerCase();
  const at = plain.lastIndexOf("@");
  if (at < 0) return false;
  const whole = `${plain.slice(0, at).split("+")[0]}${plain.slice(at)}`;
  return !ours.some((pattern) => fits(pattern, whole));
}

function fits(pattern, address) {
  const pieces = pattern.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pieces.join(".*")}$`).test(address);
}

/** The question to our server. */
export function draftOf(mail, text, language) {
  return {
    text,
    subject: mail.subject,
    sender: mail.sender,
    sender_name: mail.senderName,
    recipients: mail.recipients || [],
    conversation: mail.conversation,
    answers: mail.answers,
    is_reply: mail.isReply,
    ui_language: language,
  };
}
