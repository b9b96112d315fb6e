"""Event webhooks as Zendesk sends them: ids are strings, enums are upper case, empty is null."""

from __future__ import annotations

import json
import uuid
from typing import Any

from complaint_gift.demo.standin.desk import Json, Records, iso, make_ulid

VERSION = "2022-11-06"
PREFIX = "zen:event-type:"

_TICKET_NAMES = """
    agent_assignment_changed attachment_linked_to_comment attachment_redacted_from_comment brand_changed
    comment_added comment_made_private comment_redacted created csat_received csat_requested
    custom_field_changed custom_status_changed description_changed email_ccs_changed external_id_changed
    followers_changed form_changed group_assignment_changed marked_as_spam merged next_sla_breach_changed
    ola_policy_changed organization_changed permanently_deleted priority_changed problem_link_changed
    requester_changed schedule_changed sla_policy_changed soft_deleted status_changed subject_changed
    submitter_changed tags_changed task_due_at_changed type_changed undeleted
""".split()  # noqa: SIM905 - reads better than forty quoted strings
TICKET_EVENTS = frozenset(PREFIX + "ticket." + name for name in _TICKET_NAMES) | {
    PREFIX + "messaging_ticket.message_added"
}
USER_EVENTS = frozenset(PREFIX + name for name in ("user.created", "user.deleted", "user.active_changed"))
CONDITIONAL = "conditional_ticket_events"


def is_subscribable(name: str) -> bool:
    """True for an event type that exists; invented names such as `ticket.updated` are refused."""
    return name in TICKET_EVENTS or name in USER_EVENTS or name == CONDITIONAL


def describe_ticket(ticket: Json, actor_id: int) -> Json:
    """The `detail` of a ticket event."""
    return {
        "actor_id": str(actor_id),
        "assignee_id": _text(ticket["assignee_id"]),
        "brand_id": _text(ticket["brand_id"]),
        "created_at": ticket["created_at"],
        "custom_status": _text(ticket["custom_status_id"]),
        "description": ticket["description"],
        "external_id": ticket["external_id"],
        "form_id": _text(ticket["ticket_form_id"]),
        "group_id": _text(ticket["group_id"]),
        "id": str(ticket["id"]),
        "is_public": ticket["is_public"],
        "organization_id": _text(ticket["organization_id"]),
        "priority": _upper(ticket["priority"]),
        "requester_id": _text(ticket["requester_id"]),
        "status": _upper(ticket["status"]),
        "subject": ticket["subject"],
        "submitter_id": _text(ticket["submitter_id"]),
        "tags": list(ticket["tags"]),
        "type": _upper(ticket["type"]),
        "updated_at": ticket["updated_at"],
        "via": {"channel": "web_service" if ticket["via"]["channel"] == "api" else ticket["via"]["channel"]},
    }


def announce(
    records: Records, account_id: int, ticket: Json, actor_id: int, happened: list[tuple[str, Json]]
) -> None:
    """Queue one invocation for every active webhook that subscribed to what happened.

    `happened` is a list of (name without prefix, `event` object); all share one `meta.sequence.id`.
    """
    sequence = make_ulid(records.now)
    webhooks = [hook for hook in records.find("webhook") if hook["status"] == "active"]
    for position, (name, event) in enumerate(happened, start=1):
        full = PREFIX + name
        subscribers = [hook for hook in webhooks if full in hook["subscriptions"]]
        if not subscribers:
            continue
        meta = {"sequence": {"id": sequence, "position": position}}
        body = {
            "account_id": account_id,
            "detail": describe_ticket(ticket, actor_id),
            "event": {**event, "meta": meta},
            "id": str(uuid.uuid4()),
            "subject": f"zen:ticket:{ticket['id']}",
            "time": iso(records.now)[:-1] + f".{int(records.now % 1 * 1e9):09d}Z",
            "type": full,
            "zendesk_event_version": VERSION,
        }
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        for hook in subscribers:
            records.queue(hook["id"], str(ticket["id"]), full, raw)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _upper(value: str | None) -> str | None:
    return None if value is None else value.upper()
