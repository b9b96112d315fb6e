"""What we send to be let in: a password, a fixed token, or a token that OAuth gives for a while."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from complaint_gift.client.asking import Client
from complaint_gift.client.tokens import MemoryCache, Token, TokenCache
from complaint_gift.plugin import Refused, Unreachable

MARGIN = 60.0
UNSAID_LIFE = 3600.0
REPAIR = 60.0


class Basic:
    """User and password in every request."""

    def __init__(self, user: str, password: str) -> None:
        self._header = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def header(self) -> str:
        """The Authorization header."""
        return self._header

    def renew(self, rejected: str) -> bool:
        """A password does not change by asking again."""
        return False


class Bearer:
    """One token that somebody else made."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def header(self) -> str:
        """The Authorization header."""
        return self._header

    def renew(self, rejected: str) -> bool:
        """A fixed token does not change by asking again."""
        return False


class ClientCredentials:
    """OAuth 2.0 client credentials: asks `path` at `client` for a token and keeps it until it nearly expires.

    Whoever shares `cache` asks once: a new token is fetched under its lock, and who waited takes that one.
    `scope` holds words separated by spaces; fewer granted than requested is an error at once, because some
    helpdesks give a token for any scope and then answer 403 to everything.
    """

    def __init__(
        self,
        client: Client,
        path: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str = "",
        cache: TokenCache | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client = client
        self.path = path
        self.scope = scope
        self.cache = cache or MemoryCache()
        self._clock = clock
        self._grant = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        } | ({"scope": scope} if scope else {})
        told = "\n".join((client.base_url + path, client_id, client_secret, scope))
        self._made_for = hashlib.sha256(told.encode()).hexdigest()

    def header(self) -> str:
        """The Authorization header, with a new token when none is fresh; raises Refused or Unreachable."""
        with self._cached():
            kept = self.cache.read()
            if kept is None or kept.made_for != self._made_for or kept.expires_at <= self._clock():
                kept = self._fetch()
                self.cache.write(kept)
        return f"Bearer {kept.value}"

    def renew(self, rejected: str) -> bool:
        """Forget the rejected token, unless somebody has replaced it already."""
        with self._cached():
            kept = self.cache.read()
            if kept is not None and f"Bearer {kept.value}" == rejected:
                self.cache.write(None)
        return True

    @contextmanager
    def _cached(self) -> Iterator[None]:
        try:
            with self.cache.locked():
                yield
        except OSError as exc:
            where = f" in {exc.filename}" if exc.filename else ""  # a full disk names no file
            text = f"the access token cannot be kept{where}: {exc.strerror}"
            raise Unreachable(f"{self.client.source}: {text}.", retry_after=REPAIR) from exc

    def _fetch(self) -> Token:
        try:
            told = self.client.post(self.path, self._grant)
        except Refused as exc:
            # Wrong credentials are repaired by a human; until then the work waits instead of being lost.
            text = (
                f"{self.client.source}: no access token is given; check client_id and client_secret ({exc})"
            )
            raise Unreachable(text, retry_after=REPAIR) from exc
        value = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(value, str) or not value:
            raise Unreachable(f"{self.client.source}: the answer to {self.path} holds no access token.")
        self._require_scope(told)
        life = told.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) and life > 0 else UNSAID_LIFE
        return Token(value, self._clock() + seconds - min(MARGIN, seconds / 10), self._made_for)

    def _require_scope(self, told: dict[str, Any]) -> None:
        granted = told.get("scope")
        if not self.scope or not isinstance(granted, str):
            return
        lacking = [word for word in self.scope.split() if not _covers(granted.split(), word)]
        if lacking:
            text = f"the access token lacks {', '.join(lacking)}; allow it in the helpdesk's OAuth client"
            raise Unreachable(f"{self.client.source}: {text}.", retry_after=REPAIR)


def _covers(granted: list[str], wanted: str) -> bool:
    return wanted in granted or wanted.rpartition(":")[2] in granted
