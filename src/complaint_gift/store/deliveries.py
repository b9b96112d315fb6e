"""The inbox as the worker sees it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, func, select

from complaint_gift.plugin import Delivery
from complaint_gift.service.records import ClaimedDelivery, DeliveryRow, DeliveryState
from complaint_gift.store.columns import moment
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import delivery as table

_ENDED = (DeliveryState.UNREADABLE, DeliveryState.IGNORED, DeliveryState.FAILED)
_LISTED = (
    table.c.id, table.c.source, table.c.key, table.c.received_at, table.c.state, table.c.attempts,
    table.c.error,
)  # fmt: skip


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


def _listed(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(
        row.id, row.source, row.key, row.received_at, DeliveryState(row.state), row.attempts, row.error
    )
