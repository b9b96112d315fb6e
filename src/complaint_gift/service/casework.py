"""One conversation, judged as it stands: complaint or not, clocks, verdicts, what a human must see.

Everything here happens inside the caller's transaction and reads nothing but the store, so that any
order and repetition of deliveries ends in the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from complaint_gift.domain import ActionKind, Reason, Role
from complaint_gift.plugin import Can
from complaint_gift.service import verdicts
from complaint_gift.service.acknowledging import acknowledge
from complaint_gift.service.casefacts import keep_facts
from complaint_gift.service.casenotes import renew_note
from complaint_gift.service.complaints import (
    AGENT,
    MERGE,
    WORDS,
    Hearing,
    Opinion,
    decide,
    hear,
    worst_severity,
)
from complaint_gift.service.contexts import Facts
from complaint_gift.service.escalating import Cause, raise_escalation
from complaint_gift.service.gaps import Gaps, close
from complaint_gift.service.means import Means
from complaint_gift.service.notices import say_rules
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.people import find_named, is_same
from complaint_gift.service.ports import Transaction
from complaint_gift.service.promises import Watch
from complaint_gift.service.records import Case, Stage, StoredConversation, StoredMessage
from complaint_gift.service.turns import OURS, find_waiting, is_public, last_answer

DONE = frozenset(("solved", "closed"))


@dataclass(frozen=True, slots=True)
class News:
    """What this look brought: message versions not seen before, reasons given for sending anyway (by
    external message id), and what a person or a conversation merged into this one says."""

    versions: frozenset[int] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)
    opinion: Opinion | None = None


def judge(tx: Transaction, outbox: Outbox, means: Means, row: StoredConversation, news: News) -> Case:
    """Bring case, verdicts, escalations and actions of this conversation up to date."""
    messages = tuple(tx.messages(row.id))
    before = tx.case(row.id)
    hearings = _hear(means, messages)
    opinion = decide(means.policy, row.snapshot, hearings.values(), before, news.opinion)
    if row.merged_into:
        opinion = Opinion(False, f"merged-into:{row.merged_into}", MERGE)
    case, gaps = _open_case(row, before, opinion, messages, outbox.now), Gaps.of(before, outbox.now)
    is_new = before is None or (case.is_complaint and not before.is_complaint)
    new = frozenset(hearings) if is_new else news.versions
    again = gaps.find(hearings, new)
    if not case.is_complaint or row.deleted_at is not None:
        return _leave(tx, outbox, means, row, case, gaps)
    fresh = {v: h for v, h in hearings.items() if v in new or v in again}
    case = replace(
        case,
        about=_about(means, case, messages, hearings),
        severity=worst_severity(case.severity, *(h.severity for h in fresh.values())),
    )
    tx.save_case(case)
    work = _Work(tx, outbox, means, Facts(row.snapshot, messages, case), gaps)
    if is_new:
        work.open()
    work.read_customer(fresh, again)
    promises = Watch(tx, outbox, means, work.facts)
    promises.read_tags()
    work.read_ours(news)
    promises.read_replies()
    case = work.run_clocks()
    case = replace(case, look_at=_earliest(case.look_at, promises.run_clocks()))
    case = gaps.keep(case, means.policy.limits.look_back.wall)
    tx.save_case(case)
    keep_facts(tx, outbox, means, row.snapshot, case)
    return case


def _leave(
    tx: Transaction, outbox: Outbox, means: Means, row: StoredConversation, case: Case, gaps: Gaps
) -> Case:
    """What is merged is watched where it lives on; what is deleted or no complaint is not watched."""
    # The learned layer may still find a complaint, but not against a person or a tag.
    is_open = row.deleted_at is None and case.decided_by == WORDS
    case = gaps.keep(case, means.policy.limits.look_back.wall) if is_open else close(case)
    tx.save_case(replace(case, look_at=None, waiting_since=None))
    if row.deleted_at is None:
        keep_facts(tx, outbox, means, row.snapshot, case)
    return case


def _earliest(*moments: datetime | None) -> datetime | None:
    return min(filter(None, moments), default=None)


def _hear(means: Means, messages: tuple[StoredMessage, ...]) -> dict[int, Hearing]:
    """What each public message of a customer says, by its version, the first one first."""
    return {
        m.version_id: hear(means, m.message.text)
        for m in messages
        if is_public(m) and m.message.author.role is Role.CUSTOMER
    }


def _open_case(
    row: StoredConversation,
    before: Case | None,
    opinion: Opinion,
    messages: tuple[StoredMessage, ...],
    now: datetime,
) -> Case:
    told = {
        "is_complaint": opinion.is_complaint,
        "why": opinion.why,
        "decided_by": opinion.decided_by,
        "answered_at": last_answer(messages),
    }
    if before is None:
        first = messages[0].message.sent_at if messages else now
        return Case(conversation_id=row.id, stage=Stage.OPEN, opened_at=first, **told)  # type: ignore[arg-type]
    return replace(before, **told)  # type: ignore[arg-type]


def _about(
    means: Means, case: Case, messages: tuple[StoredMessage, ...], hearings: Mapping[int, Hearing]
) -> tuple[str, ...]:
    """Names and ids of those the customer complains about; who was named once stays."""
    staff = {m.message.author for m in messages if m.message.author.role in OURS}
    people = means.policy.everybody()
    names = sorted({a.name for a in staff} | {p.name for p in people} - {""})
    found = find_named([m.message.text for m in messages if m.version_id in hearings], names)
    ids = sorted(a.id for a in staff if a.name in found)
    ids += [p.helpdesk_id for p in people if p.name in found and p.helpdesk_id]
    heard = [name for hearing in hearings.values() for name in hearing.employees]
    return tuple(dict.fromkeys((*case.about, *found, *ids, *heard)))


@dataclass(slots=True)
class _Work:
    """The steps of one look at a complaint."""

    tx: Transaction
    outbox: Outbox
    means: Means
    facts: Facts
    gaps: Gaps

    @property
    def case(self) -> Case:
        assert self.facts.case is not None  # noqa: S101 - set before any step
        return self.facts.case

    def open(self) -> None:
        """The first time this is a complaint: tag it, and see whether it is not the customer's first."""
        snapshot, policy = self.facts.snapshot, self.means.policy
        tag = policy.changes.complaint_tag
        is_bare = tag and tag not in snapshot.tags and snapshot.status != "closed"
        if is_bare and self.means.can(snapshot.source, Can.TAG):
            payload = {"add": [tag], "remove": []}
            cause = f"complaint:{self.outbox.now}" if self.case.why == AGENT else "complaint"
            self.outbox.add(ActionKind.TAGS, snapshot.source, snapshot.id, cause, payload)
        moved = self.case.decided_by == MERGE
        if not moved and self._is_recent(self.case.opened_at):
            acknowledge(self.tx, self.outbox, self.means, self.facts)
        if snapshot.requester_id and not moved and self._is_recent(self.case.opened_at):
            since = self.outbox.now - policy.limits.repeated_within.wall
            besides = self.case.conversation_id
            if self.tx.count_complaints(snapshot.source, snapshot.requester_id, since, besides):
                self._raise(Reason.SECOND_FAILURE, "second-failure", once=True)

    def read_customer(self, fresh: Mapping[int, Hearing], again: frozenset[int]) -> None:
        """Words that must not wait."""
        for stored in self.facts.messages:
            hearing = fresh.get(stored.version_id)
            if hearing is not None and self._is_recent(stored.message.sent_at):
                since = stored.seen_at if stored.version_id in again else None
                for reason in hearing.triggers:
                    self._raise(reason, reason.value, since=since)

    def read_ours(self, news: News) -> None:
        """Verdicts on what we sent, and who sends."""
        facts, now, wrong = self.facts, self.outbox.now, set()
        reasons = dict(news.reasons)
        for violation in verdicts.read_messages(self.tx, self.means, facts, reasons, now, self.gaps):
            message = violation.stored.message
            wrong.add(message.id)
            if not self._is_recent(message.sent_at):
                continue
            said = say_rules(violation.findings) + (" (a reason was given)" if violation.is_waived else "")
            self._raise(
                Reason.VIOLATION_SENT,
                f"violation-sent:{message.id}",
                summary=said,
                author=message.author.account or message.author.id,
                since=violation.stored.seen_at if violation.is_again else None,
            )
        if self._accused_handles():
            self._raise(Reason.ACCUSED_HANDLES, "accused-handles", once=True)
        self._renew_notes(news.versions, wrong)

    def _renew_notes(self, versions: frozenset[int], wrong: set[str]) -> None:
        """What our notes are about may have been edited since, for better or worse."""
        for stored in self.facts.messages:
            if stored.number > 1 and stored.version_id in versions and stored.message.author.role in OURS:
                about = self._key(f"violation-sent:{stored.message.id}")
                reason = Reason.VIOLATION_SENT if stored.message.id in wrong else None
                renew_note(self.tx, self.outbox, self.means, self.facts.snapshot, about, reason)

    def run_clocks(self) -> Case:
        """Who waits since when, and when to look again."""
        facts, now, policy = self.facts, self.outbox.now, self.means.policy
        rest_at = verdicts.read_turns(self.tx, self.means, facts, now, self.gaps)
        status, waiting = facts.snapshot.status, find_waiting(facts.messages)
        answered = self.case.answered_at is not None
        if status in DONE and answered:
            waiting = None
        case = replace(
            self.case,
            stage=_stage(status, answered, waiting is not None),
            closed_at=(facts.snapshot.updated_at or self.case.closed_at or now) if status in DONE else None,
            waiting_since=waiting.message.sent_at if waiting else None,
            first_reply_due_at=None,
            look_at=rest_at,
        )
        if waiting is None:
            return case
        channel = waiting.message.channel or facts.snapshot.channel
        due = policy.reply_due(channel, waiting.message.sent_at)
        case = replace(case, first_reply_due_at=due)
        if due > now:
            return replace(case, look_at=min(due, rest_at or due))
        if self._is_recent(due):
            self._raise(Reason.UNANSWERED, f"unanswered:{waiting.message.id}", once=True)
        return case

    def _accused_handles(self) -> bool:
        snapshot, case = self.facts.snapshot, self.case
        return (
            bool(case.about)
            and snapshot.status not in DONE
            and is_same(self.means.policy, snapshot.assignee_id, case.about)
        )

    def _is_recent(self, moment: datetime) -> bool:
        """What is old when we first see it opens no escalation."""
        return moment >= self.outbox.now - self.means.policy.limits.look_back.wall

    def _raise(
        self,
        reason: Reason,
        cause: str,
        *,
        summary: str = "",
        author: str = "",
        once: bool = False,
        since: datetime | None = None,
    ) -> None:
        """`since`: for what we saw then and read again now; whoever heard of it since is not told twice."""
        snapshot, key = self.facts.snapshot, self._key(cause)
        if (once or since is not None) and self.tx.has_escalated(key, None if once else since):
            return
        told = Cause(reason, snapshot.source, snapshot.id, key, summary, author=author, since=since)
        raise_escalation(self.tx, self.outbox, self.means, told, snapshot)

    def _key(self, cause: str) -> str:
        return f"{cause}@{self.facts.snapshot.source}/{self.facts.snapshot.id}"


def _stage(status: str, answered: bool, waits: bool) -> Stage:
    if status in DONE and not waits:
        return Stage.CLOSED
    if not answered:
        return Stage.OPEN
    return Stage.REOPENED if waits else Stage.ANSWERED
