// Answers Outlook when somebody presses Send. Whatever goes wrong, the mail goes out: a check that is away, slow or
// broken must never keep a person from answering a customer.

import { readKept } from "./kept.js";
import { draftOf, readEnvelope, readText, whyNot } from "./mail.js";
import { knows, languageOf } from "./office.js";
import { ask, findToken } from "./service.js";
import { ALLOW, decide } from "./verdict.js";

const PATIENCE = 3000; // Outlook itself says that it takes long after five seconds

function onMessageSend(event) {
  let isOver = false;
  const end = (options) => {
    if (isOver) return;
    isOver = true;
    event.completed(options);
  };
  setTimeout(() => end(ALLOW), PATIENCE);
  Promise.resolve()
    .then(() => check(Office.context, complaintGift))
    .then(end, () => end(ALLOW));
}

function check(context, config) {
  const item = context.mailbox.item;
  const token = findToken(context.roamingSettings);
  if (!token) return ALLOW;
  return readEnvelope(item).then((mail) => {
    if (whyNot(mail, config.ours)) return ALLOW;
    const language = languageOf(context);
    return Promise.all([readText(item), readKept(item)]).then(([text, kept]) => {
      if (text === null || !text.trim()) return ALLOW;
      return ask(config, token, draftOf(mail, text, language), PATIENCE).then((answer) =>
        answer === null ? ALLOW : decide(answer, kept, language, knows("1.14"))
      );
    });
  });
}

Office.actions.associate("onMessageSend", onMessageSend);
