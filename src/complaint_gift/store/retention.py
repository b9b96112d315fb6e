"""What is removed once it is older than its time. Nothing that waits for work or for a human is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, exists, func, or_, select, tuple_, update

from complaint_gift.domain import EscalationState
from complaint_gift.service.held import UNDER_WAY, WAITING
from complaint_gift.service.records import ActionState, DeliveryState, Kept, Stage
from complaint_gift.store.conversations import Conversations
from complaint_gift.store.tables import (
    action,
    complaint_case,
    conversation,
    delivery,
    draft_review,
    escalation,
    message,
    message_version,
    outgoing,
    own_write,
    sighting,
)

# Statuses after which a helpdesk lets nobody write any more.
_OVER = ("closed", "deleted", "archived")
_UNDECIDED = sorted(WAITING | UNDER_WAY)


class Retention(Conversations):
    """See service.transaction.Housekeeping.purge."""

    def purge(self, kept: Kept, before: datetime, limit: int) -> int:
        """Remove at most `limit` rows older than `before`; gives how many."""
        return _PURGES[kept](self, before, limit)

    def _delivery_bodies(self, before: datetime, limit: int) -> int:
        old = select(delivery.c.id).where(*_settled(delivery, DeliveryState.NEW, "received_at", before))
        ids = old.where(func.length(delivery.c.body) > 0).order_by(delivery.c.id).limit(limit)
        emptied = update(delivery).where(delivery.c.id.in_(ids)).values(headers={}, body=b"")
        return int(self._db.execute(emptied).rowcount)

    def _texts(self, before: datetime, limit: int) -> int:
        return self._purge_all(_quiet(before).where(_is_over()).limit(limit))

    def _quiet_texts(self, before: datetime, limit: int) -> int:
        return self._purge_all(_quiet(before).limit(limit))

    def _purge_all(self, wanted: Select[Any]) -> int:
        ids = list(self._db.execute(wanted).scalars())
        for conversation_id in ids:
            self.purge_conversation(conversation_id)
        return len(ids)

    def _delete(self, table: Table, conditions: tuple[ColumnElement[bool], ...], limit: int) -> int:
        key = tuple_(*table.primary_key.columns)
        old = select(*table.primary_key.columns).where(*conditions).limit(limit)
        return int(self._db.execute(delete(table).where(key.in_(old))).rowcount)


def _settled(table: Table, waiting: str, since: str, before: datetime) -> tuple[ColumnElement[bool], ...]:
    return table.c.state != waiting, table.c[since] < before


def _is_over() -> ColumnElement[bool]:
    """What the helpdesk or a case calls closed, and what is gone."""
    closed = exists().where(
        complaint_case.c.conversation_id == conversation.c.id, complaint_case.c.stage == Stage.CLOSED
    )
    return or_(
        conversation.c.deleted_at.is_not(None),
        conversation.c.merged_into != "",
        conversation.c.status.in_(_OVER),
        closed,
    )


def _quiet(before: datetime) -> Select[Any]:
    """Ids of conversations that have not changed since then and that nobody and nothing waits for."""

    def waits(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        same = (table.c.source == conversation.c.source, table.c.conversation == conversation.c.external_id)
        return exists().where(*same, condition)

    # Not every helpdesk says when a conversation changed; then it is when we last saw new words in it.
    seen = (
        select(func.max(message_version.c.seen_at))
        .select_from(message_version.join(message))
        .where(message.c.conversation_id == conversation.c.id)
        .scalar_subquery()
    )
    changed = func.coalesce(conversation.c.updated_at, conversation.c.deleted_at, seen)
    return (
        select(conversation.c.id)
        .where(~conversation.c.purged)
        .where(changed < before)
        .where(~waits(escalation, escalation.c.state != EscalationState.RESOLVED))
        .where(~waits(action, action.c.state == ActionState.PENDING))
        .order_by(conversation.c.id)
    )


_Purge = Callable[[Retention, datetime, int], int]
_PURGES: Mapping[Kept, _Purge] = {
    Kept.DELIVERY_BODY: Retention._delivery_bodies,
    Kept.TEXT: Retention._texts,
    Kept.QUIET_TEXT: Retention._quiet_texts,
    Kept.DELIVERY: lambda rows, before, limit: rows._delete(
        delivery, _settled(delivery, DeliveryState.NEW, "received_at", before), limit
    ),
    Kept.ACTION: lambda rows, before, limit: rows._delete(
        action, _settled(action, ActionState.PENDING, "created_at", before), limit
    ),
    Kept.DRAFT_REVIEW: lambda rows, before, limit: rows._delete(
        draft_review, (draft_review.c.created_at < before,), limit
    ),
    Kept.OWN_WRITE: lambda rows, before, limit: rows._delete(
        own_write, (own_write.c.created_at < before,), limit
    ),
    Kept.SIGHTING: lambda rows, before, limit: rows._delete(sighting, (sighting.c.at < before,), limit),
    Kept.OUTGOING: lambda rows, before, limit: rows._delete(
        outgoing, (outgoing.c.state.not_in(_UNDECIDED), outgoing.c.created_at < before), limit
    ),
    Kept.ESCALATION: lambda rows, before, limit: rows._delete(
        escalation,
        (escalation.c.state == EscalationState.RESOLVED, escalation.c.resolved_at < before),
        limit,
    ),
}
