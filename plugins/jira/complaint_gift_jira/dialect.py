"""Where Cloud and Data Center differ: the version of the API, how people are named, how texts are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from complaint_gift_jira.adf import make_adf, read_adf
from complaint_gift_jira.clean import Clean
from complaint_gift_jira.ids import mapping, text
from complaint_gift_jira.settings import DATA_CENTER
from complaint_gift_jira.wiki import read_wiki


class Dialect(Protocol):
    """One of the two ways to say the same."""

    @property
    def api(self) -> str:
        """The path before every call of the platform."""

    @property
    def tells_visibility(self) -> bool:
        """Whether comments of the platform say who can read them."""

    @property
    def counts_pages(self) -> bool:
        """Whether the place in a search is a number, not the issue after which the next page begins."""

    def write(self, plain: str, small: str = "") -> Any:
        """A text as the platform wants it, with a last line in small type."""

    def note(self, plain: str) -> str:
        """A text as the service desk wants it."""

    def person(self, name: str) -> dict[str, str]:
        """A reference to a user."""

    def search(self, jql: str, place: str, size: int) -> tuple[str, dict[str, Any]]:
        """(path, body) of a search from `place` on, "" for the beginning."""

    def next_place(self, answer: Mapping[str, Any], place: str) -> str:
        """Where the next page of a search begins, "" after the last one."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """REST v3: documents, accountIds, pages by token."""

    api: str = "/rest/api/3"
    tells_visibility: bool = True
    counts_pages: bool = False

    def write(self, plain: str, small: str = "") -> Any:
        """See Dialect."""
        return make_adf(plain, small)

    def note(self, plain: str) -> str:
        """See Dialect."""
        return plain

    def person(self, name: str) -> dict[str, str]:
        """See Dialect."""
        return {"accountId": name}

    def search(self, jql: str, place: str, size: int) -> tuple[str, dict[str, Any]]:
        """See Dialect. The older address answers 410 since 2025."""
        body = {"jql": jql, "maxResults": size, "fields": ["updated"]}
        return f"{self.api}/search/jql", body | ({"nextPageToken": place} if place else {})

    def next_place(self, answer: Mapping[str, Any], place: str) -> str:
        """See Dialect."""
        return "" if answer.get("isLast") is True else text(answer.get("nextPageToken"))


@dataclass(frozen=True, slots=True)
class OwnServer:
    """REST v2: wiki markup, names, pages by number."""

    api: str = "/rest/api/2"
    tells_visibility: bool = False
    counts_pages: bool = True

    def write(self, plain: str, small: str = "") -> Any:
        """See Dialect."""
        return escape(plain) + (f"\n\n~{escape(small)}~" if small else "")

    def note(self, plain: str) -> str:
        """See Dialect."""
        return escape(plain)

    def person(self, name: str) -> dict[str, str]:
        """See Dialect."""
        return {"name": name}

    def search(self, jql: str, place: str, size: int) -> tuple[str, dict[str, Any]]:
        """See Dialect."""
        start = int(place) if place.isdecimal() and len(place) < 10 else 0
        body = {"jql": jql, "startAt": start, "maxResults": size, "fields": ["updated"]}
        return f"{self.api}/search", body

    def next_place(self, answer: Mapping[str, Any], place: str) -> str:
        """See Dialect."""
        total, start, issues = answer.get("total"), answer.get("startAt"), answer.get("issues")
        if not (isinstance(total, int) and isinstance(start, int) and isinstance(issues, list)):
            return ""
        reached = start + len(issues)
        return str(reached) if issues and reached < total else ""


def dialect_of(settings: Mapping[str, Any]) -> Dialect:
    """By what the configuration says; a guess from an answer could be led astray."""
    return OwnServer() if settings["deployment"] == DATA_CENTER else Cloud()


def read_body(body: Any, *, quotes: bool = True) -> Clean:
    """A text in either markup, as v2 and v3 and webhooks send it; nothing for what is neither."""
    if isinstance(body, str):
        return read_wiki(body, quotes=quotes)
    return read_adf(mapping(body), quotes=quotes) if isinstance(body, dict) else Clean()


def escape(plain: str) -> str:
    """Plain text that wiki markup leaves as it is."""
    return "".join("\\" + letter if letter in "\\{}[]*|!^~?" else letter for letter in plain)
