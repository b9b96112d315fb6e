"""What is known about a reply besides its text: a closed set of keys, all optional."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

# "private" reaches the customer alone, "internal" only colleagues; unknown counts as public.
VISIBILITIES = ("public", "private", "internal", "unknown")
SEVERITIES = ("low", "normal", "high", "critical")
_MOST_TEXT = 1_000_000


class ContextError(ValueError):
    """The context cannot be read; the message names the key and what belongs there."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much one reply may promise: an amount and its currency code, "" where any is meant."""

    amount: float
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote the reply. `company` is None where it is not known."""

    id: str = ""
    account: str = ""
    name: str = ""
    company: bool | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The situation of a reply. Unknown is "" or None or empty, and then no rule that needs it speaks."""

    complaint: bool = True
    first_reply: bool = True
    channel: str = ""
    visibility: str = "public"
    complaint_text: str = ""
    customer_name: str = ""
    order: str = ""
    event_date: str = ""
    sent_at: str = ""
    timezone: str = ""
    severity: str = ""
    source: str = ""
    brand: str = ""
    conversation: str = ""
    author: Writer | None = None
    about_employee: tuple[str, ...] = ()
    reply_to: str = "customer"
    previous_replies: tuple[str, ...] = ()
    remedy_limit: Limit | None = None
    language: str = ""

    @classmethod
    def parse(cls, mapping: Mapping[str, Any]) -> Context:
        """Read the keys of the review API. Raises ContextError in one sentence; None means not known."""
        if not isinstance(mapping, Mapping):
            raise ContextError(f"The context has to be an object with keys, not {_kind(mapping)}.")
        values = {}
        for key, value in mapping.items():
            if key not in _READERS:
                raise ContextError(_unknown(str(key), _READERS, "context"))
            if value is not None:
                values[key] = _READERS[key](key, value)
        return cls(**values)


def _unknown(key: str, known: Mapping[str, Any], what: str) -> str:
    near = get_close_matches(key, known, 1)
    hint = f' Did you mean "{near[0]}"?' if near else f" Known keys: {', '.join(known)}."
    return f'The {what} has an unknown key "{key}".{hint}'


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return (
        "a list"
        if isinstance(value, list | tuple)
        else "an object"
        if isinstance(value, Mapping)
        else "something else"
    )


def _text(key: str, value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ContextError(f'"{key}" in the context has to be a text, not {_kind(value)}.')
    if len(value) > _MOST_TEXT:
        raise ContextError(f'"{key}" in the context is longer than {_MOST_TEXT} characters.')
    return value


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ContextError(f'"{key}" in the context has to be true or false, not {_kind(value)}.')
    return value


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise ContextError(f'"{key}" in the context has to be a list of texts, not {_kind(value)}.')
    return tuple(_text(f"{key}[{number}]", one) for number, one in enumerate(value))


def _one_of(*choices: str) -> Callable[[str, Any], str]:
    def read(key: str, value: Any) -> str:
        text = _text(key, value)
        if text not in choices:
            allowed = " or ".join(f'"{choice}"' for choice in choices)
            raise ContextError(f'"{key}" in the context has to be {allowed}, not "{text[:60]}".')
        return text

    return read


def _object(key: str, value: Any, allowed: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ContextError(f'"{key}" in the context has to be an object, not {_kind(value)}.')
    for inner in value:
        if inner not in allowed:
            raise ContextError(_unknown(str(inner), allowed, f'"{key}" of the context'))
    return {inner: allowed[inner](f"{key}.{inner}", one) for inner, one in value.items() if one is not None}


def _writer(key: str, value: Any) -> Writer:
    return Writer(**_object(key, value, {"id": _text, "account": _text, "name": _text, "company": _flag}))


def _amount(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise ContextError(f'"{key}" in the context has to be a number from 0 on, not {_kind(value)}.')
    return float(value)


def _limit(key: str, value: Any) -> Limit:
    read = _object(key, value, {"amount": _amount, "currency": _text})
    if "amount" not in read:
        raise ContextError(f'"{key}" in the context needs an "amount".')
    return Limit(read["amount"], read.get("currency", "").upper())


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "complaint": _flag,
    "first_reply": _flag,
    "visibility": _one_of(*VISIBILITIES),
    "severity": _one_of(*SEVERITIES),
    "author": _writer,
    "about_employee": _texts,
    "reply_to": _one_of("customer", "bystander"),
    "previous_replies": _texts,
    "remedy_limit": _limit,
}
_READERS = {f.name: _READERS.get(f.name, _text) for f in fields(Context)}
