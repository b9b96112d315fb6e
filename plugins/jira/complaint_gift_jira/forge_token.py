"""Did our own Forge app ask? Atlassian signs each call of an app to its server with a key that it publishes.

RS256 only, whatever a header says, with keys from the one address that stands below, never from one that a
token names. The claims tell which app asks, on which site, for whom.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from complaint_gift.client import Client
from complaint_gift.plugin import NotAuthentic, Refused, Unreachable
from complaint_gift_jira.ids import mapping

KEYS_HOST = "https://forge.cdn.prod.atlassian-dev.net"
KEYS_PATH = "/.well-known/jwks.json"
ISSUER = "forge/invocation-token"
LONGEST = 8192
SKEW = 60.0
LIFETIME = 3600.0
KEPT = 12 * 3600.0
# A token with a key that we do not know makes us look again, but no stranger can make us look all the time.
APART = 60.0
SHORTEST_KEY = 2048


class BadToken(NotAuthentic):
    """The token is not accepted. `code` is for the app, the message for the administrator."""

    code = "token-refused"


class NoToken(BadToken):
    """There is none, or what there is cannot be read as a JWT."""

    code = "token-malformed"


class WrongAlgorithm(BadToken):
    """The header asks for another algorithm than RS256, or for extensions."""

    code = "token-algorithm"


class UnknownIssuer(BadToken):
    """Not a token of an invocation, or of an app and a site that no source is configured for."""

    code = "token-issuer"


class WrongSignature(BadToken):
    """None of Atlassian's keys made this signature."""

    code = "token-signature"


class Expired(BadToken):
    """The token's time is over: it travelled too long, or the clocks disagree."""

    code = "token-expired"


class TooEarly(BadToken):
    """The token comes from the future or wants to live for too long: the clocks disagree."""

    code = "token-early"


@dataclass(frozen=True, slots=True)
class Installation:
    """Our app on one site of Jira."""

    source: str
    app: str  # ari:cloud:ecosystem::app/<id>
    cloud_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked: the source, and the accountId of the person who uses the app ("" for nobody)."""

    source: str
    agent: str
    claims: Mapping[str, Any]


class KeyRing:
    """Atlassian's public keys by id, fetched when they are needed and kept for half a day."""

    def __init__(
        self, fetch: Callable[[], Any] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch, self._clock = fetch or fetch_keys, clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched, self._tried = float("-inf"), float("-inf")
        self._lock = threading.Lock()

    def find(self, number: str) -> RSAPublicKey | None:
        """The key of this id, None when Atlassian has none, or cannot be asked just now."""
        with self._lock:
            now = self._clock()
            is_old = now - self._fetched > KEPT
            if (is_old or number not in self._keys) and now - self._tried >= APART:
                self._tried = now
                self._refresh(now)
            return self._keys.get(number)

    def _refresh(self, now: float) -> None:
        try:
            found = read_keys(self._fetch())
        except (Refused, Unreachable):
            return  # the keys that we have go on being right
        if found:
            self._keys, self._fetched = found, now


def fetch_keys() -> Any:
    """The JSON that Atlassian publishes; raises Refused or Unreachable."""
    return Client(KEYS_HOST, source="Forge").get(KEYS_PATH)


def read_keys(told: Any) -> dict[str, RSAPublicKey]:
    """The RSA keys for signatures among those told; what cannot be one is left out."""
    keys = mapping(told).get("keys")
    found: dict[str, RSAPublicKey] = {}
    for entry in keys if isinstance(keys, list) else []:
        key, number = _read_key(mapping(entry)), mapping(entry).get("kid")
        if key is not None and isinstance(number, str) and number:
            found[number] = key
    return found


def _read_key(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    try:
        modulus, exponent = (int.from_bytes(_decode(entry[name])) for name in ("n", "e"))
        key = RSAPublicNumbers(exponent, modulus).public_key()
    except (KeyError, TypeError, ValueError, NoToken):
        return None
    return key if key.key_size >= SHORTEST_KEY else None


def verify_token(
    token: str | None, installations: Iterable[Installation], keys: KeyRing, now: datetime
) -> Asked:
    """Check form, issuer, app, site, signature and times of a compact JWT; raises a BadToken.

    `now` is aware. Clocks may differ by a minute; a token may live for an hour.
    """
    header, claims, signed, signature = _take_apart(token)
    installation = _find_installation(claims, installations)
    number = header.get("kid")
    key = keys.find(number) if isinstance(number, str) and number else None
    if key is None:
        text = "no key of Atlassian is known for the app's token; check that this server reaches"
        raise WrongSignature(f"{installation.source}: {text} {KEYS_HOST}.")
    try:
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise WrongSignature(f"{installation.source}: the app's token is not signed by Atlassian.") from None
    _check_times(claims, now.timestamp(), installation.source)
    who = claims.get("principal")
    return Asked(installation.source, who if isinstance(who, str) else "", claims)


def _take_apart(token: str | None) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    parts = token.split(".") if isinstance(token, str) and len(token) <= LONGEST else []
    if len(parts) != 3 or not token or not token.isascii():
        raise NoToken("The app sent no readable token.")
    header, claims = _read_part(parts[0]), _read_part(parts[1])
    if header.get("alg") != "RS256" or "crit" in header:
        raise WrongAlgorithm("The app's token is not signed with RS256.")
    return header, claims, f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2])


def _find_installation(claims: Mapping[str, Any], known: Iterable[Installation]) -> Installation:
    if claims.get("iss") != ISSUER:
        raise UnknownIssuer("The token is none of a Forge app's invocation.")
    audience = claims.get("aud")
    apps = audience if isinstance(audience, list) else [audience]
    site = _site_of(claims)
    for installation in known:
        if installation.app in apps and installation.app and installation.cloud_id == site:
            return installation
    raise UnknownIssuer(
        "The app's token is of an app or a site that no source is configured for; "
        "compare forge_app and cloud_id of the source."
    )


def _site_of(claims: Mapping[str, Any]) -> str:
    """The cloudId: of the context, else the end of the address at which the app reaches its site."""
    said = mapping(claims.get("context")).get("cloudId")
    if isinstance(said, str) and said:
        return said
    address = mapping(claims.get("app")).get("apiBaseUrl")
    try:
        return urlsplit(address).path.rstrip("/").rpartition("/")[2] if isinstance(address, str) else ""
    except ValueError:
        return ""


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


def _check_times(claims: Mapping[str, Any], now: float, source: str) -> None:
    expires, issued, starts = (_moment(claims, name, source) for name in ("exp", "iat", "nbf"))
    if expires is None:
        raise NoToken(f"{source}: the app's token has no expiry.")
    if expires + SKEW < now:
        raise Expired(f"{source}: the app's token is over; check the clock of this server.")
    if any(at is not None and at - SKEW > now for at in (issued, starts)):
        raise TooEarly(f"{source}: the app's token comes from the future; check the clock of this server.")
    if expires - (issued if issued is not None else now + SKEW) > LIFETIME:
        raise TooEarly(f"{source}: the app's token wants to live for more than an hour.")


def _moment(claims: Mapping[str, Any], name: str, source: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise NoToken(f"{source}: `{name}` of the app's token is no time.")
    return float(value)
