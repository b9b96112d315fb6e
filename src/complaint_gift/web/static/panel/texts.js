// What the panel says, in the agent's language. A function where a number decides the words.

function plural(n, one, few, many) {
  const ten = n % 10;
  const hundred = n % 100;
  if (ten === 1 && hundred !== 11) return one;
  if (ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14)) return few;
  return many;
}

export const TEXTS = {
  en: {
    title: "Reply check",
    idle: "Write your reply. I read along and stay quiet unless something could hurt.",
    checking: "Reading…",
    pass: "Ready to send",
    passNote: "Nothing in this reply needs your attention.",
    warn: (n) => (n === 1 ? "One thing to look at" : `${n} things to look at`),
    warnNote: "You can send as it is.",
    hold: (n) => (n === 1 ? "Please change one thing" : `Please change ${n} things`),
    holdNote: "A customer would be hurt by the underlined words.",
    block: "A team lead has to release this",
    blockNote: "Your company asks for a second pair of eyes here.",
    away: "The check is taking a break",
    awayNote: "Write and send as usual. Your reply will be read once it is sent.",
    denied: "The check does not know this helpdesk",
    deniedNote: "Write and send as usual, and ask your administrator to renew the review token.",
    retry: "Try again",
    incomplete: "A closer look is still on its way.",
    error: "Please change",
    warning: "Worth a second look",
    info: "Idea",
    missing: "Next step",
    show: "Show in the text",
    why: "Why",
    reading: "How the customer reads it",
    suggestion: "You could write",
    insert: "Insert",
    replace: "Use this sentence",
    more: (n) => `${n} more`,
    less: "Show less",
    inserted: "Inserted. Ctrl+Z takes it back.",
    holdTitle: "Send it as it is?",
    holdBody: "These words are likely to hurt. If you know better, send it: your reason goes to your team lead.",
    reason: "Why is it right here?",
    reasonHint: "One sentence is enough.",
    sendAnyway: "Send anyway",
    keepWriting: "Keep writing",
  },
  ru: {
    title: "Проверка ответа",
    idle: "Пишите ответ. Я читаю вместе с вами и молчу, пока ничего не может обидеть.",
    checking: "Читаю…",
    pass: "Можно отправлять",
    passNote: "В этом ответе всё на месте.",
    warn: (n) => `${n} ${plural(n, "место", "места", "мест")} стоит перечитать`,
    warnNote: "Отправить можно и так.",
    hold: (n) => `Поправьте, пожалуйста, ${n} ${plural(n, "место", "места", "мест")}`,
    holdNote: "Подчёркнутые слова клиента обидят.",
    block: "Этот ответ отправляет руководитель",
    blockNote: "В вашей компании такой ответ читает ещё один человек.",
    away: "Проверка ненадолго отошла",
    awayNote: "Пишите и отправляйте как обычно. Ответ прочитаем сразу после отправки.",
    denied: "Проверка не узнала эту службу",
    deniedNote: "Пишите и отправляйте как обычно, а администратора попросите обновить токен проверки.",
    retry: "Попробовать снова",
    incomplete: "Ещё присматриваюсь.",
    error: "Лучше изменить",
    warning: "Стоит перечитать",
    info: "Мысль",
    missing: "Следующий шаг",
    show: "Показать в тексте",
    why: "Почему",
    reading: "Как это прочтёт клиент",
    suggestion: "Можно написать так",
    insert: "Вставить",
    replace: "Взять эту фразу",
    more: (n) => `Ещё ${n}`,
    less: "Свернуть",
    inserted: "Вставлено. Ctrl+Z вернёт как было.",
    holdTitle: "Отправить как есть?",
    holdBody: "Эти слова, скорее всего, обидят. Если вы уверены, отправляйте: причину увидит ваш руководитель.",
    reason: "Почему здесь так можно?",
    reasonHint: "Хватит одной фразы.",
    sendAnyway: "Всё равно отправить",
    keepWriting: "Вернуться к тексту",
  },
};

/** The texts for a locale such as "ru-BY"; English for a language we do not speak. */
export function textsFor(locale) {
  return TEXTS[String(locale || "en").toLowerCase().split("-")[0]] || TEXTS.en;
}
