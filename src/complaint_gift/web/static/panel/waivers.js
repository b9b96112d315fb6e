// What an agent set aside because it does not apply here. Remembered for as long as the panel lives; the service
// keeps it for good.

/** `keep(waiver)` sends it to the service. Gives {covers(conversation, finding), add(conversation, finding, reason)}. */
export function makeWaivers(keep) {
  const known = new Set();

  /** Sets a finding aside at once; resolves to true when the service kept the reason, false when it could not. */
  async function add(conversation, finding, reason, isSent = false) {
    if (!isSent) known.add(nameOf(conversation, finding));
    const waiver = { rule: finding.rule, reason, finding: finding.id, conversation, quote: finding.quote };
    try {
      await keep(isSent ? { ...waiver, sent: true } : waiver);
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
