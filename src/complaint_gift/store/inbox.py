"""The hot path: one delivery made durable, answered as soon as it is on the disk.

PostgreSQL commits many sessions together by itself. SQLite has one writer at a time and its other
writers sleep, so there one thread per process writes for all: whatever waits goes into one
transaction, and everybody is released after its commit.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import NewDelivery
from complaint_gift.store import document
from complaint_gift.store.columns import instant_text, storable
from complaint_gift.store.engine import begin_writing, connect, file_of, place, prepare_file
from complaint_gift.store.faults import guarded, is_weather, unavailable

_COLUMNS = "INSERT INTO delivery (source, key, received_at, headers, body) VALUES"
_UNLESS_KNOWN = " ON CONFLICT (source, key) DO NOTHING"
_LITE_INSERT = f"{_COLUMNS} (?, ?, ?, ?, ?){_UNLESS_KNOWN}"
_LITE_FIND = "SELECT id FROM delivery WHERE source = ? AND key = ?"
_PG_INSERT = f"{_COLUMNS} (%s, %s, %s, %s, %s){_UNLESS_KNOWN} RETURNING id"
_PG_FIND = "SELECT id FROM delivery WHERE source = %s AND key = %s"

BATCH = 64  # rows of one statement: 320 values, and SQLite may stop at 999
PATIENCE = 10.0  # seconds that a request waits for its commit
_GLANCE = 0.5  # seconds after which a waiting request looks whether the writer still lives


class Inbox(Protocol):
    """One way in per kind of database."""

    def keep(self, delivery: NewDelivery) -> tuple[int, bool]:
        """Durably insert; gives (id, whether it is new). Raises StoreUnavailable."""

    def alive(self) -> bool:
        """False when nobody would write what is handed in."""

    def close(self) -> None:
        """Finish what was handed in and let go of the database."""


class ServerInbox:
    """PostgreSQL: one statement, committed by itself, on a small pool of its own."""

    def __init__(self, url: URL) -> None:
        self._place = place(url)
        # Each statement is its own transaction and may be repeated: no ping, no rollback on return.
        self._engine = connect(
            url, isolation_level="AUTOCOMMIT", pool_pre_ping=False, skip_autocommit_rollback=True
        )

    def keep(self, delivery: NewDelivery) -> tuple[int, bool]:
        """As Inbox.keep. Connections that died in the pool are passed over: inserting twice is no harm."""
        row = (*_named(delivery), delivery.received_at, document.write(dict(delivery.headers)), delivery.body)
        with guarded(self._place):
            while True:
                session = self._engine.raw_connection()  # a server that is down fails here and ends it
                try:
                    return self._insert(session.cursor(), row)
                except Exception as error:
                    dead = session.driver_connection is None or session.driver_connection.closed
                    session.invalidate(error)
                    if not dead:
                        raise
                finally:
                    session.close()

    def _insert(self, cursor: Any, row: Sequence[Any]) -> tuple[int, bool]:
        new = cursor.execute(_PG_INSERT, row).fetchone()
        if new:
            return int(new[0]), True
        known = cursor.execute(_PG_FIND, row[:2]).fetchone()
        if known is None:
            raise StoreUnavailable(f"the database {self._place} purged this delivery just now; send it again")
        return int(known[0]), False

    def alive(self) -> bool:
        """There is no thread that could die."""
        return True

    def close(self) -> None:
        """Close the pool."""
        self._engine.dispose()


class _Waiter:
    """One request that waits for its row. `gate` opens when `answer` or `error` is there."""

    __slots__ = ("answer", "error", "gate", "row")

    def __init__(self, row: Sequence[Any]) -> None:
        self.row = row
        self.answer: tuple[int, bool] | None = None
        self.error: BaseException | None = None
        self.gate = threading.Lock()
        self.gate.acquire()

    def release(self) -> None:
        """Let the request go on. Twice is harmless: a row may be handed in again after a writer died."""
        if self.gate.locked():
            self.gate.release()


class FileInbox:
    """SQLite: one writer thread in this process and one commit for all who wait."""

    def __init__(self, url: URL) -> None:
        self._path = file_of(url)
        self._place = place(url)
        self._be_born()
        me = weakref.ref(self)

        def reborn() -> None:
            if (inbox := me()) is not None:
                inbox._be_born()

        os.register_at_fork(after_in_child=reborn)

    def _be_born(self) -> None:
        # Also runs in every forked child: the thread stayed with the parent, locks may be held by nobody.
        self._waiting: deque[_Waiter] = deque()
        self._bell = threading.Condition(threading.Lock())
        self._writer: threading.Thread | None = None
        self._closing = False
        self._busy_since: float | None = None

    def keep(self, delivery: NewDelivery) -> tuple[int, bool]:
        """As Inbox.keep. Gives up after PATIENCE seconds; a late row makes a retry a duplicate."""
        at, headers = instant_text(delivery.received_at), document.write(dict(delivery.headers))
        waiter = _Waiter((*_named(delivery), at, headers, delivery.body))
        writer = self._hand_in(waiter)
        deadline = time.monotonic() + PATIENCE
        while not waiter.gate.acquire(timeout=_GLANCE):
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"the database {self._place} did not take a row within {PATIENCE:.0f} s; "
                    "look for a full disk, a long backup or a stopped process"
                )
            if not writer.is_alive():
                writer = self._hand_in(waiter)
        if waiter.error is not None:
            if is_weather(waiter.error):
                raise unavailable(waiter.error, self._place) from waiter.error
            raise waiter.error
        assert waiter.answer is not None  # noqa: S101 - the gate opens with one of the two
        return waiter.answer

    def alive(self) -> bool:
        """False when it is closed or stuck in one commit. A writer that is not there (yet) is started."""
        busy_since = self._busy_since
        is_stuck = busy_since is not None and time.monotonic() - busy_since > PATIENCE
        return not self._closing and not is_stuck

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._bell:
            self._closing = True
            self._bell.notify()
            writer = self._writer
        if writer is not None:
            writer.join(PATIENCE)

    def _hand_in(self, waiter: _Waiter) -> threading.Thread:
        with self._bell:
            if self._closing:
                raise StoreUnavailable(f"the database {self._place} is being closed by this process")
            self._waiting.append(waiter)
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="delivery-writer", daemon=True)
                self._writer.start()
            self._bell.notify()
            return self._writer

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        while batch := self._take():
            self._busy_since = time.monotonic()
            try:
                connection = connection or _open(self._path)
                _insert_all(connection, batch)
            except BaseException as error:
                if connection is not None:
                    connection.close()
                    connection = None
                for waiter in batch:
                    waiter.error, waiter.answer = error, None
            self._busy_since = None
            for waiter in batch:
                waiter.release()
        if connection is not None:
            connection.close()

    def _take(self) -> list[_Waiter]:
        """Whatever waits, at most BATCH; empty when closing and nothing is left."""
        with self._bell:
            while not self._waiting and not self._closing:
                self._bell.wait()
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]


def _named(delivery: NewDelivery) -> tuple[str, str]:
    return storable(delivery.source), storable(delivery.key)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    prepare_file(connection)
    return connection


def _insert_all(connection: sqlite3.Connection, batch: Sequence[_Waiter]) -> None:
    """One transaction. A row that cannot be stored fails alone, the database's weather fails all."""
    begin_writing(connection)
    if not _insert_together(connection, batch):
        connection.execute("ROLLBACK")
        begin_writing(connection)
        _insert_each(connection, batch)
    connection.execute("COMMIT")


def _insert_together(connection: sqlite3.Connection, batch: Sequence[_Waiter]) -> bool:
    """One statement for all rows: each one more is a wait for the interpreter. False if it took not all.

    Nobody else writes meanwhile, so the ids of rows that are all new follow each other.
    """
    try:
        cursor = connection.execute(
            f"{_COLUMNS} {', '.join(['(?, ?, ?, ?, ?)'] * len(batch))}{_UNLESS_KNOWN}",
            [cell for waiter in batch for cell in waiter.row],
        )
    except Exception as error:
        if is_weather(error):
            raise
        return False
    if cursor.rowcount != len(batch):
        return False
    first = int(cursor.lastrowid or 0) - len(batch) + 1
    for row_id, waiter in enumerate(batch, first):
        waiter.answer = (row_id, True)
    return True


def _insert_each(connection: sqlite3.Connection, batch: Sequence[_Waiter]) -> None:
    for waiter in batch:
        try:
            cursor = connection.execute(_LITE_INSERT, waiter.row)
            if cursor.rowcount:
                waiter.answer = (int(cursor.lastrowid or 0), True)
            else:
                known = connection.execute(_LITE_FIND, waiter.row[:2]).fetchone()
                waiter.answer = (int(known[0]), False)
        except Exception as error:
            if is_weather(error):
                raise
            waiter.error = error
