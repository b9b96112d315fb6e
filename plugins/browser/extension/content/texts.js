// What the extension says on a page beside the panel's own words.

const TEXTS = {
  en: {
    badge: (label) => `Reply check: ${label}`,
    close: "Close",
    again: "Thank you. Please press Send once more.",
    unread: "The check did not answer in time, so this reply goes out unchecked.",
    unset: "Complaint Gift is not set up yet: enter the server in its options.",
  },
  ru: {
    badge: (label) => `Проверка ответа: ${label}`,
    close: "Закрыть",
    again: "Спасибо. Нажмите «Отправить» ещё раз, пожалуйста.",
    unread: "Проверка не успела ответить, ответ уходит без неё.",
    unset: "Complaint Gift ещё не настроен: укажите сервер в настройках расширения.",
  },
};

export function pageTexts(language) {
  return TEXTS[language] ?? TEXTS.en;
}
