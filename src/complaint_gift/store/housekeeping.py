"""Cursors, leases, heartbeats and the tally."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from complaint_gift.service.records import ActionState, DeliveryState, Tally
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import action, cursor, delivery, escalation, heartbeat, lease, outgoing

_FORGOTTEN = timedelta(days=1)


class Housekeeping(Rows):
    """See service.transaction.Housekeeping."""

    def cursor(self, source: str) -> str:
        """ "" at the start."""
        found = self._db.execute(select(cursor.c.value).where(cursor.c.source == source)).scalar()
        return found or ""

    def save_cursor(self, source: str, value: str) -> None:
        """Remember where to go on."""
        self._upsert(cursor, ("source",), {"source": source, "value": value})

    def take_lease(self, name: str, owner: str, now: int, until: int) -> bool:
        """One statement: of two owners who try at once, one gets it."""
        dialect: Any = sqlite if self._lite else postgresql
        statement = dialect.insert(lease).values(name=name, owner=owner, until=until)
        taken = self._db.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"owner": owner, "until": until},
                where=or_(lease.c.until <= now, lease.c.owner == owner),
            )
        )
        return bool(taken.rowcount)

    def drop_lease(self, name: str, owner: str) -> None:
        """Nothing happens when it is not theirs."""
        self._db.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))

    def beat(self, name: str, at: datetime) -> None:
        """Whoever was silent for a day is forgotten."""
        self._upsert(heartbeat, ("name",), {"name": name, "at": at})
        self._db.execute(delete(heartbeat).where(heartbeat.c.at < at - _FORGOTTEN))

    def tally(self) -> Tally:
        """Counts by state, the oldest that waits, all heartbeats."""
        beats = self._db.execute(select(heartbeat.c.name, heartbeat.c.at)).all()
        return Tally(
            deliveries=self._by_state(delivery),
            actions=self._by_state(action),
            escalations=self._by_state(escalation),
            outgoing=self._by_state(outgoing),
            oldest_delivery=self._oldest(delivery, "received_at", DeliveryState.NEW),
            oldest_action=self._oldest(action, "created_at", ActionState.PENDING),
            heartbeats={row.name: row.at for row in beats},
        )

    def _by_state(self, table: Table) -> Mapping[str, int]:
        counted = self._db.execute(select(table.c.state, func.count()).group_by(table.c.state))
        return {state: int(number) for state, number in counted}

    def _oldest(self, table: Table, since: str, waiting: str) -> datetime | None:
        found = self._db.execute(select(func.min(table.c[since])).where(table.c.state == waiting))
        oldest: datetime | None = found.scalar()
        return oldest
