"""The store itself: opens a database, hands out transactions, takes deliveries in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

from complaint_gift.service.ports import Store, StoreUnavailable
from complaint_gift.service.records import NewDelivery
from complaint_gift.store.engine import READING, connect, is_sqlite, place, read_url
from complaint_gift.store.faults import guarded
from complaint_gift.store.inbox import Inbox
from complaint_gift.store.intake import intake_of
from complaint_gift.store.work import Work

_PATIENCE = 10.0  # seconds that scrub waits for readers to let go of the write-ahead log


class SqlStore:
    """Implements service.ports.Store on SQLite and PostgreSQL. One per process; survives a fork.

    `url` is what DATABASE_URL holds; call `migration.upgrade(url)` before. Opens nothing until it is used.
    Raises DatabaseNotUsable for a wrong address.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = read_url(url)
        self._place = place(self.url)
        self._engine = connect(self.url)
        self._inbox = Inbox(intake_of(self.url))

    def keep_delivery(self, delivery: NewDelivery) -> tuple[int, bool]:
        """See service.ports.Store."""
        return self._inbox.keep(delivery)

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """See service.ports.Store."""
        with guarded(self._place), self._engine.begin() as connection:
            yield Work(connection)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """See service.ports.Store."""
        with guarded(self._place), self._engine.connect() as connection:
            seen = connection.execution_options(**{READING: True})
            with seen.begin():
                yield Work(seen)

    def scrub(self) -> None:
        """Rewrite the file without what was deleted and empty its log; on a server, reclaim dead rows.

        Raises StoreUnavailable when somebody keeps reading the old state for too long.
        """
        options: dict[str, Any] = {} if is_sqlite(self.url) else {"isolation_level": "AUTOCOMMIT"}
        with (
            guarded(self._place),
            closing(connect(self.url, pooled=False, **options).raw_connection()) as raw,
        ):
            cursor = raw.cursor()
            if is_sqlite(self.url):
                cursor.execute("VACUUM")
                self._empty_log(cursor)
            else:
                cursor.execute("VACUUM FULL")

    def empty_log(self) -> bool:
        """True when SQLite's log holds nothing any more; a server keeps its own. Waits for nobody."""
        if not is_sqlite(self.url):
            return True
        with (
            guarded(self._place),
            closing(connect(self.url, pooled=False).raw_connection()) as raw,
        ):
            cursor = raw.cursor()
            cursor.execute("PRAGMA busy_timeout=0")
            return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    def ping(self) -> None:
        """Raises StoreUnavailable unless a transaction can be had now."""
        with self.transaction():
            pass

    def writer_alive(self) -> bool:
        """False when deliveries handed in would not be written: not ready."""
        return self._inbox.alive()

    def close(self) -> None:
        """Write what waits and close every connection."""
        self._inbox.close()
        self._engine.dispose()

    def _empty_log(self, cursor: Any) -> None:
        cursor.execute("PRAGMA busy_timeout=0")
        deadline = time.monotonic() + _PATIENCE
        while cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"the database {self._place} is being read, so its log cannot be emptied; try again later"
                )
            time.sleep(0.05)


if TYPE_CHECKING:
    _checked: Store = SqlStore("")  # the protocol is kept, says mypy
