"""Ids, moments and people as Jira writes them, read without ever failing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

LONGEST_ID = 120
_NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$", re.ASCII)
_SELF = re.compile(r"/issue/([1-9]\d{0,17})/?$", re.ASCII)
_PARENT = re.compile(r"/issue/([1-9]\d{0,17})/comment/[1-9]\d{0,17}/?$", re.ASCII)
# Accounts that stand for nobody: anonymised, or written by somebody who was not signed in.
_NOBODY = frozenset(("", "unknown", "anonymous"))


def mapping(value: Any) -> Mapping[str, Any]:
    """An object, empty for what is none."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text, "" for what is none."""
    return value if isinstance(value, str) else ""


def read_number(value: Any) -> str:
    """The id of an issue or comment: digits, as it becomes part of an address. Automation sends numbers."""
    found = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return found if len(found) <= 18 and _NUMBER.fullmatch(found) else ""


def read_issue(body: Mapping[str, Any]) -> str:
    """The id of the issue; Data Center names it only in the address of the comment."""
    issue = mapping(body.get("issue"))
    places = (
        _SELF.search(text(issue.get("self"))[-400:]),
        _PARENT.search(text(mapping(body.get("comment")).get("self"))[-400:]),
    )
    return read_number(issue.get("id")) or next((place[1] for place in places if place), "")


def read_names(user: Any) -> tuple[str, ...]:
    """Everything that an account is called by, the stable one first: accountId (Cloud), key, name."""
    told = (mapping(user).get(name) for name in ("accountId", "key", "name"))
    found = (name for name in told if isinstance(name, str) and is_id(name))
    return tuple(dict.fromkeys(name for name in found if name.casefold() not in _NOBODY))


def read_person(user: Any) -> str:
    """The id of an account, "" for nobody."""
    return next(iter(read_names(user)), "")


def is_id(name: str) -> bool:
    """Printable and short: it is stored and compared, never part of an address."""
    return 0 < len(name) <= LONGEST_ID and name.isprintable() and name == name.strip() and _is_utf8(name)


def read_moment(value: Any) -> datetime | None:
    """A time as UTC: 2026-01-31T09:00:00.000+0300, milliseconds since 1970, an object of servicedeskapi."""
    try:
        if isinstance(value, dict):
            return read_moment(value.get("epochMillis") or value.get("iso8601"))
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC) if 0 < value < 10**14 else None
        if not isinstance(value, str) or len(value) > 40:
            return None
        moment = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", value))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def _is_utf8(name: str) -> bool:
    try:
        return len(name.encode()) <= 240
    except UnicodeEncodeError:
        return False
