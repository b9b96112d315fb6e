"""The few calls that we make, with answers taken apart no further than to the object that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from complaint_gift.client import (
    Basic,
    Client,
    ClientCredentials,
    Credentials,
    FileCache,
    MemoryCache,
    TokenCache,
)
from complaint_gift.plugin import Refused, Source, Unreachable
from complaint_gift_zendesk.settings import base_url

Json = Mapping[str, Any]
API = "/api/v2"
PAGE = 100
MOST_PAGES = 60
_log = structlog.get_logger(__name__)


def connect(source: Source, *, scope: str = "", cache: TokenCache | None = None) -> Zendesk:
    """A client for this source. `scope` other than the configured one gets a token of its own."""
    settings, address = source.settings, base_url(source.settings)
    if settings["api_token"]:
        credentials: Credentials = Basic(f"{settings['email']}/token", settings["api_token"])
    else:
        credentials = ClientCredentials(
            Client(address, source=source.name),
            "/oauth/tokens",
            client_id=settings["client_id"],
            client_secret=settings["client_secret"],
            scope=scope or settings["scope"],
            cache=cache or make_cache(source),
        )
    return Zendesk(Client(address, source=source.name, credentials=credentials))


def make_cache(source: Source) -> TokenCache:
    """One token for all processes where there is a folder: a forked worker lives for one job only."""
    return FileCache(source.folder / "token.json") if source.folder else MemoryCache()


class Zendesk:
    """One account over REST. Every method raises Refused or Unreachable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._brands: dict[str, str] = {}

    @property
    def source(self) -> str:
        """The name of the source, for sentences."""
        return self.client.source

    def ticket(self, number: str) -> Json | None:
        """The ticket, None when it is gone."""
        try:
            answer = self.client.get(f"{API}/tickets/{number}")
        except Refused as exc:
            if is_gone(exc):
                return None
            raise
        ticket = self.part(answer, "ticket")
        return None if ticket.get("status") == "deleted" else ticket

    def comments(self, number: str) -> tuple[list[Json], dict[str, Json]]:
        """All comments, the newest first, and the users who wrote them by id."""
        comments: list[Json] = []
        users: dict[str, Json] = {}
        query = {"include": "users", "sort": "-created_at"}
        for page in self._pages(f"{API}/tickets/{number}/comments", query):
            comments += self.rows(page, "comments")
            users |= {str(user.get("id")): user for user in self.rows(page, "users", required=False)}
        return comments, users

    def conversation_log(self, number: str) -> list[Json]:
        """The events of a ticket from messaging, whose messages are no comments."""
        path = f"{API}/tickets/{number}/conversation_log"
        return [event for page in self._pages(path, {}) for event in self.rows(page, "events")]

    def audits(self, number: str) -> Iterator[Json]:
        """What happened to the ticket, in the order in which Zendesk gives it."""
        for page in self._pages(f"{API}/tickets/{number}/audits", {}):
            yield from self.rows(page, "audits")

    def update(self, number: str, wish: Json) -> Json:
        """Change a ticket; gives the audit of this change."""
        answer = self.client.send("PUT", f"{API}/tickets/{number}", body={"ticket": wish})
        ignored = answer.headers.get("x-zendesk-api-warn")
        if ignored:
            _log.error("zendesk ignored a part of our request", source=self.source, warning=ignored[:300])
        try:
            return self.part(answer.json(), "audit")
        except ValueError:
            raise Unreachable(f"{self.source}: the answer to an update is not JSON.") from None

    def change_tags(self, method: str, number: str, tags: list[str], stamp: str) -> None:
        """PUT adds, DELETE removes; Refused 409 when the ticket is no longer the one of `stamp`."""
        body = {"tags": tags, "updated_stamp": stamp, "safe_update": "true"}
        self.client.ask(method, f"{API}/tickets/{number}/tags", body=body)

    def hide_comment(self, number: str, comment: str) -> None:
        """Make a public comment private."""
        self.client.ask("PUT", f"{API}/tickets/{number}/comments/{comment}/make_private")

    def brand_name(self, number: str) -> str:
        """Its name, or its id when we may not see it; asked for once."""
        if number and number not in self._brands:
            try:
                brand = self.part(self.client.get(f"{API}/brands/{number}"), "brand")
                self._brands[number] = str(brand.get("name") or number)
            except Refused:
                self._brands[number] = number
        return self._brands.get(number, "")

    def changed(self, query: Json) -> Json:
        """One page of the incremental export of tickets."""
        answer = self.client.get(f"{API}/incremental/tickets/cursor", query)
        if not isinstance(answer, dict):
            raise self._strange("the incremental export")
        return answer

    def everything(self, path: str, name: str, query: Json | None = None) -> list[Json]:
        """All rows of a list."""
        return [row for page in self._pages(API + path, query or {}) for row in self.rows(page, name)]

    def _pages(self, path: str, query: Json) -> Iterator[Json]:
        """Cursor pages. The address of the next page is never followed: it could lead anywhere."""
        after: Any = None
        for _ in range(MOST_PAGES):
            answer = self.client.get(
                path, {**query, "page[size]": PAGE} | ({"page[after]": after} if after else {})
            )
            if not isinstance(answer, dict):
                raise self._strange(path)
            yield answer
            meta = answer.get("meta")
            after = meta.get("after_cursor") if isinstance(meta, dict) and meta.get("has_more") else None
            if not isinstance(after, str) or not after:
                return

    def part(self, answer: Any, name: str) -> Json:
        """The object under `name`."""
        found = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise self._strange(name)
        return found

    def rows(self, answer: Json, name: str, *, required: bool = True) -> list[Json]:
        """The objects in the list under `name`."""
        found = answer.get(name)
        if not isinstance(found, list):
            if required:
                raise self._strange(name)
            return []
        return [row for row in found if isinstance(row, dict)]

    def _strange(self, what: str) -> Unreachable:
        return Unreachable(
            f"{self.source}: the answer about {what} has an unknown shape; it will be tried again."
        )


def is_gone(exc: Refused) -> bool:
    """A 404 for a wrong id; the 404 of an address that the plan lacks is another matter."""
    return exc.status == 404 and exc.code != "InvalidEndpoint"
