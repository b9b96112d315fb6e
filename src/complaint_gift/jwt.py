"""The compact JWT with which an app inside a helpdesk shows who it is: its form and its times.

One algorithm is spoken, whatever a header says; who may sign, and for whom, the plugin knows.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from complaint_gift.plugin import NotAuthentic

SKEW = 60.0


class BadToken(NotAuthentic):
    """The token is not accepted. `code` is for the app, the message for the administrator."""

    code = "token-refused"


class NoToken(BadToken):
    """There is none, or what there is cannot be read as a JWT."""

    code = "token-malformed"


class WrongAlgorithm(BadToken):
    """The header asks for another algorithm than ours, or for extensions."""

    code = "token-algorithm"


class UnknownIssuer(BadToken):
    """It comes from somebody whom no source is configured for."""

    code = "token-issuer"


class WrongSignature(BadToken):
    """None of the known keys made this signature."""

    code = "token-signature"


class WrongAudience(BadToken):
    """The token was made for another server."""

    code = "token-audience"


class Expired(BadToken):
    """The token's time is over: it travelled too long, or the clocks disagree."""

    code = "token-expired"


class TooEarly(BadToken):
    """The token comes from the future or wants to live for too long: the clocks disagree."""

    code = "token-early"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked: the source, and the agent as the token tells ("" for nobody)."""

    source: str
    agent: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart, nothing of it proven. `signed` is what `signature` is over."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def take_apart(token: str | None, *, algorithm: str, longest: int) -> Token:
    """Raises NoToken and WrongAlgorithm."""
    parts = token.split(".") if isinstance(token, str) and len(token) <= longest else []
    if len(parts) != 3 or not token or not token.isascii():
        raise NoToken("The app sent no readable token.")
    header, claims = _read_part(parts[0]), _read_part(parts[1])
    if header.get("alg") != algorithm or "crit" in header:
        raise WrongAlgorithm(f"The app's token is not signed with {algorithm}.")
    return Token(header, claims, f"{parts[0]}.{parts[1]}".encode(), decode(parts[2]))


def decode(part: str) -> bytes:
    """base64url without padding; raises NoToken."""
    try:
        found = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoToken("The app sent no readable token.") from None
    # One spelling only: stray bits or padding would make a second token of the same signature.
    if base64.urlsafe_b64encode(found).rstrip(b"=") != part.encode():
        raise NoToken("The app sent no readable token.")
    return found


def check_times(claims: Mapping[str, Any], now: float, source: str, *, lifetime: float, words: str) -> None:
    """Raises Expired, TooEarly and NoToken. `now` and `lifetime` in seconds; `words` say the lifetime.

    Clocks may differ by a minute.
    """
    expires, issued, starts = (_moment(claims, name, source) for name in ("exp", "iat", "nbf"))
    if expires is None:
        raise NoToken(f"{source}: the app's token has no expiry.")
    if expires + SKEW < now:
        raise Expired(f"{source}: the app's token is over; check the clock of this server.")
    if any(at is not None and at - SKEW > now for at in (issued, starts)):
        raise TooEarly(f"{source}: the app's token comes from the future; check the clock of this server.")
    if expires - (issued if issued is not None else now + SKEW) > lifetime:
        raise TooEarly(f"{source}: the app's token wants to live for more than {words}.")


def _read_part(part: str) -> dict[str, Any]:
    try:
        found = json.loads(decode(part), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NoToken("The app sent no readable token.") from None
    if not isinstance(found, dict):
        raise NoToken("The app sent no readable token.")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN compares with nothing, not even with an expiry


def _moment(claims: Mapping[str, Any], name: str, source: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise NoToken(f"{source}: `{name}` of the app's token is no time.")
    return float(value)
