"""Did our own Zendesk app ask? Zendesk's proxy signs a short-lived JWT with the secret of the installation.

Only HS256 is spoken, whatever a header says. What the claims tell about the agent comes from a browser: good
enough for a name beside a reason, never for a right.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from complaint_gift.plugin import NotAuthentic
from complaint_gift.signing import check_hmac

LONGEST = 4096
SKEW = 60.0
LIFETIME = 600.0


class BadToken(NotAuthentic):
    """The token is not accepted. `code` is for the app, the message for the administrator."""

    code = "token-refused"


class NoToken(BadToken):
    """There is none, or what there is cannot be read as a JWT."""

    code = "token-malformed"


class WrongAlgorithm(BadToken):
    """The header asks for another algorithm than HS256, or for extensions."""

    code = "token-algorithm"


class UnknownIssuer(BadToken):
    """No configured Zendesk account calls itself so."""

    code = "token-issuer"


class WrongSignature(BadToken):
    """None of the installation's secrets made this signature."""

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
class Installation:
    """Our app in one Zendesk account. Several secrets are a rotation; an empty one never counts."""

    source: str
    issuer: str  # the account's subdomain
    audience: str  # our origin, as the app was packaged with it: https://cg.example.com
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked: the source, and what the browser says of the agent."""

    source: str
    agent: str
    claims: Mapping[str, Any]


def verify_token(token: str | None, installations: Iterable[Installation], now: datetime) -> Asked:
    """Check signature, issuer, audience and times of a compact JWT; raises a BadToken.

    `now` is aware. Clocks may differ by a minute; a token may live for ten.
    """
    signed, signature, claims = _take_apart(token)
    issuer = claims.get("iss")
    known = [i for i in installations if i.issuer == issuer and any(i.secrets)]
    if not known:
        raise UnknownIssuer("The app's token comes from a Zendesk account that no source is configured for.")
    found = _find_signer(known, signed, signature)
    _check_audience(claims.get("aud"), found)
    _check_times(claims, now.timestamp(), found.source)
    return Asked(found.source, str(claims.get("sub") or ""), claims)


def _take_apart(token: str | None) -> tuple[bytes, bytes, dict[str, Any]]:
    parts = token.split(".") if isinstance(token, str) and len(token) <= LONGEST else []
    if len(parts) != 3 or not token or not token.isascii():
        raise NoToken("The app sent no readable token.")
    header, claims = _read_part(parts[0]), _read_part(parts[1])
    if header.get("alg") != "HS256" or "crit" in header:
        raise WrongAlgorithm("The app's token is not signed with HS256.")
    return f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2]), claims


def _read_part(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_decode(part), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NoToken("The app sent no readable token.") from None
    if not isinstance(found, dict):
        raise NoToken("The app sent no readable token.")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN compares with nothing, not even with an expiry


def _decode(part: str) -> bytes:
    try:
        found = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoToken("The app sent no readable token.") from None
    # One spelling only: stray bits or padding would make a second token of the same signature.
    if base64.urlsafe_b64encode(found).rstrip(b"=") != part.encode():
        raise NoToken("The app sent no readable token.")
    return found


def _find_signer(known: Iterable[Installation], signed: bytes, signature: bytes) -> Installation:
    found = None
    for installation in known:
        secrets = [secret for secret in installation.secrets if secret]
        try:
            check_hmac(signature.hex(), signed, secrets, source=installation.source)
        except NotAuthentic:
            continue
        found = found or installation
    if found is None:
        raise WrongSignature(
            "The app's token is not signed with the secret of its installation; "
            "compare the app's setting `shared_secret` with `app_secrets` of the source."
        )
    return found


def _check_audience(given: Any, installation: Installation) -> None:
    named = given if isinstance(given, list) else [given]
    if installation.audience not in named:
        raise WrongAudience(
            f"{installation.source}: the app's token is meant for another server; "
            f"package the app with --server {installation.audience}."
        )


def _check_times(claims: Mapping[str, Any], now: float, source: str) -> None:
    expires, issued, starts = (_moment(claims, name, source) for name in ("exp", "iat", "nbf"))
    if expires is None:
        raise NoToken(f"{source}: the app's token has no expiry.")
    if expires + SKEW < now:
        raise Expired(f"{source}: the app's token is over; check the clock of this server.")
    if any(at is not None and at - SKEW > now for at in (issued, starts)):
        raise TooEarly(f"{source}: the app's token comes from the future; check the clock of this server.")
    if expires - (issued if issued is not None else now + SKEW) > LIFETIME:
        raise TooEarly(f"{source}: the app's token wants to live for more than ten minutes.")


def _moment(claims: Mapping[str, Any], name: str, source: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise NoToken(f"{source}: `{name}` of the app's token is no time.")
    return float(value)
