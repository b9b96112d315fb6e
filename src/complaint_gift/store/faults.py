"""Turns what drivers throw into one StoreUnavailable with a sentence for a human."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from complaint_gift.service.ports import StoreUnavailable

# Part of a driver's message or an SQLSTATE, then what to say about it. The first that fits wins.
_SENTENCES = (
    (
        ("is locked", "busy"),
        "is locked by another process for too long; look for a long backup or a stopped process",
    ),
    (("is full", "no space left", "53100"), "has no room left: free disk space"),
    (
        ("readonly", "read-only", "25006"),
        "is read-only: check the owner of the file and the mount, or the role of the server",
    ),
    (
        ("no such table", "no such column", "42p01", "42703"),
        "has no current tables: run `complaint-gift upgrade`",
    ),
    (("malformed", "not a database"), "is damaged: restore a backup with `complaint-gift restore`"),
    (("unable to open",), "cannot be opened: check that the folder exists and belongs to this user"),
    (("disk i/o",), "cannot be read or written: check the disk"),
    (
        ("password authentication", "28p01", "28000"),
        "refuses our user or password: check DATABASE_URL",
    ),
    (
        ("53300", "too many clients", "remaining connection slots"),
        "takes no more connections: raise max_connections",
    ),
    (
        ("55p03", "40p01", "40001", "57014"),
        "kept us waiting for a lock for too long; the work will be tried again",
    ),
    (
        ("25p03",),
        "ended work of ours that stood still for too long; it will be tried again",
    ),
)
_ABSENT = (
    "is not there: name the folder that holds your data in DATA, "
    "or make the database with `complaint-gift upgrade`"
)
_UNREACHABLE = "cannot be reached: check that it runs and that DATABASE_URL is right"
_WEATHER_STATES = ("08", "53", "57", "58", "40", "55", "25006", "28", "3D", "42P01", "42703")


def unavailable(error: BaseException, where: str) -> StoreUnavailable:
    """The typed error for whatever the driver said; `where` names the database without its password."""
    cause = getattr(error, "orig", None) or error
    told = f"{cause} {getattr(cause, 'sqlstate', None) or ''}".lower()
    if "unable to open" in told and _is_absent(where):
        return StoreUnavailable(f"the database {where} {_ABSENT}")
    for marks, sentence in _SENTENCES:
        if any(mark in told for mark in marks):
            return StoreUnavailable(f"the database {where} {sentence}")
    return StoreUnavailable(f"the database {where} {_UNREACHABLE}")


def _is_absent(file: str) -> bool:
    """Whether nothing is at that place; a folder that we may not look into can hold it."""
    try:
        Path(file).stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def is_weather(error: BaseException) -> bool:
    """True when the database's condition is the cause and not our statement."""
    if isinstance(error, PoolExhausted | PendingRollbackError):
        return True
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state: str | None = getattr(cause, "sqlstate", None)
    if state:
        return state.startswith(_WEATHER_STATES)
    return type(cause).__name__ in {"OperationalError", "InterfaceError"}


@contextmanager
def guarded(where: str) -> Iterator[None]:
    """Inside, the database's weather becomes StoreUnavailable; our own mistakes stay what they are."""
    try:
        yield
    except StoreUnavailable:
        raise
    except Exception as error:
        if not is_weather(error):
            raise
        raise unavailable(error, where) from error
