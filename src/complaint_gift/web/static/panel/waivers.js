// What an agent set aside because it does not apply here. Remembered for as long as the panel lives; the service
// keeps it for good.

/** `keep(waiver)` sends it to the service. Gives {covers(conversation, finding), add(finding, about)}. */
export function makeWaivers(keep) {
  const known = new Set();

  /**
   * Sets a finding aside at once, or with `sent` notes that it goes out anyway; `about` is {conversation, source?,
   * by?, text, reason, sent?}. Resolves to true when the service kept the reason, false when it could not.
   */
  async function add(finding, about) {
    if (!about.sent) known.add(nameOf(about.conversation, finding));
    // Without a conversation there is nothing that the service could keep it with.
    if (!about.conversation) return false;
    try {
      await keep({ ...about, rule: finding.rule, finding: finding.id, quote: finding.quote });
      return true;
    } catch {
      return false;
    }
  }

  return { add, covers: (conversation, finding) => known.has(nameOf(conversation, finding)) };
}

function nameOf(conversation, { rule, quote }) {
  return JSON.stringify([conversation, rule, (quote ?? "").toLowerCase().replace(/\s+/g, " ")]);
}
