"""Brings a database to the newest tables. Runs before anything forks; two processes may call it at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.store.engine import DatabaseNotUsable, connect, file_of, is_sqlite, place, read_url
from complaint_gift.store.faults import guarded

_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY = 4_220_315_001  # any number that nobody else locks in this database


def upgrade(url: str) -> str:
    """Create or migrate the tables, set SQLite's journal mode; gives the revision reached.

    Raises DatabaseNotUsable (a wrong address, a newer database) and StoreUnavailable.
    """
    read = read_url(url)
    with guarded(place(read)), alone(read) as connection:
        settings = config()
        settings.attributes["connection"] = connection
        try:
            command.upgrade(settings, "head")
        except CommandError as error:
            raise _too_new(read) from error
        return reached(connection)


def pending(url: str) -> bool:
    """True when `upgrade` would change something. Raises like `upgrade`."""
    read = read_url(url)
    if is_sqlite(read) and not file_of(read).exists():
        return True
    engine = connect(read, pooled=False)
    with guarded(place(read)), engine.connect() as connection:
        return reached(connection) != newest()


def newest() -> str:
    """The revision that this version of the product works with."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def config() -> Config:
    """Alembic's settings, in code: there is no alembic.ini to find."""
    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return settings


def knows(revision: str) -> bool:
    """True when this version of the product can bring such tables to the newest ones."""
    try:
        return ScriptDirectory.from_config(config()).get_revision(revision) is not None
    except CommandError:
        return False


def reached(connection: Connection) -> str:
    """The revision of the tables there are, "" when there are none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


@contextmanager
def alone(url: URL) -> Iterator[Connection]:
    """A connection inside a transaction, with every other migrating process waiting at the door."""
    engine = connect(url, pooled=False)
    if is_sqlite(url):
        with _file_lock(url):
            _make_file(url)
            with engine.begin() as connection:
                yield connection
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY})")
        _require_utf8(connection, url)
        yield connection


@contextmanager
def _file_lock(url: URL) -> Iterator[None]:
    path = file_of(url)
    try:
        door = os.open(path.with_name(path.name + ".upgrade"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"the database {path} cannot be opened: {error.strerror}; "
            "check that the folder exists and belongs to this user"
        ) from error
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
    finally:
        os.close(door)


def _make_file(url: URL) -> None:
    # Personal data: nobody else reads it. Two processes that set WAL on a fresh file at once fail as
    # "locked" whatever the busy timeout, so it happens here, behind the lock and before any fork.
    path = file_of(url)
    if not path.exists():
        path.touch(mode=0o600)
    engine = connect(url, pooled=False)
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def _require_utf8(connection: Connection, url: URL) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise DatabaseNotUsable(
            f"the database {place(url)} stores {encoding}; create it again with ENCODING 'UTF8', "
            "or some letters cannot be kept"
        )


def _too_new(url: URL) -> DatabaseNotUsable:
    return DatabaseNotUsable(
        f"the database {place(url)} was made by a newer version of complaint-gift; install that version, "
        "or restore a backup made by this one"
    )
