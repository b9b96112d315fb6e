"""Copies of the database: a consistent snapshot out, a checked one back in."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from complaint_gift.store import upgrade
from complaint_gift.store.engine import file_of, is_sqlite, read_url


class CopyFailed(Exception):
    """The copy was not made; nothing was changed. The message is a sentence."""


def back_up(url: str, target: Path) -> None:
    """Write a snapshot to `target` (mode 0600); writers are not held up. Raises CopyFailed."""
    target = target.absolute()
    if not target.parent.is_dir():
        raise CopyFailed(f"There is no folder {target.parent}: make it first.")
    partial = target.with_name(target.name + ".partial")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        if is_sqlite(read_url(url)):
            _copy_file(file_of(read_url(url)), partial)
        else:
            _run("pg_dump", ["--format=custom", "--no-owner", "--file", str(partial)], url)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def restore(url: str, copy: Path, lock_folder: Path) -> None:
    """Check the copy, then put it in the database's place and move it on to this version."""
    _require_stopped(lock_folder)
    if is_sqlite(read_url(url)):
        _check_file(copy)
        _put_file(copy, file_of(read_url(url)))
    else:
        options = [
            "--clean",
            "--if-exists",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            str(copy),
        ]
        _run("pg_restore", options, url)
    upgrade(url)


def _copy_file(source: Path, target: Path) -> None:
    if not source.exists():
        raise CopyFailed(f"There is no database at {source} yet.")
    try:
        with closing(sqlite3.connect(source, timeout=10)) as ours, closing(sqlite3.connect(target)) as theirs:
            ours.backup(theirs, pages=2048)
    except sqlite3.Error as exc:
        raise CopyFailed(f"The database {source} cannot be copied: {exc}.") from None


def _check_file(copy: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            state = found.execute("PRAGMA quick_check").fetchone()[0]
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as exc:
        raise CopyFailed(f"{copy} is no backup of ours: {exc}.") from None
    if state != "ok":
        raise CopyFailed(f"{copy} is damaged: {state}.")
    if not {"delivery", "escalation", "alembic_version"} <= tables:
        raise CopyFailed(f"{copy} is an SQLite file, but no backup of Complaint Gift.")


def _put_file(copy: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".restoring")
    shutil.copyfile(copy, fresh)
    fresh.chmod(0o600)
    for tail in ("-wal", "-shm"):
        target.with_name(target.name + tail).unlink(missing_ok=True)
    fresh.replace(target)


def _require_stopped(folder: Path) -> None:
    """Refuse while our own process tree runs on this data folder."""
    lock = folder / "lock"
    if not lock.exists():
        return
    with lock.open("a") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CopyFailed("Complaint Gift is running on this data folder: stop it first.") from None


def _run(program: str, options: list[str], url: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise CopyFailed(f"{program} is not installed: install PostgreSQL's client programs.")
    read = read_url(url)
    environ = dict(os.environ)
    if read.password:
        environ["PGPASSWORD"] = str(read.password)  # not on a command line, which others can read
    address = read.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 - our own options, no shell
        [path, "--dbname", address, *options], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CopyFailed(f"{program} did not succeed: {said}")
