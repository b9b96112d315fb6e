// What the app says beside the panel's own words.

const TEXTS = {
  en: {
    held: (words) => `${words} To change it or to send it anyway, look at Complaint Gift beside the ticket.`,
    heldPlain: "This reply should be changed first.",
    quoted: (quote, message) => `“${quote}”: ${message}`,
    released: "Thank you, your lead will see the reason. Press Submit once more and the reply goes out.",
    releasedUnkept: "The reason could not be saved, but nothing holds you: press Submit once more and the reply goes out.",
    unread: "The check did not answer in time, so this reply goes out unchecked. It will be read once it is sent.",
    outside: "Complaint Gift works beside a ticket in Zendesk. Please open it there.",
  },
  ru: {
    held: (words) => `${words} Изменить или всё равно отправить можно в Complaint Gift рядом с обращением.`,
    heldPlain: "Этот ответ лучше сначала поправить.",
    quoted: (quote, message) => `«${quote}»: ${message}`,
    released: "Спасибо, причину увидит ваш руководитель. Нажмите «Отправить» ещё раз, и ответ уйдёт.",
    releasedUnkept: "Причину сохранить не удалось, но ответ это не задержит: нажмите «Отправить» ещё раз, и ответ уйдёт.",
    unread: "Проверка не успела ответить, и ответ уходит без неё. Прочитаем его сразу после отправки.",
    outside: "Complaint Gift работает рядом с обращением в Zendesk. Откройте его там, пожалуйста.",
  },
};

/** The texts for a locale such as "ru" or "en-US"; English for a language we do not speak. */
export function appTexts(locale) {
  return TEXTS[String(locale || "en").toLowerCase().split("-")[0]] ?? TEXTS.en;
}
