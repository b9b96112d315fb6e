"""What the playbook said, what drafts showed, why somebody sent against it, what was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from complaint_gift.domain import Decision, Finding, Layer, Severity, Verdict
from complaint_gift.service.records import DraftReview, KeptPromise, PromiseState, Subject, Waiver
from complaint_gift.store import tables as t
from complaint_gift.store.columns import storable
from complaint_gift.store.rows import Rows


class Judgements(Rows):
    """See service.transaction.Judgements."""

    def save_verdict(self, version_id: int, subject: Subject, verdict: Verdict, created_at: datetime) -> None:
        """Replace the one of this version, subject and playbook."""
        key = {"message_version_id": version_id, "subject": subject.value, "playbook": verdict.playbook}
        self._db.execute(
            delete(t.verdict).where(*(t.verdict.c[name] == value for name, value in key.items()))
        )
        values = {
            **key,
            "decision": verdict.decision.value,
            "complete": verdict.complete,
            "created_at": created_at,
        }
        verdict_id = self._insert(t.verdict, values)
        for position, hit in enumerate(verdict.findings):
            self._insert(t.finding, {"verdict_id": verdict_id, "position": position, **_columns(hit)})

    def verdict(self, version_id: int, subject: Subject) -> Verdict | None:
        """The newest one, without signals."""
        wanted = select(t.verdict).where(
            t.verdict.c.message_version_id == version_id, t.verdict.c.subject == subject
        )
        row = self._db.execute(
            wanted.order_by(t.verdict.c.created_at.desc(), t.verdict.c.id.desc()).limit(1)
        ).one_or_none()
        if row is None:
            return None
        hits = select(t.finding).where(t.finding.c.verdict_id == row.id).order_by(t.finding.c.position)
        findings = tuple(_finding(hit) for hit in self._db.execute(hits))
        return Verdict(Decision(row.decision), findings, (), row.playbook, row.complete)

    def save_draft_review(self, review: DraftReview) -> None:
        """Replace the one of the same text in the same conversation."""
        values = {
            "source": review.source,
            "conversation": review.conversation,
            "text_hash": review.text_hash,
            "shown": list(review.shown),
            "created_at": review.created_at,
            "shadow": list(review.shadow),
        }
        self._upsert(t.draft_review, ("source", "conversation", "text_hash"), values)

    def draft_review(self, source: str, conversation: str, text_hash: str) -> DraftReview | None:
        """None when exactly this text was never reviewed here."""
        return self._draft_review(source, conversation, t.draft_review.c.text_hash == text_hash)

    def last_draft_review(self, source: str, conversation: str) -> DraftReview | None:
        """None when nothing was reviewed here."""
        return self._draft_review(source, conversation)

    def _draft_review(self, source: str, conversation: str, *more: ColumnElement[bool]) -> DraftReview | None:
        where = (t.draft_review.c.source == source, t.draft_review.c.conversation == conversation, *more)
        newest = (t.draft_review.c.created_at.desc(), t.draft_review.c.id.desc())
        row = self._db.execute(select(t.draft_review).where(*where).order_by(*newest).limit(1)).one_or_none()
        if row is None:
            return None
        shown, shadow = tuple(row.shown), tuple(row.shadow or ())
        return DraftReview(row.text_hash, row.source, row.conversation, shown, row.created_at, shadow)

    def add_waiver(self, waiver: Waiver) -> bool:
        """False when this rule was already waived for this text here."""
        values = {name: getattr(waiver, name) for name in Waiver.__dataclass_fields__}
        return self._insert(t.waiver, values) is not None

    def waivers(self, source: str, conversation: str) -> list[Waiver]:
        """Oldest first."""
        wanted = select(t.waiver).where(t.waiver.c.source == source, t.waiver.c.conversation == conversation)
        found = self._db.execute(wanted.order_by(t.waiver.c.created_at, t.waiver.c.id))
        return [Waiver(**{name: getattr(row, name) for name in Waiver.__dataclass_fields__}) for row in found]

    def save_promises(self, conversation_id: int, message_id: int, promises: Sequence[KeptPromise]) -> None:
        """Replace those of this message; one with the same words stays what it is."""
        known = select(t.promise.c.id, t.promise.c.what).where(t.promise.c.message_id == message_id)
        # A reply may promise the same in the same words twice.
        rest: defaultdict[str, list[int]] = defaultdict(list)
        for row in self._db.execute(known.order_by(t.promise.c.id)):
            rest[row.what].append(row.id)
        for made in promises:
            same = rest[storable(made.what)]
            values = {"due_at": made.due_at, "who": made.who}
            if same:
                self._db.execute(update(t.promise).where(t.promise.c.id == same.pop(0)).values(values))
                continue
            owners = {"conversation_id": conversation_id, "message_id": message_id}
            self._insert(t.promise, {**owners, **values, "what": made.what, "state": made.state.value})
        gone = [promise_id for same in rest.values() for promise_id in same]
        self._db.execute(delete(t.promise).where(t.promise.c.id.in_(gone)))

    def settle_promise(self, promise_id: int, state: PromiseState, at: datetime, by: str) -> None:
        """Nothing happens when it is gone."""
        values = {"state": state.value, "settled_at": at, "settled_by": by}
        self._db.execute(update(t.promise).where(t.promise.c.id == promise_id).values(values))

    def move_promises(self, conversation_id: int, into: int) -> None:
        """Their messages stay where they are."""
        moved = update(t.promise).where(t.promise.c.conversation_id == conversation_id)
        self._db.execute(moved.values(conversation_id=into))

    def promises(self, conversation_id: int) -> list[KeptPromise]:
        """By the time they were made."""
        wanted = select(t.promise, t.message.c.sent_at).join(t.message)
        wanted = wanted.where(t.promise.c.conversation_id == conversation_id)
        found = self._db.execute(wanted.order_by(t.message.c.sent_at, t.message.c.id, t.promise.c.id))
        return [
            KeptPromise(
                message_id=row.message_id,
                what=row.what,
                due_at=row.due_at,
                who=row.who,
                state=PromiseState(row.state),
                id=row.id,
                made_at=row.sent_at,
                settled_at=row.settled_at,
                settled_by=row.settled_by,
            )
            for row in found
        ]


def _columns(hit: Finding) -> dict[str, Any]:
    return {
        "finding_id": hit.id,
        "rule": hit.rule,
        "severity": hit.severity.value,
        "layer": hit.layer.value,
        "missing": hit.missing,
        "start": hit.start,
        "end": hit.end,
        "quote": hit.quote,
        "params": dict(hit.params),
    }


def _finding(row: Row[Any]) -> Finding:
    return Finding(
        row.finding_id,
        row.rule,
        Severity(row.severity),
        Layer(row.layer),
        row.missing,
        row.start,
        row.end,
        row.quote,
        row.params,
    )
