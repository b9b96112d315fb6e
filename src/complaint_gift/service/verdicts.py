"""Reads what was sent: must-not findings at once, what is missing once the turn has come to rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from complaint_gift.domain import Decision, Finding, Severity, Verdict
from complaint_gift.promises import find_promises
from complaint_gift.rules import Context
from complaint_gift.service.contexts import Facts, context_of
from complaint_gift.service.gaps import Gaps
from complaint_gift.service.means import Means
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import (
    DraftReview,
    KeptPromise,
    Seen,
    StoredMessage,
    Subject,
    Waiver,
    hash_text,
)
from complaint_gift.service.turns import Turn, split_turns


@dataclass(frozen=True, slots=True)
class Violation:
    """A message that was sent although it has these errors; `was_shown` if its author had been told.

    `is_again`: it had been read before, by words alone.
    """

    stored: StoredMessage
    findings: tuple[Finding, ...]
    was_shown: bool
    is_waived: bool
    is_again: bool = False


def read_messages(
    tx: Transaction, means: Means, facts: Facts, reasons: dict[str, str], now: datetime, gaps: Gaps
) -> list[Violation]:
    """Judge what of ours has no verdict yet, or only half of one; gives what a human should see.

    `reasons`: external message id -> why its author sent it anyway.
    """
    violations = []
    for turn in split_turns(facts.messages):
        for stored in turn.messages:
            if stored.redacted or not stored.message.text.strip():
                continue
            known, shadow = tx.verdict(stored.version_id, Subject.MESSAGE), list[Finding]()
            if not _is_due(known, gaps):
                continue
            verdict = review(tx, means, facts, turn, stored, stored.message.text, shadow)
            gaps.note(verdict.complete, is_again=known is not None)
            if known is not None and not verdict.complete:
                continue
            reason = reasons.get(stored.message.id, "")
            found = _read_message(tx, means, facts, stored, verdict, shadow, reason, now)
            if found is not None:
                violations.append(replace(found, is_again=known is not None))
    return violations


def _is_due(known: Verdict | None, gaps: Gaps) -> bool:
    """Whether it is to be read, for the first time or once more."""
    return known is None or (gaps.is_open and not known.complete)


def _read_message(
    tx: Transaction,
    means: Means,
    facts: Facts,
    stored: StoredMessage,
    verdict: Verdict,
    shadow: list[Finding],
    reason: str,
    now: datetime,
) -> Violation | None:
    said = tuple(f for f in verdict.findings if not f.missing)
    tx.save_verdict(stored.version_id, Subject.MESSAGE, replace(verdict, findings=said), now)
    _count(tx, facts, said, (f for f in shadow if not f.missing), now)
    tx.save_promises(stored_conversation(facts), stored.id, _promises(means, stored))
    errors = tuple(f for f in said if f.severity is Severity.ERROR)
    snapshot, digest = facts.snapshot, hash_text(stored.message.text)
    shown = tx.draft_review(snapshot.source, snapshot.id, digest)
    if shown is not None:
        count_as_read(tx, shown, now)
        errors = tuple(f for f in errors if f.rule in shown.shown)
    if not errors:
        return None
    for rule in dict.fromkeys(f.rule for f in errors if reason):
        author = stored.message.author
        by = author.account or author.name or author.id
        tx.add_waiver(Waiver(rule, reason, by, snapshot.source, snapshot.id, digest, now, sent=True))
    given = {(w.rule, w.text_hash) for w in tx.waivers(snapshot.source, snapshot.id)}
    return Violation(stored, errors, shown is not None, all(is_waived(f, digest, given) for f in errors))


def count_as_read(tx: Transaction, draft: DraftReview, now: datetime) -> None:
    """For the record of each rule: this draft stood, was sent or got a reason, so somebody has read it."""
    tx.add_sightings(draft.source, draft.conversation, Seen.SHOWN, draft.shown, now)
    tx.add_sightings(draft.source, draft.conversation, Seen.SHADOW, draft.shadow, now)


def is_waived(finding: Finding, digest: str, given: Collection[tuple[str, str]]) -> bool:
    """Whether a reason was given for the whole text, or for the words of this finding."""
    hashes = (digest, hash_text(finding.quote or ""))
    return any((finding.rule, one) in given for one in hashes)


def read_turns(tx: Transaction, means: Means, facts: Facts, now: datetime, gaps: Gaps) -> datetime | None:
    """Judge what is missing in turns that came to rest; gives when the last one will have."""
    rest = means.policy.quiet.wall
    for turn in split_turns(facts.messages):
        known = tx.verdict(turn.last.version_id, Subject.TURN)
        if not turn.text.strip() or not _is_due(known, gaps):
            continue
        due = turn.last.message.sent_at + rest
        if not turn.is_over and due > now:
            return due
        shadow: list[Finding] = []
        verdict = review(tx, means, facts, turn, turn.last, turn.text, shadow)
        gaps.note(verdict.complete, is_again=known is not None)
        if known is not None and not verdict.complete:
            continue
        missing = tuple(f for f in verdict.findings if f.missing)
        tx.save_verdict(turn.last.version_id, Subject.TURN, replace(verdict, findings=missing), now)
        _count(tx, facts, missing, (f for f in shadow if f.missing), now)
    return None


def _count(
    tx: Transaction, facts: Facts, sent: Iterable[Finding], shadow: Iterable[Finding], now: datetime
) -> None:
    """For the record of each rule: what was sent with it, and what a rule in shadow would have said."""
    source, conversation = facts.snapshot.source, facts.snapshot.id
    tx.add_sightings(source, conversation, Seen.SENT, (f.rule for f in sent), now)
    tx.add_sightings(source, conversation, Seen.SHADOW, (f.rule for f in shadow), now)


def review(
    tx: Transaction,
    means: Means,
    facts: Facts,
    turn: Turn,
    stored: StoredMessage,
    text: str,
    shadow: list[Finding] | None = None,
) -> Verdict:
    """The playbook's verdict on a text of ours in its conversation."""
    context = Context.parse(context_of(tx, means, facts, turn, stored.message))
    return means.review(text, context, shadow=shadow)


def join(words: Verdict, turn: Verdict) -> Verdict:
    """One verdict of what is said in a text and what is missing in the turn that it ends.

    This is what becomes of the two that are kept of a sent message; what is missing never holds.
    """
    said = tuple(f for f in words.findings if not f.missing)
    missing = tuple(f for f in turn.findings if f.missing)
    decision = words.decision
    if decision in (Decision.PASS, Decision.WARN):
        is_clear = all(f.severity is Severity.INFO for f in (*said, *missing))
        decision = Decision.PASS if is_clear else Decision.WARN
    findings = sorted((*said, *missing), key=lambda f: (f.severity.rank, f.missing, f.start or 0))
    return replace(
        words, decision=decision, findings=tuple(findings), complete=words.complete and turn.complete
    )


def stored_conversation(facts: Facts) -> int:
    """Our own id of the conversation; a case exists before anything is read."""
    assert facts.case is not None  # noqa: S101 - only complaints are read
    return facts.case.conversation_id


def _promises(means: Means, stored: StoredMessage) -> list[KeptPromise]:
    message = stored.message
    found = find_promises(
        message.text, sent_at=message.sent_at, calendar=means.policy.hours, author=message.author.name
    )
    return [KeptPromise(stored.id, one.what, one.due_at, one.who) for one in found]
