"""Reads a draft while it is written. Nothing of it is stored but a hash and which rules were shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from complaint_gift.domain import ActionKind, Finding, Scope, Verdict
from complaint_gift.plugin import Can
from complaint_gift.rules import Context
from complaint_gift.service.absorbing import listen
from complaint_gift.service.casework import News, judge
from complaint_gift.service.complaints import AGENT, Opinion
from complaint_gift.service.contexts import Facts, Placed, place_draft
from complaint_gift.service.escalating import WAITING, NotFound
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import StoreUnavailable, Transaction
from complaint_gift.service.records import (
    AuditEntry,
    Case,
    DraftReview,
    EscalationFilter,
    KeptPromise,
    RuleRecord,
    Stage,
    Waiver,
    hash_text,
)
from complaint_gift.service.turns import THEIRS
from complaint_gift.service.verdicts import count_as_read, join

RESTED = timedelta(seconds=3)  # a text that stood so long has been read by whoever wrote it

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a panel shows of a case. `about` are names; `audience` counts the people outside who write."""

    source: str
    conversation: str
    is_complaint: bool
    why: str
    stage: Stage
    about: tuple[str, ...] = ()
    promises: tuple[KeptPromise, ...] = ()
    reply_due: datetime | None = None
    waiting_since: datetime | None = None
    audience: int = 1
    escalations: int = 0


def review_draft(
    means: Means, text: str, *, scope: Scope = Scope.PUBLIC_REPLY, context: Mapping[str, Any] | None = None
) -> Verdict:
    """The verdict on a draft; `text` is plain, `context` has the keys of the review interface.

    With `source` and `conversation` in the context, what we hold about it fills the keys that are not
    given, and what was shown is remembered. A database that is down costs only that.
    Raises rules.context.ContextError naming the key that is wrong.
    """
    given = dict(context or {})
    Context.parse(given)
    source, conversation = str(given.get("source") or ""), str(given.get("conversation") or "")
    placed = _place(means, source, conversation, text, given) if source and conversation else None
    known = Context.parse(placed.context if placed else given)
    shadow: list[Finding] = []
    verdict = means.review(text, known, scope, shadow)
    is_reply = scope is Scope.PUBLIC_REPLY and known.visibility != "internal" and bool(text.strip())
    if placed and is_reply and len(placed.turn.messages) > 1:
        verdict = join(verdict, means.review(placed.turn.text, known, scope))
    if source in means.sources and conversation and scope is Scope.PUBLIC_REPLY and text.strip():
        _remember(means, source, conversation, text, verdict, shadow)
    return verdict


def _place(
    means: Means, source: str, conversation: str, text: str, given: Mapping[str, Any]
) -> Placed | None:
    try:
        # An agent is typing: this may not wait for a worker's transaction to end.
        with means.store.reading() as tx:
            row = tx.find_conversation(source, conversation)
            if row is None:
                return None
            facts = Facts(row.snapshot, tuple(tx.messages(row.id)), tx.case(row.id))
            return place_draft(tx, means, facts, text, given, means.now())
    except StoreUnavailable:
        return None


def _remember(
    means: Means, source: str, conversation: str, text: str, verdict: Verdict, shadow: list[Finding]
) -> None:
    shown, quiet = (tuple(sorted({f.rule for f in found})) for found in (verdict.findings, shadow))
    now = means.now()
    review = DraftReview(hash_text(text), source, conversation, shown, now, quiet)
    try:
        with means.store.transaction() as tx:
            # What comes up between two keys is no judgement on a rule: what stood is counted, or was sent.
            last = tx.last_draft_review(source, conversation)
            if last is not None and now - last.created_at >= RESTED:
                count_as_read(tx, last, now)
            tx.save_draft_review(review)
    except StoreUnavailable as exc:
        log.warning("draft-review-not-kept", source=source, error=type(exc).__name__)


def waive(
    means: Means,
    source: str,
    conversation: str,
    text: str,
    rules: tuple[str, ...],
    reason: str,
    by: str,
    *,
    sent: bool = False,
) -> int:
    """Keep why somebody sets the advice on this text aside; gives how many rules are newly waived."""
    now, digest, why = means.now(), hash_text(text), reason.strip()[:500]
    with means.store.transaction() as tx:
        seen = tx.draft_review(source, conversation, digest)
        if seen is not None:  # whoever gives a reason has read what was shown
            count_as_read(tx, seen, now)
        new = [
            rule
            for rule in dict.fromkeys(rules)
            if tx.add_waiver(Waiver(rule, why, by[:200], source, conversation, digest, now, sent))
        ]
        if new:
            detail = {"source": source, "conversation": conversation, "rules": new}
            tx.append_audit(AuditEntry(now, by[:200] or "somebody", "waived", detail))
    return len(new)


def rule_records(means: Means, since: datetime | None) -> list[RuleRecord]:
    """What became of each rule since then, those first that were set aside most often."""
    with means.store.transaction() as tx:
        found = tx.rule_records(since)
    return sorted(found, key=lambda one: (one.precision is None, one.precision or 0.0, -one.shown, one.rule))


def decide_complaint(means: Means, source: str, conversation: str, is_complaint: bool, by: str) -> Case:
    """A person's one click; it holds against words, forms and ratings. Raises NotFound."""
    now, who = means.now(), by.strip()[:200] or "somebody"
    _listen(means, source, conversation)
    with means.store.transaction() as tx:
        row = tx.find_conversation(source, conversation)
        if row is None:
            raise NotFound(f"{source} has no conversation {conversation} that we know")
        row = tx.lock_conversation(source, conversation)
        outbox = Outbox(tx, now)
        case = judge(tx, outbox, means, row, News(opinion=Opinion(is_complaint, AGENT, f"{AGENT}:{who}")))
        tag = means.policy.changes.complaint_tag
        if not is_complaint and tag and means.can(source, Can.TAG) and row.snapshot.status != "closed":
            payload = {"add": [], "remove": [tag]}
            outbox.add(ActionKind.TAGS, source, conversation, f"no-complaint:{now}", payload)
        detail = {"source": source, "conversation": conversation, "complaint": is_complaint}
        tx.append_audit(AuditEntry(now, who, "complaint-decided", detail))
    outbox.ring(means.bell)
    return case


def _listen(means: Means, source: str, conversation: str) -> None:
    with means.store.reading() as tx:
        row = tx.find_conversation(source, conversation)
        messages = tx.messages(row.id) if row else []
    listen(means, (stored.message for stored in messages))


def case_facts(means: Means, source: str, conversation: str) -> CaseFacts:
    """What we know about a conversation. Raises NotFound."""
    with means.store.reading() as tx:
        row = tx.find_conversation(source, conversation)
        case = tx.case(row.id) if row else None
        if row is None or case is None:
            raise NotFound(f"{source} has no conversation {conversation} that we know")
        return CaseFacts(
            source=source,
            conversation=conversation,
            is_complaint=case.is_complaint,
            why=case.why,
            stage=case.stage,
            about=_names(tx, row.id, case),
            promises=tuple(tx.promises(row.id)),
            reply_due=case.first_reply_due_at,
            waiting_since=case.waiting_since,
            audience=_count_outside(tx, row.id),
            escalations=len(tx.escalations(EscalationFilter(WAITING, source, conversation), 100)),
        )


def _names(tx: Transaction, conversation_id: int, case: Case) -> tuple[str, ...]:
    ids = {m.message.author.id for m in tx.messages(conversation_id)}
    return tuple(name for name in case.about if name not in ids and not name.isdecimal())


def _count_outside(tx: Transaction, conversation_id: int) -> int:
    return len({m.message.author.id for m in tx.messages(conversation_id) if m.message.author.role in THEIRS})
