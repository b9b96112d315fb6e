"""How each kind of database takes many deliveries at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Engine

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import NewDelivery
from complaint_gift.store import document
from complaint_gift.store.columns import instant_text, storable
from complaint_gift.store.engine import begin_writing, connect, file_of, is_sqlite, place, prepare_file
from complaint_gift.store.faults import is_weather

Row = tuple[str, str, datetime, str, bytes]
"""source, key, received_at, headers, body"""
Answer = tuple[int, bool] | BaseException
"""(id, whether it is new), or why this row alone could not be stored."""

_INSERT = "INSERT INTO delivery (source, key, received_at, headers, body) VALUES "
_UNLESS_KNOWN = " ON CONFLICT (source, key) DO NOTHING"
_ID_OF = "SELECT id FROM delivery WHERE source = "
_of_parents: list[object] = []


def row_of(delivery: NewDelivery) -> Row:
    """The delivery as it is stored. Raises ValueError for a time without a zone."""
    if delivery.received_at.tzinfo is None:
        raise ValueError("a time without a time zone cannot be stored")
    headers = document.write(dict(delivery.headers))
    return storable(delivery.source), storable(delivery.key), delivery.received_at, headers, delivery.body


class Intake(Protocol):
    """Used by one thread."""

    place: str

    def insert(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Durably insert what is not known yet: committed when this returns; an answer for each row.

        Raises what the driver raises when the database's weather is to blame.
        """

    def close(self) -> None:
        """Let go of the connection; the next insert opens another one."""

    def forget(self) -> None:
        """In a forked child: the connection is the parent's, never use and never close it here."""


def intake_of(url: URL) -> Intake:
    """The one for this database."""
    return FileIntake(url) if is_sqlite(url) else ServerIntake(url)


class FileIntake:
    """SQLite, without SQLAlchemy: here each microsecond counts."""

    def __init__(self, url: URL) -> None:
        self.place = place(url)
        self._path = file_of(url)
        self._connection: sqlite3.Connection | None = None

    def insert(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """See Intake. A row that cannot be stored fails alone."""
        self._connection = connection = self._connection or _open(self._path)
        begin_writing(connection, asks_itself=True)
        answers = self._insert_new(connection, rows)
        if answers is None:
            connection.execute("ROLLBACK")
            begin_writing(connection, asks_itself=True)
            answers = [self._insert_one(connection, row) for row in rows]
        connection.execute("COMMIT")
        return answers

    def close(self) -> None:
        """See Intake; what is open is rolled back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def forget(self) -> None:
        """See Intake."""
        _of_parents.append(self._connection)
        self._connection = None

    def _insert_new(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> Sequence[Answer] | None:
        """All in one statement, None if it took not all. We write alone, so ids of new rows are in a row."""
        try:
            cursor = connection.execute(
                f"{_INSERT}{', '.join(['(?, ?, ?, ?, ?)'] * len(rows))}{_UNLESS_KNOWN}",
                [cell for row in rows for cell in _lite(row)],
            )
        except Exception as error:
            if is_weather(error):
                raise
            return None
        if cursor.rowcount != len(rows):
            return None
        first = int(cursor.lastrowid or 0) - len(rows) + 1
        return [(row_id, True) for row_id in range(first, first + len(rows))]

    def _insert_one(self, connection: sqlite3.Connection, row: Row) -> Answer:
        try:
            cursor = connection.execute(f"{_INSERT}(?, ?, ?, ?, ?){_UNLESS_KNOWN}", _lite(row))
            if cursor.rowcount:
                return int(cursor.lastrowid or 0), True
            known = connection.execute(f"{_ID_OF}? AND key = ?", row[:2]).fetchone()
            return int(known[0]), False
        except Exception as error:
            if is_weather(error):
                raise
            return error


def _lite(row: Row) -> tuple[Any, ...]:
    source, key, received_at, headers, body = row
    return source, key, instant_text(received_at), headers, body


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    prepare_file(connection)
    connection.execute("PRAGMA busy_timeout=0")  # begin_writing asks by itself
    return connection


class ServerIntake:
    """PostgreSQL: each statement is its own transaction and may be repeated without harm."""

    def __init__(self, url: URL) -> None:
        self.place = place(url)
        self._engine: Engine = connect(url, pooled=False, isolation_level="AUTOCOMMIT")
        self._connection: Any = None

    def insert(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """See Intake. A connection that died meanwhile costs one more try."""
        was_open = self._connection is not None
        try:
            return self._insert(rows)
        except Exception:
            dead = self._connection is not None and self._connection.driver_connection.closed
            if not (was_open and dead):
                raise
        self.close()
        return self._insert(rows)

    def close(self) -> None:
        """See Intake."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def forget(self) -> None:
        """See Intake."""
        _of_parents.append(self._connection)
        self._connection = None

    def _insert(self, rows: Sequence[Row]) -> Sequence[Answer]:
        self._connection = self._connection or self._engine.raw_connection()
        cursor = self._connection.cursor()
        values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
        statement = f"{_INSERT}{values}{_UNLESS_KNOWN} RETURNING id, source, key"
        try:
            cursor.execute(statement, [cell for row in rows for cell in row])
        except Exception as error:
            if is_weather(error):
                raise
            return [error] if len(rows) == 1 else [self._insert([row])[0] for row in rows]
        new = {(source, key): row_id for row_id, source, key in cursor.fetchall()}
        # A key that stands in the batch twice is new the first time only.
        return [(new.pop(row[:2]), True) if row[:2] in new else self._known(cursor, row) for row in rows]

    def _known(self, cursor: Any, row: Row) -> Answer:
        found = cursor.execute(f"{_ID_OF}%s AND key = %s", row[:2]).fetchone()
        if found is None:
            return StoreUnavailable(f"the database {self.place} purged this delivery just now; send it again")
        return int(found[0]), False
