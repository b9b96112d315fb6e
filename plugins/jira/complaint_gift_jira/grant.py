"""What a person has granted us on Cloud: tokens of OAuth 2.0 (3LO), kept so that no crash can lose them.

Each use of a refresh token gives another and disables the first. So one process at a time renews, and the new
pair is on the disk before any of it is used. Who dies between Atlassian's answer and our disk asks again with
the token before, which is said to be taken for ten minutes more. After that only a person can help.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from complaint_gift.client import Client
from complaint_gift.client.tokens import locked_beside, write_privately
from complaint_gift.plugin import Refused, Unreachable

PATH = "/oauth/token"
MARGIN = 60.0
REPAIR = 60.0
UNSAID_LIFE = 3600.0
# A token younger than this that is not let in lacks a right, not freshness: another would fare no better.
YOUNG = 60.0
# How long a refusal of the refresh token is believed before it is asked about once more.
BELIEVED = 600.0


@dataclass(frozen=True, slots=True)
class Grant:
    """Both tokens. Times are seconds since 1970; `made_for` says for which app of which giver."""

    refresh: str = field(repr=False)
    access: str = field(repr=False)
    expires_at: float
    renewed_at: float
    made_for: str
    refused_at: float = 0.0


class GrantFile:
    """A file of mode 0600 in the private folder of the source, for all processes of one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def locked(self) -> AbstractContextManager[None]:
        """One holder at a time; raises OSError."""
        return locked_beside(self.path)

    def read(self) -> Grant | None:
        """Inside `locked()`. None when there is none, or none that can be understood; raises OSError."""
        try:
            return Grant(**json.loads(self.path.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, grant: Grant) -> None:
        """Inside `locked()`. On the disk, whole, when this returns; raises OSError."""
        write_privately(self.path, json.dumps(asdict(grant)), is_precious=True)


class Granted:
    """Credentials out of a grant; see Credentials. `client` talks to the giver of tokens."""

    def __init__(
        self,
        client: Client,
        kept: GrantFile,
        *,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client, self.kept, self._clock = client, kept, clock
        self._app = {"client_id": client_id, "client_secret": client_secret}
        self.made_for = hashlib.sha256(f"{client.base_url}\n{client_id}".encode()).hexdigest()

    def header(self) -> str:
        """The Authorization header; raises Unreachable, with what a person has to do if it takes one."""
        with self._holding():
            grant = self.kept.read()
            if grant is None or grant.made_for != self.made_for:
                raise self._ask_for_consent("nobody has authorised us yet")
            if grant.expires_at <= self._clock():
                grant = self._renew(grant)
        return f"Bearer {grant.access}"

    def renew(self, rejected: str) -> bool:
        """Let the next `header()` renew, unless somebody has already or it would change nothing."""
        with self._holding():
            grant = self.kept.read()
            if grant is None or f"Bearer {grant.access}" != rejected:
                return True
            if self._clock() - grant.renewed_at < YOUNG:
                return False
            self.kept.write(replace(grant, expires_at=0.0))
        return True

    def exchange(self, code: str, callback: str) -> Grant:
        """The grant for a code that a person brought; it is not kept yet. Raises Refused or Unreachable."""
        wish = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
        told = self.client.post(PATH, wish | self._app)
        grant = self._read(told, "")
        if not grant.refresh:
            text = "the answer holds no refresh token; let the app ask for offline_access"
            raise Refused(f"{self.client.source}: {text}.")
        return grant

    def keep(self, grant: Grant) -> None:
        """From now on this one counts; raises Unreachable when it cannot be kept."""
        with self._holding():
            self.kept.write(grant)

    def _renew(self, grant: Grant) -> Grant:
        if self._clock() - grant.refused_at < BELIEVED:
            raise self._ask_for_consent("Atlassian takes our refresh token no more")
        wish = {"grant_type": "refresh_token", "refresh_token": grant.refresh}
        try:
            told = self.client.post(PATH, wish | self._app)
        except Refused as exc:
            if exc.code != "invalid_grant":
                text = f"no access token is given; check client_id and client_secret ({exc})"
                raise Unreachable(f"{self.client.source}: {text}.", retry_after=REPAIR) from exc
            self.kept.write(replace(grant, refused_at=self._clock()))
            raise self._ask_for_consent("Atlassian takes our refresh token no more") from exc
        renewed = self._read(told, grant.refresh)
        self.kept.write(renewed)
        return renewed

    def _read(self, told: Any, before: str) -> Grant:
        answer: Mapping[str, Any] = told if isinstance(told, dict) else {}
        access, refresh, life = (answer.get(n) for n in ("access_token", "refresh_token", "expires_in"))
        if not isinstance(access, str) or not access:
            text = f"the answer to {PATH} holds no access token; it will be tried again"
            raise Unreachable(f"{self.client.source}: {text}.", retry_after=REPAIR)
        seconds = float(life) if isinstance(life, int | float) and life > 0 else UNSAID_LIFE
        now = self._clock()
        token = refresh if isinstance(refresh, str) and refresh else before
        return Grant(token, access, now + seconds - min(MARGIN, seconds / 10), now, self.made_for)

    def _ask_for_consent(self, why: str) -> Unreachable:
        """The work waits until somebody has."""
        text = (
            f"{why}; let an administrator run `complaint-gift jira authorise --source {self.client.source}`"
        )
        return Unreachable(f"{self.client.source}: {text}.", retry_after=REPAIR)

    @contextmanager
    def _holding(self) -> Iterator[None]:
        try:
            with self.kept.locked():
                yield
        except OSError as exc:
            text = f"the tokens cannot be kept in {exc.filename}: {exc.strerror}"
            raise Unreachable(f"{self.client.source}: {text}.", retry_after=REPAIR) from exc
