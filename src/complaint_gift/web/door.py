"""The console's door: one password for the leads, a name for the record, a limit on guessing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from ipaddress import ip_address
from threading import Lock
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

SESSION_LENGTH = timedelta(hours=12)
LONGEST_NAME = 80
INVITATION_SECONDS = 60
MOST_GUESSES, GUESS_SECONDS, MOST_GUESSERS = 5, 60.0, 10_000


class Guesses:
    """Counts wrong passwords of each address in this process for a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def are_too_many(self, address: str) -> bool:
        """True while this address has to wait."""
        with self._lock:
            return len(self._recent(address)) >= MOST_GUESSES

    def note_wrong(self, address: str) -> None:
        """Remember one wrong password."""
        with self._lock:
            self._wrong[address] = [*self._recent(address), self._clock()]
            self._wrong.move_to_end(address)
            while len(self._wrong) > MOST_GUESSERS:
                self._wrong.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - GUESS_SECONDS
        return [moment for moment in self._wrong.get(address, []) if moment > since]


def address_of(peer: str, forwarded: str) -> str:
    """Who knocks: whom a proxy beside us names last in X-Forwarded-For, else whoever is connected.

    Without it one stranger who guesses would keep everybody out who comes through the same proxy. From
    anywhere else the header is not believed.
    """
    named = forwarded.rpartition(",")[2].strip()
    try:
        near = ip_address(peer)
        return str(ip_address(named)) if named and (near.is_loopback or near.is_private) else peer
    except ValueError:
        return peer


def is_same(given: str, known: str) -> bool:
    """Compare in constant time, whatever letters and lengths."""
    return hmac.compare_digest(_digest(given), _digest(known))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def clean_name(text: str) -> str:
    """A name in one line without control characters, "" when nothing is left."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(kept.split())[:LONGEST_NAME]


def csrf_of(session: MutableMapping[str, Any]) -> str:
    """The token that forms of this session carry."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def is_from_us(session: MutableMapping[str, Any], given: str) -> bool:
    """True when a form carries the token of its session."""
    return bool(session.get("csrf")) and is_same(given, str(session["csrf"]))


def invite(session_key: str, name: str) -> str:
    """A ticket that opens the console under this name for a minute: for hosts that know their user."""
    return str(_tickets(session_key).dumps({"name": clean_name(name)}))


def read_invitation(session_key: str, ticket: str) -> str:
    """The name in a ticket, "" when it is forged or too old."""
    try:
        told = _tickets(session_key).loads(ticket, max_age=INVITATION_SECONDS)
    except BadSignature:
        return ""
    return clean_name(str(told.get("name", ""))) if isinstance(told, dict) else ""


def _tickets(session_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(session_key), salt="console-invitation")
