"""Did our own Forge app ask? Atlassian signs each call of an app to its server with a key that it publishes.

RS256 only, whatever a header says, with keys from the one address that stands below, never from one that a
token names. The claims tell which app asks, on which site, for whom.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from complaint_gift.client import Client
from complaint_gift.jwt import Asked, NoToken, UnknownIssuer, WrongSignature, check_times, decode, take_apart
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_jira.ids import mapping

KEYS_HOST = "https://forge.cdn.prod.atlassian-dev.net"
KEYS_PATH = "/.well-known/jwks.json"
ISSUER = "forge/invocation-token"
LONGEST = 8192
LIFETIME = 3600.0
KEPT = 12 * 3600.0
# A token with a key that we do not know makes us look again, but no stranger can make us look all the time.
APART = 60.0
SHORTEST_KEY = 2048


@dataclass(frozen=True, slots=True)
class Installation:
    """Our app on one site of Jira."""

    source: str
    app: str  # ari:cloud:ecosystem::app/<id>
    cloud_id: str


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
        modulus, exponent = (int.from_bytes(decode(entry[name])) for name in ("n", "e"))
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
    given = take_apart(token, algorithm="RS256", longest=LONGEST)
    claims = given.claims
    installation = _find_installation(claims, installations)
    number = given.header.get("kid")
    key = keys.find(number) if isinstance(number, str) and number else None
    if key is None:
        text = "no key of Atlassian is known for the app's token; check that this server reaches"
        raise WrongSignature(f"{installation.source}: {text} {KEYS_HOST}.")
    try:
        key.verify(given.signature, given.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise WrongSignature(f"{installation.source}: the app's token is not signed by Atlassian.") from None
    check_times(claims, now.timestamp(), installation.source, lifetime=LIFETIME, words="an hour")
    who = claims.get("principal")
    return Asked(installation.source, who if isinstance(who, str) else "", claims)


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
