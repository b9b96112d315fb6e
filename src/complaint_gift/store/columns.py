"""Column types that mean the same on SQLite and PostgreSQL: ids, instants in UTC, text that both take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

REPLACEMENT = "\ufffd"
_UNSTORABLE = {0: REPLACEMENT, **dict.fromkeys(range(55296, 57344), REPLACEMENT)}
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"

Key = BigInteger().with_variant(Integer, "sqlite")
"""Type of a row's id: 64 bits on both; SQLite counts up only what is called INTEGER."""

_LARGEST_KEY = 2**63 - 1


def wanted_key(number: int) -> int:
    """An id that somebody typed, 0 (which no row has) where it is larger than any: databases refuse that."""
    return number if 0 < number <= _LARGEST_KEY else 0


def storable(text: str) -> str:
    """The text as every database can hold it, code point by code point, so that offsets stay right.

    NUL and lone surrogates arrive in real payloads, PostgreSQL refuses both.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.translate(_UNSTORABLE)


def instant_text(value: datetime) -> str:
    """How SQLite stores an instant: fixed width, so that comparing texts compares times."""
    if value.tzinfo is None:
        raise ValueError(f"a time without a time zone cannot be stored: {value.isoformat()}")
    return value.astimezone(UTC).strftime(_FORMAT).zfill(27)


def moment(millis: int) -> datetime:
    """The aware UTC time of so many milliseconds since 1970."""
    return datetime.fromtimestamp(millis / 1000, UTC)


class Instant(TypeDecorator[datetime]):
    """A point in time: aware in, UTC out. A naive one is refused, because nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A timestamp with time zone, or ISO 8601 text where the database has no such type."""
        wanted: TypeEngine[Any] = String(27) if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Raises ValueError for a naive time."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return instant_text(value)
        if value.tzinfo is None:
            raise ValueError(f"a time without a time zone cannot be stored: {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.strptime(value, _FORMAT).replace(tzinfo=UTC)
        at: datetime = value
        return at.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from the outside world, made storable on the way in; searched the same way."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """NUL and lone surrogates become U+FFFD."""
        return None if value is None else storable(value)
