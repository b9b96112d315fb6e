"""Where a Jira keeps its webhooks and in which shape: as Cloud and Data Center to 9 do it, or as from 10 on.

Data Center 10 moved the address, and what stood beside the events into a `configuration`. Atlassian's pages
do not show that shape whole. The address, `id`, `active` and `configuration` are those of jira.js (server),
which sends filter and `excludeBody` beside it, as n8n does; that the secret is `configuration.SECRET`, and is
ignored in its old place, is reported by somebody who ran it. None of it has been tried by us: unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from complaint_gift.plugin import Refused, Source
from complaint_gift_jira.api import Jira, Json
from complaint_gift_jira.ids import mapping, read_number, rows, text
from complaint_gift_jira.settings import DATA_CENTER

FILTER = "issue-related-events-section"
MOVED = 10


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook. `query` is None where Jira does not say what narrows it."""

    number: str
    name: str
    url: str
    events: tuple[str, ...]
    query: str | None
    exclude_body: bool = False
    enabled: bool = True


class Register(Protocol):
    """One of the two shapes, and where it is spoken."""

    @property
    def path(self) -> str:
        """The address of all webhooks."""

    def read(self, told: Json) -> Hook:
        """A webhook as Jira tells it."""

    def write(self, hook: Hook, secret: str) -> dict[str, Any]:
        """A webhook as Jira wants it; without a secret nothing is said of one."""


@dataclass(frozen=True, slots=True)
class Classic:
    """Cloud, and Data Center to 9."""

    path: str = "/rest/webhooks/1.0/webhook"

    def read(self, told: Json) -> Hook:
        """See Register. Only the address of the webhook itself holds its number."""
        number = text(told.get("self")).rstrip("/").rpartition("/")[2]
        return Hook(
            number if number.isascii() and number.isdigit() else "",
            text(told.get("name")), text(told.get("url")), _read_events(told),
            text(mapping(told.get("filters")).get(FILTER)).strip(),
            told.get("excludeBody") is True, told.get("enabled") is not False,
        )  # fmt: skip

    def write(self, hook: Hook, secret: str) -> dict[str, Any]:
        """See Register."""
        return {
            "name": hook.name, "url": hook.url, "events": list(hook.events),
            "filters": {FILTER: hook.query or ""}, "excludeBody": hook.exclude_body, "enabled": hook.enabled,
        } | ({"secret": secret} if secret else {})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """Data Center from 10 on."""

    path: str = "/rest/jira-webhook/1.0/webhooks"

    def read(self, told: Json) -> Hook:
        """See Register. A filter may be left unsaid; what is not ours is dropped when it comes in."""
        kept = mapping(told.get("configuration"))
        filters = told.get("filters")
        return Hook(
            read_number(told.get("id")), text(told.get("name")), text(told.get("url")), _read_events(told),
            text(mapping(filters).get(FILTER)).strip() if isinstance(filters, dict) else None,
            str(kept.get("EXCLUDE_BODY", "")).casefold() == "true", told.get("active") is not False,
        )  # fmt: skip

    def write(self, hook: Hook, secret: str) -> dict[str, Any]:
        """See Register."""
        kept = {"EXCLUDE_BODY": "true" if hook.exclude_body else "false"}
        return {
            "name": hook.name, "url": hook.url, "events": list(hook.events), "active": hook.enabled,
            "filters": {FILTER: hook.query or ""}, "excludeBody": hook.exclude_body,
            "configuration": kept | ({"SECRET": secret} if secret else {}),
        }  # fmt: skip


def open_register(source: Source, api: Jira) -> Register:
    """By what Jira says of its version; raises Refused or Unreachable."""
    if source.settings["deployment"] != DATA_CENTER:
        return Classic()
    told = api.part(api.get(f"{api.dialect.api}/serverInfo"), "its version")
    numbers = told.get("versionNumbers")
    major = (
        numbers[0] if isinstance(numbers, list) and numbers else text(told.get("version")).partition(".")[0]
    )
    return Moved() if str(major).isdecimal() and int(major) >= MOVED else Classic()


def place_of(register: Register, hook: Hook, source: Source) -> str:
    """The address of one webhook; raises Refused where it has none."""
    if not hook.number:
        text_ = "a webhook of ours has no number; remove it by hand in System, WebHooks"
        raise Refused(f"{source.name}: {text_}.")
    return f"{register.path}/{hook.number}"


def _read_events(told: Mapping[str, Any]) -> tuple[str, ...]:
    events = told.get("events")
    return tuple(sorted(one for one in events if isinstance(one, str))) if isinstance(events, list) else ()


def list_hooks(register: Register, api: Jira) -> list[Hook]:
    """All webhooks, the oldest first; raises Refused or Unreachable."""
    found = [register.read(one) for one in rows(api.listed(register.path))]
    return sorted(found, key=lambda hook: (len(hook.number), hook.number))
