// Office's callbacks as promises. Plain ES2016, as everything that send.js is made of: classic Outlook on Windows
// runs it in an engine without a page, modules or newer syntax.

export const MAILBOX = "Mailbox";

/** Calls `target[method](...args, callback)`; resolves to the value, or to null whatever goes wrong. */
export function call(target, method, ...args) {
  return new Promise((resolve) => {
    try {
      target[method](...args, (result) => resolve(result && result.status === "succeeded" ? result.value : null));
    } catch (error) {
      resolve(null);
    }
  });
}

/** Whether this Outlook knows a set of functions, such as "1.14". */
export function knows(version) {
  try {
    return Office.context.requirements.isSetSupported(MAILBOX, version) === true;
  } catch (error) {
    return false;
  }
}

/** "ru" or "en", by the language in which the mailbox is shown. */
export function languageOf(context) {
  const shown = (context && (context.displayLanguage || context.contentLanguage)) || "en";
  return String(shown).toLowerCase().indexOf("ru") === 0 ? "ru" : "en";
}
