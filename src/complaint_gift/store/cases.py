"""Which conversations are complaints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from complaint_gift.service.records import Case, Stage
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import complaint_case as table
from complaint_gift.store.tables import conversation


class Cases(Rows):
    """See service.transaction.Cases."""

    def case(self, conversation_id: int) -> Case | None:
        """None while nobody has decided."""
        wanted = select(table).where(table.c.conversation_id == conversation_id)
        row = self._db.execute(wanted).one_or_none()
        return None if row is None else _case(row)

    def save_case(self, case: Case) -> None:
        """Insert or overwrite by conversation."""
        values = {name: getattr(case, name) for name in Case.__dataclass_fields__}
        values |= {"stage": case.stage.value, "about": list(case.about)}
        self._upsert(table, ("conversation_id",), values)

    def cases_to_look_at(self, now: datetime, limit: int) -> list[int]:
        """Conversation ids, the oldest look first."""
        wanted = select(table.c.conversation_id).where(table.c.look_at <= now)
        return list(self._db.execute(wanted.order_by(table.c.look_at, table.c.id).limit(limit)).scalars())

    def cases_to_read_again(self, now: datetime, limit: int) -> list[Case]:
        """The newest first."""
        wanted = select(table).where(table.c.read_again_at <= now)
        ordered = wanted.order_by(table.c.read_again_at.desc(), table.c.id.desc())
        return [_case(row) for row in self._db.execute(ordered.limit(limit))]

    def put_off_reading(self, conversation_id: int, now: datetime, until: datetime) -> bool:
        """By one conditional update; of two who try, one gets True."""
        due = update(table).where(table.c.conversation_id == conversation_id, table.c.read_again_at <= now)
        return self._db.execute(due.values(read_again_at=until)).rowcount == 1

    def count_complaints(self, source: str, requester_id: str, since: datetime, besides: int) -> int:
        """Complaints of this customer opened since then, not counting conversation `besides`."""
        counted = (
            select(func.count())
            .select_from(table.join(conversation))
            .where(conversation.c.source == source, conversation.c.requester_id == requester_id)
            .where(table.c.is_complaint, table.c.opened_at >= since, conversation.c.id != besides)
        )
        return int(self._db.execute(counted).scalar_one())


def _case(row: Row[Any]) -> Case:
    values = {name: getattr(row, name) for name in Case.__dataclass_fields__}
    return Case(**{**values, "stage": Stage(row.stage), "about": tuple(row.about)})
