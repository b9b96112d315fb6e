"""Our webhook in Jira: what it shall look like, and which of those that are there is ours."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs, quote, urlsplit

from complaint_gift.plugin import Source
from complaint_gift_jira.register import Hook
from complaint_gift_jira.settings import DATA_CENTER, projects_jql

NAME = "Complaint Gift"
EVENTS = (
    "comment_created", "comment_deleted", "comment_updated", "jira:issue_created", "jira:issue_deleted",
    "jira:issue_updated",
)  # fmt: skip


def wanted(source: Source, endpoint: str) -> Hook:
    """The webhook to create or to align an existing one with; its secret is not in here."""
    query = projects_jql(source.settings)
    return Hook("", f"{NAME} ({source.name})", endpoint, tuple(sorted(EVENTS)), query)


def is_signed(source: Source) -> bool:
    """Whether a signature is what this source trusts; else a token in the address is."""
    settings = source.settings
    signs = bool(settings["signing_secrets"] or settings["signing_secret_file"])
    return signs or not (settings["deployment"] == DATA_CENTER and settings["url_tokens"])


def address(source: Source, endpoint: str) -> str:
    """Where the webhook shall lead, the token that it may need included."""
    if is_signed(source):
        return endpoint
    return f"{endpoint}?token={quote(source.settings['url_tokens'][0], safe='')}"


def find_ours(hooks: Iterable[Hook], source: Source, endpoint: str) -> tuple[list[Hook], list[Hook]]:
    """(to this endpoint, elsewhere under our name) among all webhooks.

    Without an endpoint all go by the name. What is elsewhere may belong to another installation.
    """
    every = list(hooks)
    named = [hook for hook in every if hook.name == f"{NAME} ({source.name})"]
    if not endpoint:
        return named, []
    return (
        [hook for hook in every if plain(hook) == endpoint],
        [hook for hook in named if plain(hook) != endpoint],
    )


def differences(hook: Hook, wish: Hook) -> list[str]:
    """The words for what is not as wanted."""
    told = {
        "name": hook.name == wish.name,
        "url": hook.url == wish.url,
        "events": hook.events == wish.events,
        "filters": hook.query is None or hook.query == wish.query,
        "excludeBody": hook.exclude_body == wish.exclude_body,
        "enabled": hook.enabled == wish.enabled,
    }
    return [name for name, is_right in told.items() if not is_right]


def plain(hook: Hook) -> str:
    """The address without a token."""
    return hook.url.partition("?")[0]


def token_of(hook: Hook) -> str:
    """The token in the address, "" without one."""
    return next(iter(parse_qs(urlsplit(hook.url).query).get("token", ())), "")
