// What happens when the agent presses Submit. Whatever goes wrong, the handler settles and the reply goes out:
// a handler that never settles would block every later save of the ticket.

const PATIENCE = 3000;

/**
 * The handler of `ticket.save`. It rejects with a sentence to hold the reply and resolves to let it go.
 * `check()` resolves to null, or to the sentence; `unread()` is called when it could not be checked.
 */
export function makeSaveHook({ check, unread, patience = PATIENCE }) {
  return async function save() {
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, patience, "late");
    });
    // A throw here must never hold anybody: only the sentence may.
    const sentence = await Promise.race([Promise.resolve().then(check).catch(() => "late"), late]);
    clearTimeout(timer);
    if (sentence === "late") {
      try {
        unread();
      } catch {
        // Saying it is a courtesy.
      }
      return true;
    }
    if (sentence === null) return true;
    // Resolving to a string would let the reply pass: Zendesk listens to rejections only.
    return Promise.reject(sentence);
  };
}
