"""The inbox as the worker sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, insert, select, update

from complaint_gift.plugin import Delivery
from complaint_gift.service.records import ClaimedDelivery, DeliveryRow, DeliveryState, NewDelivery
from complaint_gift.store.columns import moment
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import delivery as table

_ENDED = (DeliveryState.UNREADABLE, DeliveryState.IGNORED, DeliveryState.FAILED)
_LISTED = (
    table.c.id, table.c.source, table.c.key, table.c.received_at, table.c.state, table.c.attempts,
    table.c.error,
)  # fmt: skip
# Written once: to build a statement costs more than to run it.
_PASSING = (
    table.c.source == bindparam("wanted_source"),
    table.c.key.in_(bindparam("wanted_keys", expanding=True)),
    table.c.state == DeliveryState.PASSING.value,
)
_FIND_PASSING = select(table.c.key, table.c.id).where(*_PASSING)
_RELEASE_PASSING = update(table).where(*_PASSING).values(state=DeliveryState.NEW.value)
_DROP_PASSING = delete(table).where(*_PASSING)
_ADD = insert(table)


class Deliveries(Rows):
    """See service.transaction.Deliveries."""

    def claim_delivery(self, delivery_id: int, now: int, until: int) -> ClaimedDelivery | None:
        """None when somebody else has it, it waits or is settled."""
        if not self._claim(table, delivery_id, DeliveryState.NEW, now, until):
            return None
        row = self._db.execute(select(table).where(table.c.id == delivery_id)).one()
        delivery = Delivery(row.id, row.source, row.key, row.headers, row.body, row.received_at)
        return ClaimedDelivery(delivery, row.attempts, until)

    def settle_delivery(
        self, delivery_id: int, lease: int, state: DeliveryState, *, conversation: str = "", error: str = ""
    ) -> bool:
        """False, and nothing changed, when the lease is not ours."""
        outcome = {"state": state.value, "conversation": conversation, "error": error}
        return self._let_go(table, delivery_id, DeliveryState.NEW, lease, outcome)

    def postpone_delivery(self, delivery_id: int, lease: int, next_at: int, error: str) -> bool:
        """False, and nothing changed, when the lease is not ours."""
        return self._let_go(
            table, delivery_id, DeliveryState.NEW, lease, {"next_at": next_at, "error": error}
        )

    def waiting_deliveries(self, now: int, before: int, limit: int) -> list[int]:
        """The oldest first."""
        return self._waiting(table, DeliveryState.NEW, "received_at", now, moment(before), limit)

    def drop_delivery(self, delivery_id: int, lease: int) -> bool:
        """False, and nothing changed, when the lease is not ours."""
        ours = (table.c.id == delivery_id, table.c.state == DeliveryState.NEW, table.c.lease_until == lease)
        return self._db.execute(delete(table).where(*ours)).rowcount == 1

    def add_passing(self, deliveries: Sequence[NewDelivery]) -> None:
        """All in one statement."""
        if deliveries:
            self._db.execute(_ADD, [_passing(one) for one in deliveries])

    def release_passing(self, source: str, keys: Sequence[str]) -> Mapping[str, int]:
        """See service.transaction.Deliveries."""
        if not keys:
            return {}
        wanted = {"wanted_source": source, "wanted_keys": list(keys)}
        found = {row.key: row.id for row in self._db.execute(_FIND_PASSING, wanted)}
        self._db.execute(_RELEASE_PASSING, wanted)
        return found

    def drop_passing(self, source: str, keys: Sequence[str]) -> None:
        """See service.transaction.Deliveries."""
        if keys:
            self._db.execute(_DROP_PASSING, {"wanted_source": source, "wanted_keys": list(keys)})

    def release_stranded(self, before: datetime, headers: Mapping[str, str], limit: int) -> int:
        """See service.transaction.Deliveries."""
        stranded = (table.c.state == DeliveryState.PASSING, table.c.received_at < before)
        found = self._db.execute(select(table.c.id, table.c.headers).where(*stranded).limit(limit)).all()
        for row in found:
            told = {"state": DeliveryState.NEW.value, "headers": {**row.headers, **headers}}
            self._db.execute(update(table).where(table.c.id == row.id, *stranded).values(told))
        return len(found)

    def reopen_delivery(self, delivery_id: int) -> bool:
        """False when it was neither unreadable, ignored nor failed."""
        return self._again(table, delivery_id, _ENDED, DeliveryState.NEW)

    def newest_delivery(self) -> int:
        """0 while there is none."""
        return int(self._db.execute(select(func.max(table.c.id))).scalar() or 0)

    def deliveries(self, state: DeliveryState | None, limit: int) -> list[DeliveryRow]:
        """The newest first."""
        wanted: Select[Any] = select(*_LISTED).order_by(table.c.id.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(table.c.state == state)
        return [_listed(row) for row in self._db.execute(wanted)]


def _passing(made: NewDelivery) -> dict[str, Any]:
    return {
        "source": made.source,
        "key": made.key,
        "received_at": made.received_at,
        "state": DeliveryState.PASSING.value,
        "headers": dict(made.headers),
        "body": made.body,
    }


def _listed(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(
        row.id, row.source, row.key, row.received_at, DeliveryState(row.state), row.attempts, row.error
    )
