// What the app says beside the panel's own words.

const TEXTS = {
  en: {
    tryLabel: "Try a reply",
    tryHint: "Write here before you write to the customer…",
    replyLabel: "Reply to the customer",
    replyHint: "Dear…",
    send: "Send to the customer",
    sending: "Sending…",
    sent: "Your reply is with the customer.",
    sentUnkept: "Your reply is with the customer. The reason could not be saved; please tell your lead.",
    notSent: "Jira did not take the reply. Your text is still here; please send it again.",
    noRequest: "This is no customer request, so nobody outside would read a reply.",
    keptInside: "Jira kept your reply inside the team; the customer has not seen it. You need the agent licence here.",
    unread: "The check did not answer in time, so the reply went out unchecked. It will be read now.",
    blocked: "A team lead has to release this reply.",
    outside: "Complaint Gift works beside an issue in Jira. Please open it there.",
  },
  ru: {
    tryLabel: "Примерьте ответ",
    tryHint: "Напишите здесь, прежде чем писать клиенту…",
    replyLabel: "Ответ клиенту",
    replyHint: "Здравствуйте…",
    send: "Отправить клиенту",
    sending: "Отправляем…",
    sent: "Ответ отправлен клиенту.",
    sentUnkept: "Ответ отправлен клиенту. Причину сохранить не удалось: скажите о ней руководителю, пожалуйста.",
    notSent: "Jira не приняла ответ. Текст на месте, отправьте, пожалуйста, ещё раз.",
    noRequest: "Это не обращение клиента: снаружи ответ никто не прочтёт.",
    keptInside: "Jira оставила ответ внутри команды, клиент его не видел. Здесь вам нужна лицензия агента.",
    unread: "Проверка не успела ответить, и ответ ушёл без неё. Прочитаем его сейчас.",
    blocked: "Этот ответ отправляет руководитель.",
    outside: "Complaint Gift работает рядом с задачей в Jira. Откройте его там, пожалуйста.",
  },
};

/** The texts for a locale such as "ru_RU" or "en-US"; English for a language we do not speak. */
export function appTexts(locale) {
  return TEXTS[languageOf(locale)];
}

export function languageOf(locale) {
  return String(locale || "en").toLowerCase().startsWith("ru") ? "ru" : "en";
}
