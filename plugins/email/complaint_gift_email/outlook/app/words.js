// What Outlook's question and the pane say beside the panel's own words.

const WORDS = {
  en: {
    warn: { head: "Before this goes out:", tail: "You can send it as it is." },
    hold: { head: "Please change this first:", tail: "The reply check has better words. There you can also send it with a reason." },
    block: { head: "A team lead should read this reply first:", tail: "If it cannot wait, say why in the reply check." },
    quote: (words) => `“${words}”`,
    show: "Show me how", // Outlook takes 20 characters
    outside: "Complaint Gift works beside a mail that you are writing in Outlook. Please open it there.",
    notes: {
      new: "I read answers to customers. This mail is not an answer, so I look away.",
      noText: "Outlook does not give me the text of this mail. Write and send as usual.",
    },
    asIs: "Send it as it is…",
    accepted: "Thank you, your reason is with your lead. Press Send once more.",
    acceptedUnkept: "Press Send once more. The reason could not be saved; please tell your lead.",
    notAccepted: "Outlook did not keep your answer. Please try again.",
  },
  ru: {
    warn: { head: "Прежде чем письмо уйдёт:", tail: "Отправить можно и так." },
    hold: { head: "Сначала поправьте, пожалуйста:", tail: "В «Проверке ответа» есть слова получше. Там же можно отправить как есть, объяснив почему." },
    block: { head: "Этот ответ сначала должен прочесть руководитель:", tail: "Если ждать нельзя, напишите почему в «Проверке ответа»." },
    quote: (words) => `«${words}»`,
    show: "Показать, как",
    outside: "Complaint Gift работает рядом с письмом, которое вы пишете в Outlook. Откройте его там, пожалуйста.",
    notes: {
      new: "Я читаю ответы клиентам. Это письмо не ответ, поэтому я его не читаю.",
      noText: "Outlook не отдаёт мне текст письма. Пишите и отправляйте как обычно.",
    },
    asIs: "Отправить как есть…",
    accepted: "Спасибо, причину увидит руководитель. Нажмите «Отправить» ещё раз.",
    acceptedUnkept: "Нажмите «Отправить» ещё раз. Сохранить причину не удалось: скажите о ней руководителю, пожалуйста.",
    notAccepted: "Outlook не запомнил ответ. Попробуйте, пожалуйста, ещё раз.",
  },
};

/** The words for "en" or "ru". */
export function wordsFor(language) {
  return WORDS[language] || WORDS.en;
}
