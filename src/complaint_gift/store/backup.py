"""One file that holds everything, readable by either database, and proof that it is whole.

Lines of JSON, compressed: a head, for each table its name and then its rows, at last a foot with the
number of rows and the SHA-256 of all lines before it. Without a foot that agrees nothing is restored.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from alembic import command
from sqlalchemy import Connection, LargeBinary, MetaData, Table, insert, select

from complaint_gift.store import migration
from complaint_gift.store.columns import instant_text
from complaint_gift.store.engine import READING, connect, is_sqlite, place, read_url
from complaint_gift.store.faults import guarded
from complaint_gift.store.sequences import go_on_after, last_given
from complaint_gift.store.tables import metadata

FORMAT = "complaint-gift backup 1"
_AT_ONCE = 500
_HEAVY_AT_ONCE = 5
_VERSIONS = "alembic_version"


class BackupNotUsable(Exception):
    """A backup cannot be made or restored; one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup file holds: the revision of its tables, its rows by table, its checksum."""

    revision: str
    rows: Mapping[str, int]
    sha256: str


def back_up(url: str, target: Path) -> Contents:
    """Write all rows as they are at one moment; work goes on meanwhile. The file appears when it is whole.

    Raises BackupNotUsable (the file exists, the folder does not take it) and StoreUnavailable.
    """
    part = target.with_name(target.name + ".part")
    try:
        if target.exists():
            raise BackupNotUsable(f"{target} exists already; name a new file")
        with open(part, "wb", opener=_private) as raw:
            contents = _write(url, raw)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise BackupNotUsable(f"{target} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # where nothing could be opened, nothing is left either
            part.unlink()
    return contents


def check_backup(source: Path) -> Contents:
    """Read all of it and compare with its foot. Raises BackupNotUsable."""
    rows: dict[str, int] = {}
    revision = table = ""
    foot: Mapping[str, Any] = {}
    digest = hashlib.sha256()
    for line, told in _lines(source):
        if foot:
            raise BackupNotUsable(f"{source} goes on after its end; use another backup")
        if "sha256" in told:
            foot = told
            continue
        digest.update(line)
        if "format" in told:
            revision = str(told.get("revision"))
        elif "table" in told:
            table = str(told["table"])
            rows[table] = 0
        else:
            told_rows = told.get("rows", ())
            if isinstance(told_rows, int):  # only the foot counts
                raise BackupNotUsable(f"{source} was changed after it was written; use another backup")
            rows[table] = rows.get(table, 0) + len(told_rows)
    if not foot:
        raise BackupNotUsable(f"{source} was not written to its end; use another backup")
    if foot != {"sha256": digest.hexdigest(), "rows": sum(rows.values())}:
        raise BackupNotUsable(f"{source} was changed after it was written; use another backup")
    return Contents(revision, rows, digest.hexdigest())


def restore(url: str, source: Path) -> Contents:
    """Fill an empty database, then bring it to the newest tables. All or nothing.

    Raises BackupNotUsable (the file is not whole, from a newer version, the database holds something) and
    StoreUnavailable.
    """
    contents = check_backup(source)
    if not migration.knows(contents.revision):
        raise BackupNotUsable(f"{source} was made by a newer version of complaint-gift; install that first")
    read = read_url(url)
    with guarded(place(read)), migration.alone(read) as connection:
        if _holds_something(connection):
            raise BackupNotUsable(
                f"the database {place(read)} is not empty; move it away or name another in DATABASE_URL"
            )
        settings = migration.config()
        settings.attributes["connection"] = connection
        _start_over(connection)
        command.upgrade(settings, contents.revision)
        _fill(connection, source)
        command.upgrade(settings, "head")
    return contents


def _write(url: str, raw: IO[bytes]) -> Contents:
    digest, counts = hashlib.sha256(), dict[str, int]()
    with (
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed,
        _snapshot(url) as connection,
    ):

        def put(told: Mapping[str, Any]) -> None:
            line = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            packed.write(line)

        revision = migration.reached(connection)
        put({"format": FORMAT, "revision": revision})
        for table in _ours(connection):
            names = [column.name for column in table.columns]
            put({"table": table.name, "columns": names, "last": last_given(connection, table)})
            counts[table.name] = 0
            for rows in connection.execute(select(table).order_by(*table.primary_key)).partitions(
                _at_once(table)
            ):
                put({"rows": [[_plain(value) for value in row] for row in rows]})
                counts[table.name] += len(rows)
        sha256 = digest.hexdigest()
        put({"sha256": sha256, "rows": sum(counts.values())})
    return Contents(revision, counts, sha256)


def _at_once(table: Table) -> int:
    """Rows in memory at a time, several times over as text: few where one may be a mail with pictures."""
    return _HEAVY_AT_ONCE if any(isinstance(c.type, LargeBinary) for c in table.columns) else _AT_ONCE


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """All tables as of one moment, without keeping anybody from writing."""
    read = read_url(url)
    engine = connect(read, pooled=False)
    with guarded(place(read)), engine.connect() as connection:
        options: dict[str, Any] = {"stream_results": True, READING: True}
        if not is_sqlite(read):
            options["isolation_level"] = "REPEATABLE READ"
        connection = connection.execution_options(**options)
        with connection.begin():
            yield connection


def _fill(connection: Connection, source: Path) -> None:
    tables = {table.name: table for table in _ours(connection)}
    into: Table | None = None
    names = list[str]()
    for _, told in _lines(source):
        if "table" in told:
            # Backups of a database that others share once held their tables as well.
            into, names = tables.get(told["table"]), told["columns"]
            if into is not None:
                go_on_after(connection, into, told["last"])
        elif into is not None and told.get("rows") and "sha256" not in told:
            binary = [isinstance(into.c[name].type, LargeBinary) for name in names]
            connection.execute(insert(into), [_row(names, binary, values) for values in told["rows"]])


def _row(names: Iterable[str], binary: Iterable[bool], values: Iterable[Any]) -> dict[str, Any]:
    cells = zip(names, binary, values, strict=True)
    return {name: base64.b64decode(value) if packed else value for name, packed, value in cells}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    door = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(door)
    finally:
        os.close(door)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return instant_text(value) if hasattr(value, "tzinfo") else value


def _lines(source: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    try:
        with gzip.open(source, "rb") as packed:
            first = True
            for line in packed:
                told = json.loads(line)
                if not (isinstance(told, dict) and isinstance(told.get("rows", []), list | int)):
                    raise ValueError(line[:40])
                if first and told.get("format") != FORMAT:
                    raise BackupNotUsable(
                        f"{source} is a backup in another format; use the version that made it"
                    )
                first = False
                yield line, told
    except EOFError as error:
        raise BackupNotUsable(f"{source} was not written to its end; use another backup") from error
    except (gzip.BadGzipFile, zlib.error, ValueError, AttributeError, TypeError) as error:
        raise BackupNotUsable(f"{source} is not a backup or is damaged; use another one") from error
    except OSError as error:
        raise BackupNotUsable(f"{source} cannot be read: {error.strerror or error}") from error


def _ours(connection: Connection) -> list[Table]:
    """A database may be shared; a name that a later version gives up must stay known here."""
    return [table for table in _tables(connection) if table.name in metadata.tables]


def _tables(connection: Connection) -> list[Table]:
    """As they are in this database, owners before what they own."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in {_VERSIONS, "sqlite_sequence"}]


def _start_over(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def _holds_something(connection: Connection) -> bool:
    if any(table.name not in metadata.tables for table in _tables(connection)):
        return True  # somebody else's, and all tables are about to be made anew
    return any(connection.execute(select(1).select_from(t).limit(1)).scalar() for t in _tables(connection))
