"""Our webhook in Jira: what it shall look like, and which of those that are there is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaint_gift.plugin import Refused, Source
from complaint_gift_jira.api import Jira, Json
from complaint_gift_jira.ids import mapping, rows, text
from complaint_gift_jira.settings import DATA_CENTER

HOOKS = "/rest/webhooks/1.0/webhook"
NAME = "Complaint Gift"
FILTER = "issue-related-events-section"
EVENTS = (
    "comment_created", "comment_deleted", "comment_updated", "jira:issue_created", "jira:issue_deleted",
    "jira:issue_updated",
)  # fmt: skip


def wanted(source: Source, endpoint: str) -> dict[str, Any]:
    """The webhook to create or to align an existing one with; its secret is not in here."""
    projects = source.settings["projects"]
    return {
        "name": f"{NAME} ({source.name})",
        "url": endpoint,
        "events": sorted(EVENTS),
        "filters": {FILTER: f"project in ({', '.join(projects)})" if projects else ""},
        "excludeBody": False,
        "enabled": True,
    }


def is_signed(source: Source) -> bool:
    """Whether a signature is what this source trusts; else a token in the address is."""
    settings = source.settings
    signs = bool(settings["signing_secrets"] or settings["signing_secret_file"])
    return signs or not (settings["deployment"] == DATA_CENTER and settings["url_tokens"])


def address(source: Source, endpoint: str) -> str:
    """Where the webhook shall lead, the token that it may need included."""
    return endpoint if is_signed(source) else f"{endpoint}?token={source.settings['url_tokens'][0]}"


def find_ours(api: Jira, source: Source, endpoint: str) -> tuple[list[Json], list[Json]]:
    """(to this endpoint, elsewhere under our name) among the admin webhooks, the oldest first.

    Without an endpoint all go by the name. What is elsewhere may belong to another installation.
    """
    hooks = sorted(rows(api.listed(HOOKS)), key=lambda hook: text(hook.get("self")))
    named = [hook for hook in hooks if hook.get("name") == f"{NAME} ({source.name})"]
    if not endpoint:
        return named, []
    return (
        [hook for hook in hooks if _plain(hook) == endpoint],
        [hook for hook in named if _plain(hook) != endpoint],
    )


def number_of(hook: Json, source: Source) -> str:
    """Its id; only the address of the webhook itself names it."""
    number = text(hook.get("self")).rstrip("/").rpartition("/")[2]
    if not (number.isascii() and number.isdigit()):
        raise Refused(
            f"{source.name}: a webhook of ours has no number; remove it by hand in System, WebHooks."
        )
    return number


def differences(hook: Json, wish: Mapping[str, Any]) -> list[str]:
    """The names of what is not as wanted."""

    def value(of: Mapping[str, Any], name: str) -> Any:
        found = of.get(name)
        if name == "events":
            return sorted(found or [])
        if name == "filters":
            return text(mapping(found).get(FILTER)).strip()
        return found if found is not None else wish.get(name) if name in ("excludeBody", "enabled") else ""

    return [name for name in wish if value(hook, name) != value(wish, name)]


def _plain(hook: Json) -> str:
    """The address without a token."""
    return text(hook.get("url")).partition("?")[0]
