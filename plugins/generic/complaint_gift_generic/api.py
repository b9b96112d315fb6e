"""Asking the helpdesk, where the configuration says how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from complaint_gift.client import Basic, Client, Credentials
from complaint_gift.domain import Conversation
from complaint_gift.plugin import Refused, Source, Unreachable
from complaint_gift_generic.journal import FileJournal, Journal, MemoryJournal
from complaint_gift_generic.paging import list_in, next_page, with_list
from complaint_gift_generic.reading import read_conversation, read_id
from complaint_gift_generic.template import fill_path
from complaint_gift_generic.writing import Wish

MOST_PAGES = 100


class Unclear(Unreachable):
    """It was taken, but the answer does not tell what became of it."""


class Helpdesk:
    """One helpdesk over REST. Every method raises Refused or Unreachable."""

    def __init__(self, source: Source, client: Client | None, journal: Journal | None = None) -> None:
        self.source = source
        self.client = client
        self.journal = journal or MemoryJournal()

    def document(self, number: str) -> Any:
        """What `fetch` makes of the answers, None when the conversation is gone."""
        fetch: Mapping[str, Any] | None = self.source.settings["fetch"]
        if fetch is None or self.client is None:
            text = "the configuration does not say how to fetch a conversation; add fetch"
            raise Refused(f"{self.source.name}: {text}.")
        found = {}
        for name, path in fetch["parts"].items():
            try:
                asked = fill_path(path, {"conversation": number})
                found[name] = self._whole(self.client, asked, fetch["pages"].get(name))
            except Refused as exc:
                if exc.status in (404, 410):
                    return None
                raise
        # One part alone is the document itself; several stand beside each other under their names.
        whole = found if fetch["shape"] or len(found) > 1 else next(iter(found.values()))
        return fetch["shape"].find(whole) if fetch["shape"] else whole

    def _whole(self, client: Client, path: str, pages: Mapping[str, Any] | None) -> Any:
        """The answer, its list with the items of all its further pages."""
        first = page = client.get(path)
        if pages is None:
            return first
        items, seen = list_in(first, pages["items"]), {path}
        while (further := next_page(path, pages, page, client)) is not None:
            if further in seen or len(seen) >= MOST_PAGES:
                why = "come round again" if further in seen else f"are more than {MOST_PAGES}"
                raise Unreachable(f"{self.source.name}: the pages of {path} {why}; check fetch.pages.")
            seen.add(further)
            page = client.get(further)
            items += list_in(page, pages["items"])
        return with_list(first, pages["items"], items)

    def probe(self) -> list[str]:
        """What is wrong, as far as the configuration says how to look; raises Refused or Unreachable."""
        api: Mapping[str, Any] | None = self.source.settings["api"]
        if self.client is None or api is None or api["probe"] is None:
            return []
        probe = api["probe"]
        answer = self.client.get(probe["path"])
        if probe["holds"] is None or probe["holds"].holds(answer):
            return []
        told = f"the answer of {self.client.base_url}{probe['path']} does not fulfil {probe['holds'].text}"
        return [f"{told}; check base_url, the user and api.probe."]

    def conversation(self, number: str) -> Conversation | None:
        """The conversation as it is now, None when it is gone."""
        document = self.document(number)
        if document is None:
            return None
        there = read_id(self.source.settings["conversation"]["id"].find(document))
        if there != number:
            text = f"the answer about ticket {number} is not about it; check fetch and conversation.id"
            raise Unreachable(f"{self.source.name}: {text}.")
        return read_conversation(document, self.source, number)

    def do(self, wish: Wish) -> Any:
        """The JSON of the answer, None for an empty one."""
        if self.client is None:
            raise Refused(f"{self.source.name}: the configuration does not say where the helpdesk answers.")
        answer = self.client.send(wish.method, wish.path, body=wish.body)
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except ValueError:
            text = f"the answer to {wish.method} {wish.path} is not JSON"
            raise Unclear(f"{self.source.name}: {text}; nobody can tell whether it was done.") from None


class Schemed:
    """A fixed token after a word of the helpdesk's choice, such as "Token"."""

    def __init__(self, scheme: str, token: str) -> None:
        self._header = f"{scheme} {token}"

    def header(self) -> str:
        """The Authorization header."""
        return self._header

    def renew(self, rejected: str) -> bool:
        """A fixed token does not change by asking again."""
        return False


class KeyedClient(Client):
    """A client whose key stands in a header of its own, also after a fork has opened a new session."""

    def __init__(self, base_url: str, *, source: str, name: str, key: str) -> None:
        self._named = {name: key}
        super().__init__(base_url, source=source)

    def _open_session(self) -> requests.Session:
        session = super()._open_session()
        session.headers.update(self._named)
        return session


def connect(source: Source, journal: Journal | None = None) -> Helpdesk:
    """A client for this source; one without `api` can be asked nothing."""
    if journal is None:
        journal = FileJournal(source.folder / "written") if source.folder else MemoryJournal()
    api: Mapping[str, Any] | None = source.settings["api"]
    return Helpdesk(source, _client(source.name, api) if api else None, journal)


def _client(name: str, api: Mapping[str, Any]) -> Client:
    auth, address = api["auth"], api["base_url"]
    if auth["kind"] == "header":
        return KeyedClient(address, source=name, name=auth["header"], key=auth["password"])
    credentials: Credentials
    if auth["kind"] == "basic":
        credentials = Basic(auth["user"], auth["password"])
    else:
        credentials = Schemed(auth["scheme"], auth["password"])
    return Client(address, source=name, credentials=credentials)
