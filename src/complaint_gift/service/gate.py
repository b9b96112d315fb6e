"""Judges messages of ours on their way out, and keeps those that somebody must hear of or decide about.

The answer to whoever sends comes after the commit, so nothing here is kept in memory alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from complaint_gift.domain import ActionKind, Decision, Finding, Reason, Severity, Verdict
from complaint_gift.plugin import Fate, Outgoing, Ruling
from complaint_gift.rules import Context
from complaint_gift.service.complaints import hear
from complaint_gift.service.contexts import Facts, place_draft
from complaint_gift.service.escalating import Cause, raise_escalation
from complaint_gift.service.held import UNDER_WAY, NewOutgoing, OutgoingState
from complaint_gift.service.language import guess_language
from complaint_gift.service.means import Means
from complaint_gift.service.notices import say_rules
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction
from complaint_gift.service.verdicts import join
from complaint_gift.text import new_part

STATES = {
    Fate.TELL: OutgoingState.PASSED,
    Fate.HOLD: OutgoingState.HELD,
    Fate.REJECT: OutgoingState.REJECTED,
}
# In which states a row is about the very attempt that comes again, because the answer to it was lost.
_SAME = {
    Fate.TELL: frozenset((OutgoingState.PASSED,)),
    Fate.HOLD: UNDER_WAY | {OutgoingState.HELD, OutgoingState.SENT, OutgoingState.UNKNOWN},
    Fate.REJECT: frozenset((OutgoingState.REJECTED,)),
}
# Whatever else there is waits for a lead, or has waited.
_FATES = {
    OutgoingState.PASSED: Fate.TELL,
    OutgoingState.REJECTED: Fate.REJECT,
    OutgoingState.RETURNED: Fate.REJECT,
}
LONGEST_SENTENCE = 300
_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)


def rule(means: Means, mail: Outgoing, stop: Fate) -> Ruling:
    """What shall become of it; `stop` is the fate of what the playbook holds. Raises StoreUnavailable."""
    verdict = judge(means, mail)
    if verdict is None:
        return Ruling(Fate.PASS)
    findings = sorted((*mail.findings, *verdict.findings), key=lambda f: f.severity.rank)
    said = tuple(f for f in findings if f.severity is not Severity.INFO)
    if not said:
        return Ruling(Fate.PASS, decision=verdict.decision.value)
    decision = verdict.decision
    if decision is not Decision.BLOCK and any(f.severity is Severity.ERROR for f in mail.findings):
        decision = Decision.HOLD
    fate = Fate.TELL
    if decision is Decision.HOLD:
        fate = stop
    elif decision is Decision.BLOCK:
        # Only a lead may let it out, whatever becomes of the rest.
        fate = stop if stop is Fate.REJECT else Fate.HOLD
    return Ruling(fate, tuple(findings), decision.value, sentence=_sentence(means, said[0]))


def judge(means: Means, mail: Outgoing) -> Verdict | None:
    """None for what is no reply to a complaint. What is missing is judged only where it is sure to be one."""
    given_here = given(mail)
    placed, is_complaint = None, None
    if mail.conversation:
        with means.store.reading() as tx:
            row = tx.find_conversation(mail.source, mail.conversation)
            case = tx.case(row.id) if row else None
            if row is not None and case is not None:
                is_complaint = case.is_complaint
                facts = Facts(row.snapshot, tuple(tx.messages(row.id)), case)
                placed = place_draft(tx, means, facts, mail.text, given_here, means.now())
    if is_complaint is None and mail.history.strip():
        is_complaint = bool(hear(means, mail.history).why)
    if is_complaint is False or not mail.text.strip() or not (mail.is_reply or is_complaint):
        return None
    known = Context.parse(placed.context if placed else quoted(mail))
    verdict = means.review(mail.text, known)
    if placed and len(placed.turn.messages) > 1:
        verdict = join(verdict, means.review(placed.turn.text, known))
    return verdict if is_complaint else _said_only(verdict)


def _said_only(verdict: Verdict) -> Verdict:
    said = tuple(f for f in verdict.findings if not f.missing)
    if said == verdict.findings:
        return verdict
    return replace(verdict, findings=said, decision=verdict.decision if said else Decision.PASS)


def given(mail: Outgoing) -> dict[str, Any]:
    """What the message itself tells of its situation, by the keys of the review interface."""
    author = mail.author
    writer = {"id": author.id, "account": author.account, "name": author.name}
    if author.company is not None:
        writer["company"] = author.company  # type: ignore[assignment]
    return {
        "source": mail.source,
        "conversation": mail.conversation,
        "channel": "email",
        "author": {key: value for key, value in writer.items() if value != ""},
    }


def quoted(mail: Outgoing) -> dict[str, Any]:
    """`given`, and the complaint as far as the message quotes it: what it quotes in its turn is older."""
    return {**given(mail), "complaint_text": new_part(mail.history)}


def _sentence(means: Means, finding: Finding) -> str:
    """One line that every mail program can show: English, ASCII, the rule's name at its end."""
    told = say(means, finding, "en")["message"].translate(_PLAIN)
    plain = told.encode("ascii", "ignore").decode()
    return " ".join(f"{plain} ({finding.rule})".split())[:LONGEST_SENTENCE]


def say(means: Means, finding: Finding, language: str) -> dict[str, str]:
    """message, why and suggestion; what a plugin found brings its own words along."""
    own = finding.params.get(f"say_{language}") or finding.params.get("say_en")
    if own:
        return {"message": own, "why": "", "suggestion": ""}
    words = means.playbook().words(finding, language)
    return {"message": words.message, "why": words.why, "suggestion": words.suggestion}


def keep(means: Means, mail: Outgoing, ruling: Ruling) -> Ruling:
    """Write it down with its notice, and raise an escalation for what is held. Raises StoreUnavailable.

    What passes leaves no words here but those that were found. No bell rings before `confirm`.
    """
    now = means.now()
    language = mail.language or guess_language([mail.text], means.policy.language)
    kept = replace(mail, language=language, history="" if ruling.fate is Fate.TELL else mail.history)
    if ruling.fate is Fate.TELL:
        kept = replace(kept, raw=b"", text="", envelope={}, recipients=())
    state, book = STATES[ruling.fate], means.playbook().hash
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        kept = replace(kept, key=_free_key(tx, mail, ruling.fate))
        number = tx.add_outgoing(NewOutgoing(kept, state, ruling.decision, book, ruling.findings, now))
        if number is None:
            known = tx.find_outgoing(mail.source, kept.key)
            number = known.id if known else 0
        else:
            tell(outbox, kept, number, state.value)
            if ruling.fate is Fate.HOLD:
                _wait(tx, outbox, means, kept, number, ruling.findings)
    if ruling.fate is not Fate.TELL:
        outbox.ring(means.bell)
    link = means.links.to_message(number, "", may_decide=False) if means.links else ""
    return replace(ruling, number=number, link=link, actions=tuple(outbox.ids))


def _free_key(tx: Transaction, mail: Outgoing, fate: Fate) -> str:
    """The key of the row that already holds this very attempt, else one that nobody has.

    What was given back and comes again unchanged is a new attempt, and so is what has another fate now.
    """
    if fate is Fate.TELL:
        # Found among sent mail as well, or sent to each recipient by itself: its author hears of it once.
        told = tx.outgoing_named(mail.source, mail.message)
        if told is not None and told.state is OutgoingState.PASSED:
            return told.mail.key
    key = mail.key
    for attempt in range(2, 1000):
        known = tx.find_outgoing(mail.source, key)
        if known is None or known.state in _SAME[fate]:
            return key
        key = f"{mail.key}#{attempt}"
    return key


def fate_of(tx: Transaction, source: str, message: str) -> Fate | None:
    """What became of a message by its id, None where nothing was kept of it."""
    known = tx.outgoing_named(source, message)
    return None if known is None else _FATES.get(known.state, Fate.HOLD)


def tell(outbox: Outbox, mail: Outgoing, number: int, turn: str) -> None:
    """A notice to whoever wrote it."""
    if mail.tell:
        payload = {"outgoing": number, "turn": turn, "channel": "email", "to": mail.tell}
        cause = f"outgoing:{mail.key}:{turn}"
        outbox.add(ActionKind.NOTIFY, mail.source, mail.conversation, cause, payload)


def _wait(
    tx: Transaction, outbox: Outbox, means: Means, mail: Outgoing, number: int, findings: tuple[Finding, ...]
) -> None:
    key = f"reply-held:{number}@{mail.source}"
    cause = Cause(Reason.REPLY_HELD, mail.source, mail.conversation, key, say_rules(findings))
    raised = raise_escalation(tx, outbox, means, cause, None)
    kept = tx.outgoing(number)
    if raised is not None and kept is not None:
        tx.save_outgoing(replace(kept, escalation=raised))


def confirm(means: Means, ruling: Ruling) -> None:
    """It has gone out: its author is told now and not only after the next sweep."""
    for action in ruling.actions:
        means.bell.ring("action", action)


def forget(means: Means, ruling: Ruling) -> None:
    """It was not taken and will come again. Raises StoreUnavailable."""
    with means.store.transaction() as tx:
        kept = tx.outgoing(ruling.number)
        if kept is not None and kept.state is OutgoingState.PASSED:
            tx.drop_outgoing(ruling.number)
