"""The queue of what needs a human. Nothing here deletes a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from complaint_gift.domain import Escalation, EscalationState, Reason
from complaint_gift.service.records import EscalationFilter, NewEscalation
from complaint_gift.store.columns import wanted_key
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import escalation as table

_RESOLVED = EscalationState.RESOLVED


class Escalations(Rows):
    """See service.transaction.Escalations."""

    def add_escalation(self, escalation: NewEscalation) -> int | None:
        """None while one with the same key is not resolved."""
        values = {name: getattr(escalation, name) for name in NewEscalation.__dataclass_fields__}
        values |= {"reason": escalation.reason.value, "about": list(escalation.about)}
        return self._insert(table, values)

    def has_escalated(self, key: str, since: datetime | None = None) -> bool:
        """Whether there is one with this key, resolved ones too if not before `since`."""
        wanted = select(table.c.id).where(table.c.key == key).limit(1)
        if since is not None:
            wanted = wanted.where(table.c.resolved_at.is_(None) | (table.c.resolved_at >= since))
        return self._db.execute(wanted).scalar() is not None

    def escalation_waiting(self, key: str) -> Escalation | None:
        """There is at most one."""
        wanted = select(table).where(table.c.key == key, table.c.state != _RESOLVED).with_for_update()
        row = self._db.execute(wanted).one_or_none()
        return None if row is None else _escalation(row)

    def escalation(self, escalation_id: int) -> Escalation | None:
        """Ours alone until the transaction ends."""
        wanted = select(table).where(table.c.id == wanted_key(escalation_id)).with_for_update()
        row = self._db.execute(wanted).one_or_none()
        return None if row is None else _escalation(row)

    def escalations(self, wanted: EscalationFilter, limit: int) -> list[Escalation]:
        """The most urgent first, resolved ones last."""
        found = select(table).order_by(table.c.state == _RESOLVED, table.c.due_at, table.c.id).limit(limit)
        if wanted.states:
            found = found.where(table.c.state.in_(sorted(wanted.states)))
        if wanted.reason is not None:
            found = found.where(table.c.reason == wanted.reason)
        narrow = ((table.c.source, wanted.source), (table.c.conversation, wanted.conversation))
        for column, value in narrow:
            if value:
                found = found.where(column == value)
        return [_escalation(row) for row in self._db.execute(found)]

    def escalations_to_tell(self, now: datetime, limit: int) -> list[Escalation]:
        """Those not resolved whose next rung is due, the longest overdue first."""
        found = select(table).where(table.c.state != _RESOLVED, table.c.next_at <= now)
        rows = self._db.execute(found.order_by(table.c.next_at, table.c.id).limit(limit))
        return [_escalation(row) for row in rows]

    def escalation_to_tell(self, escalation_id: int, now: datetime) -> Escalation | None:
        """This one, ours alone until the transaction ends, if its next rung is (still) due."""
        due = (table.c.id == escalation_id, table.c.state != _RESOLVED, table.c.next_at <= now)
        row = self._db.execute(select(table).where(*due).with_for_update()).one_or_none()
        return None if row is None else _escalation(row)

    def annotate_escalation(self, escalation_id: int, summary: str) -> None:
        """Only the summary changes."""
        self._db.execute(update(table).where(table.c.id == escalation_id).values(summary=summary))

    def save_escalation(self, escalation: Escalation, next_at: datetime | None) -> None:
        """Overwrite what changes in its life, and when the next rung hears of it."""
        values = {
            "state": escalation.state.value,
            "rung": escalation.rung,
            "summary": escalation.summary,
            "due_at": escalation.due_at,
            "about": list(escalation.about),
            "acknowledged_at": escalation.acknowledged_at,
            "acknowledged_by": escalation.acknowledged_by,
            "resolved_at": escalation.resolved_at,
            "resolved_by": escalation.resolved_by,
            "resolution": escalation.resolution,
            "next_at": next_at,
        }
        self._db.execute(update(table).where(table.c.id == escalation.id).values(values))


def _escalation(row: Row[Any]) -> Escalation:
    values = {name: getattr(row, name) for name in Escalation.__dataclass_fields__}
    values |= {
        "reason": Reason(row.reason),
        "state": EscalationState(row.state),
        "about": tuple(row.about),
    }
    return Escalation(**values)
