"""What every part of the unit of work stands on: one connection inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite


@lru_cache(maxsize=64)
def _insert_into(table: Table) -> Any:
    """Written once: to build a statement costs more than to run it."""
    return sqlite.insert(table).on_conflict_do_nothing()


class Rows:
    """The open transaction. The parts add their nouns to it and never commit."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._lite = connection.dialect.name == "sqlite"

    def _insert(self, table: Table, values: Mapping[str, Any]) -> int | None:
        """The new row's id, None when a unique key of it is taken already."""
        if self._lite:
            # Without RETURNING: SQLite has it only since 3.35.
            made = self._db.execute(_insert_into(table), values)
            return int(made.lastrowid) if made.rowcount else None
        statement = postgresql.insert(table).values(values).on_conflict_do_nothing()
        if "id" not in table.c:
            return self._db.execute(statement).rowcount or None
        found = self._db.execute(statement.returning(table.c.id)).scalar()
        return None if found is None else int(found)

    def _upsert(self, table: Table, key: Sequence[str], values: Mapping[str, Any]) -> None:
        """Insert, or overwrite the row with the same key."""
        rest = {name: value for name, value in values.items() if name not in key}
        dialect: Any = sqlite if self._lite else postgresql
        statement = dialect.insert(table).values(values)
        self._db.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))

    def _claim(self, table: Table, row_id: int, waiting: str, now: int, until: int) -> bool:
        """Take a lease by one conditional update; of two who try, one gets a row count of 1."""
        claimed = self._db.execute(
            update(table)
            .where(table.c.id == row_id, table.c.state == waiting)
            .where(table.c.next_at <= now, table.c.lease_until <= now)
            .values(lease_until=until, attempts=table.c.attempts + 1)
        )
        return claimed.rowcount == 1

    def _let_go(self, table: Table, row_id: int, waiting: str, lease: int, values: Mapping[str, Any]) -> bool:
        """Write the outcome and drop the lease, if the lease is still ours."""
        dropped = self._db.execute(
            update(table)
            .where(table.c.id == row_id, table.c.state == waiting, table.c.lease_until == lease)
            .values(lease_until=0, **values)
        )
        return dropped.rowcount == 1

    def _again(self, table: Table, row_id: int, ended: Sequence[str], waiting: str) -> bool:
        """An admin's wish: from one of the ended states back to the waiting one, attempts at 0."""
        opened = self._db.execute(
            update(table)
            .where(table.c.id == row_id, table.c.state.in_(ended))
            .values(state=waiting, attempts=0, next_at=0, lease_until=0, error="")
        )
        return opened.rowcount == 1

    def _waiting(
        self, table: Table, waiting: str, since: str, now: int, before: Any, limit: int
    ) -> list[int]:
        """Ids that may be claimed now and came before then (an aware time), the oldest first."""
        found = self._db.execute(
            select(table.c.id)
            .where(table.c.state == waiting, table.c[since] < before)
            .where(table.c.next_at <= now, table.c.lease_until <= now)
            .order_by(table.c[since], table.c.id)
            .limit(limit)
        )
        return [int(row_id) for row_id in found.scalars()]
