"""Proofs that a request comes from where it says: signatures, tokens, passwords, moments.

Every check raises NotAuthentic with one sentence and returns nothing. It takes whatever a stranger may send
(None, a doubled header, bytes of any kind in a str), compares bytes in constant time, and tries all secrets
even after one has matched, so that neither the answer nor its time tells which one is in use. Several
secrets at once are a rotation: list the new one, let the helpdesk change over, then drop the old one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from complaint_gift.plugin import NotAuthentic

LONGEST_PROOF = 4096
_PIECE = 2047
# UTC only: an offset would be one more way to write the same moment.
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
_UNIX = re.compile(r"\d{1,12}", re.ASCII)


def check_hmac(
    given: str | None,
    message: bytes,
    secrets: Iterable[str | bytes],
    *,
    source: str,
    encoding: Literal["base64", "hex"] = "hex",
    digest: str = "sha256",
    prefix: str = "",
) -> None:
    """Raise NotAuthentic unless `given` is the HMAC of `message` under one of `secrets`.

    A str secret is used as UTF-8 text, never decoded from base64. `prefix` is what stands before the
    signature in the header, such as "sha256=". The spelling must be the canonical one: a second spelling of
    the same bytes (capital hex, loose base64 bits) would be a second key for the same request.
    """
    proof = _bytes_of(given)
    if proof is None:
        raise NotAuthentic(f"{source}: the request carries no signature, or more than one.")
    expected = [prefix.encode() + _sign(message, key, digest, encoding) for key in _keys(secrets, source)]
    if not _matches_any(proof, expected):
        raise NotAuthentic(
            f"{source}: the signature fits none of the configured signing secrets; "
            "compare them with the secret that the helpdesk shows."
        )


def make_hmac(
    message: bytes,
    secret: str | bytes,
    *,
    encoding: Literal["base64", "hex"] = "hex",
    digest: str = "sha256",
    prefix: str = "",
) -> str:
    """The signature that `check_hmac` accepts, for tests and for signing what we send."""
    key = secret if isinstance(secret, bytes) else secret.encode()
    return prefix + _sign(message, key, digest, encoding).decode()


def check_bearer(given: str | None, tokens: Iterable[str | bytes], *, source: str) -> None:
    """Raise NotAuthentic unless the Authorization header is "Bearer" and one of `tokens`."""
    proof = _after_scheme(given, b"bearer")
    if proof is None:
        raise NotAuthentic(f"{source}: the request carries no bearer token.")
    if not _matches_any(proof, _keys(tokens, source)):
        raise NotAuthentic(f"{source}: the bearer token is none of the configured ones.")


def check_api_key(given: str | None, keys: Iterable[str | bytes], *, source: str) -> None:
    """Raise NotAuthentic unless the header's value is one of `keys`."""
    proof = _bytes_of(given)
    if proof is None:
        raise NotAuthentic(f"{source}: the request carries no API key, or more than one.")
    if not _matches_any(proof, _keys(keys, source)):
        raise NotAuthentic(f"{source}: the API key is none of the configured ones.")


def check_basic(given: str | None, logins: Iterable[tuple[str, str]], *, source: str) -> None:
    """Raise NotAuthentic unless the Authorization header holds one of `logins` (user, password)."""
    encoded = _after_scheme(given, b"basic")
    if encoded is None:
        raise NotAuthentic(f"{source}: the request carries no user and password.")
    try:
        proof = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise NotAuthentic(f"{source}: the user and password of the request cannot be read.") from None
    # A login without a password would let in whoever knows the name.
    known = [f"{user}:{password}".encode() for user, password in logins if password]
    if not known:
        raise NotAuthentic(f"{source}: no password is configured; add one before requests can be trusted.")
    if not _matches_any(proof, known):
        raise NotAuthentic(f"{source}: the user and password of the request are not the configured ones.")


def check_moment(
    given: str | None, now: datetime, seconds: float, *, source: str, form: Literal["iso", "unix"] = "iso"
) -> None:
    """Raise NotAuthentic unless the signed moment is at most `seconds` before or after `now`.

    `form` "iso" is 2026-01-31T09:00:00Z, "unix" is whole seconds since 1970; both UTC. This only ends replays
    that come later than that: what comes sooner is caught by the key of the delivery.
    """
    moment = _read_moment(given, form)
    if moment is None:
        raise NotAuthentic(f"{source}: the moment of signing is missing or cannot be read.")
    away = (now - moment).total_seconds()
    if abs(away) > seconds:
        side = "old" if away > 0 else "early"
        raise NotAuthentic(
            f"{source}: the request was signed {abs(away):.0f} seconds too {side} to be trusted "
            f"(allowed are {seconds:.0f}); check the clock of this machine."
        )


def _read_moment(given: str | None, form: str) -> datetime | None:
    if not isinstance(given, str):
        return None
    try:
        if form == "unix":
            return datetime.fromtimestamp(int(given), UTC) if _UNIX.fullmatch(given) else None
        # Seconds are enough: a fraction cannot move a request in or out of a window that anybody would set.
        return datetime.fromisoformat(given[:19] + "+00:00") if _ISO.fullmatch(given) else None
    except (ValueError, OverflowError, OSError):
        return None


def _sign(message: bytes, key: bytes, digest: str, encoding: str) -> bytes:
    made = _digest(hmac.new(key, digestmod=digest), message)
    return base64.b64encode(made) if encoding == "base64" else made.hex().encode()


def hash_of(message: bytes, digest: str = "sha256") -> str:
    """The hash of a message as hex."""
    return _digest(hashlib.new(digest), message).hex()


def _digest(made: Any, message: bytes) -> bytes:
    # From 2,048 bytes on hashlib lets go of the interpreter lock. A few microseconds of hashing are not worth
    # that: under load the thread then waits its turn behind all others, for every webhook.
    view = memoryview(message)
    for start in range(0, len(message), _PIECE):
        made.update(view[start : start + _PIECE])
    digest: bytes = made.digest()
    return digest


def _keys(secrets: Iterable[str | bytes], source: str) -> list[bytes]:
    """The secrets as bytes. An empty one proves nothing: anybody can sign with it."""
    keys = [secret if isinstance(secret, bytes) else secret.encode() for secret in secrets]
    keys = [key for key in keys if key.strip()]
    if not keys:
        raise NotAuthentic(f"{source}: no secret is configured; add one before requests can be trusted.")
    return keys


def _matches_any(proof: bytes, expected: Iterable[bytes]) -> bool:
    found = False
    for candidate in expected:
        found |= hmac.compare_digest(proof, candidate)
    return found


def _bytes_of(given: str | None) -> bytes | None:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_PROOF:
        return None
    # compare_digest refuses a str that is not ASCII, and a lone surrogate cannot be plain UTF-8.
    return given.encode("utf-8", "surrogatepass")


def _after_scheme(given: str | None, scheme: bytes) -> bytes | None:
    proof = _bytes_of(given)
    if proof is None:
        return None
    name, space, value = proof.partition(b" ")
    return value if name.lower() == scheme and space and value else None
