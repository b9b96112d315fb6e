"""Our webhook in Zendesk: what it shall look like, and which of those that are there is ours."""

from __future__ import annotations

from typing import Any

from complaint_gift.plugin import Source
from complaint_gift_zendesk.api import API, Json, Zendesk
from complaint_gift_zendesk.parse import HANDLED

CONDITIONAL = "conditional_ticket_events"
NAME = "Complaint Gift"


def wanted(source: Source, endpoint: str) -> dict[str, Any]:
    """The `webhook` object to create or to align an existing one with."""
    return {
        "name": f"{NAME} ({source.name})",
        "description": "Tells Complaint Gift what happens in tickets; made by its `zendesk install`.",
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": sorted(HANDLED),
    }


def find_ours(api: Zendesk, source: Source, endpoint: str) -> tuple[list[Json], list[Json]]:
    """(to this endpoint, elsewhere under our name) among the event webhooks, the oldest first.

    Without an endpoint all go by the name. What is elsewhere may belong to another installation that serves
    a source of the same name. A webhook that triggers call cannot be subscribed to events and is somebody's
    choice: it is left alone.
    """
    hooks = [
        hook
        for hook in api.everything("/webhooks", "webhooks")
        if CONDITIONAL not in (hook.get("subscriptions") or [])
    ]
    hooks.sort(key=lambda hook: str(hook.get("created_at")))
    named = [hook for hook in hooks if hook.get("name") == f"{NAME} ({source.name})"]
    if not endpoint:
        return named, []
    return (
        [hook for hook in hooks if hook.get("endpoint") == endpoint],
        [hook for hook in named if hook.get("endpoint") != endpoint],
    )


def differences(hook: Json, wish: Json) -> list[str]:
    """The names of what is not as wanted."""

    def value(of: Json, name: str) -> Any:
        found = of.get(name)
        return sorted(found or []) if name == "subscriptions" else found or ""

    return [name for name in wish if value(hook, name) != value(wish, name)]


def read_secret(api: Zendesk, number: str, *, renew: bool = False) -> str:
    """Its signing secret, a new one if wished. Never to be logged."""
    path = f"{API}/webhooks/{number}/signing_secret"
    answer = api.client.post(path, {}) if renew else api.client.get(path)
    return str(api.part(answer, "signing_secret").get("secret") or "")


def count_failures(api: Zendesk, number: str) -> tuple[int, int]:
    """(failed, all) of the latest deliveries that Zendesk remembers, at most a hundred."""
    answer = api.client.get(f"{API}/webhooks/{number}/invocations", {"page[size]": 100})
    rows = api.rows(answer, "invocations") if isinstance(answer, dict) else []
    failed = [row for row in rows if row.get("status") not in ("success", "pending", "waiting", None)]
    return len(failed), len(rows)
