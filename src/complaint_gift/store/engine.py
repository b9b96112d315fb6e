"""How we connect: one engine per process, the same promises on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from complaint_gift.store import document

BUSY_MS = 10_000
READING = "complaint_gift_reading"  # execution option of a transaction that only reads
_POOL = {"pool_size": 8, "max_overflow": 16, "pool_timeout": 10.0}


class DatabaseNotUsable(Exception):
    """DATABASE_URL is wrong. The message is one sentence that says what to do."""


def read_url(url: str) -> URL:
    """Parse DATABASE_URL: `sqlite:///path` or `postgresql://...` (always through psycopg 3).

    Raises DatabaseNotUsable; never shows the password.
    """
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseNotUsable(
            "DATABASE_URL is not a database address; write sqlite:////path/to/file.db or "
            "postgresql://user@host/name, and in a password @ : / as %40 %3A %2F"
        ) from None
    if read.get_backend_name() == "sqlite":
        if not read.database or read.database == ":memory:":
            raise DatabaseNotUsable("DATABASE_URL names no file; write sqlite:////path/to/file.db")
        return read.set(drivername="sqlite")
    if read.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return read.set(drivername="postgresql+psycopg")
    raise DatabaseNotUsable(
        f"DATABASE_URL wants {read.drivername!r}; this product keeps its data in sqlite or postgresql"
    )


def place(url: URL) -> str:
    """The database as named to people, without its password."""
    return str(url.database) if is_sqlite(url) else url.render_as_string(hide_password=True)


def is_sqlite(url: URL) -> bool:
    """True for a file, False for a server."""
    return url.get_backend_name() == "sqlite"


def file_of(url: URL) -> Path:
    """The file of an SQLite database."""
    return Path(str(url.database)).absolute()


def is_open_elsewhere(path: Path) -> bool:
    """Whether another process has this SQLite file open: what it writes would follow the file anywhere.

    False for a damaged file. SQLite leaves the write-ahead log only to the one who has a file for itself.
    """
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            left = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:
            return False
    return bool(left == "wal")


def connect(url: URL, *, pooled: bool = True, **options: Any) -> Engine:
    """An engine whose transactions are writers from their first statement. Opens nothing yet.

    `options` go to SQLAlchemy's create_engine; unpooled connections close when they are given back.
    """
    common: dict[str, Any] = {
        "json_serializer": document.write,
        "json_deserializer": document.read,
        "execution_options": {"preserve_rowcount": True},  # of inserts too: whether a row was taken
        **(_POOL if pooled else {"poolclass": NullPool}),
        **options,
    }
    if is_sqlite(url):
        arguments: dict[str, Any] = {
            "timeout": BUSY_MS / 1000,
            "isolation_level": None,
            "check_same_thread": False,
        }
        engine = create_engine(_existing(url), connect_args=arguments, **common)
        event.listen(engine, "connect", _prepare_file)
        event.listen(engine, "begin", _begin)
        _survive_forks(engine)
        return engine
    arguments = {"connect_timeout": 5, "application_name": "complaint-gift"}
    engine = create_engine(url, connect_args=arguments, **{"pool_pre_ping": True, **common})
    event.listen(engine, "connect", _prepare_session)
    _survive_forks(engine)
    return engine


def _survive_forks(engine: Engine) -> None:
    ours = weakref.ref(engine)

    def forget() -> None:
        # The parent's connections stay the parent's: never use and never close them in a child.
        if (inherited := ours()) is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


def _existing(url: URL) -> URL:
    # mode=rw: a database that vanished is an error, never an empty new one.
    return url.set(database=f"{file_of(url).as_uri()}?mode=rw", query={**url.query, "uri": "true"})


def prepare_file(connection: Any) -> None:
    """The settings of one SQLite connection: what is committed is on the disk, what is deleted is not."""
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_file(connection: Any, _record: object) -> None:
    prepare_file(connection)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(READING, False):
        connection.exec_driver_sql("BEGIN")
    else:
        # A reader that becomes a writer later fails at once when somebody wrote in between.
        begin_writing(connection.connection.driver_connection)


def begin_writing(raw: Any, *, asks_itself: bool = False) -> None:
    """Open a transaction on an SQLite connection that may write, as soon as nobody else has one.

    SQLite's own busy handler sleeps up to 100 ms at a time; against others who ask more often it may wait
    for ever. So all of ours ask every millisecond: fair, and the 99th percentile is half as long.
    `asks_itself`: the connection has no busy time-out of its own.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    if not asks_itself:
        raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.001)
    finally:
        if not asks_itself:
            raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")


def _prepare_session(connection: Any, _record: object) -> None:
    # A stopped process must not hold its locks for ever, nor anybody wait for them for ever.
    before = connection.autocommit
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {BUSY_MS}")
    connection.execute("SET idle_in_transaction_session_timeout = 60000")
    connection.autocommit = before
