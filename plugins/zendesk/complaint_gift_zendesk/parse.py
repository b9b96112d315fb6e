"""What a delivery means. Events are bells: only ids are read here, the texts come by REST.

Two kinds of body come in: events that a webhook subscribed to, and the ids that a trigger sends where event
webhooks cannot be used. Nothing in here asks anybody anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    ConversationMerged,
    Event,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    PersonErased,
    Visibility,
)
from complaint_gift.plugin import Delivery, Source, UnknownEvent, Unreadable

PREFIX = "zen:event-type:"
_TICKET = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}", re.ASCII)
_SUBJECT = re.compile(r"zen:(?:ticket|user):(\d{1,20})", re.ASCII)

IGNORED = frozenset(
    PREFIX + name
    for name in (
        "ticket.attachment_linked_to_comment",  # we keep no attachments
        "ticket.attachment_redacted_from_comment",  # so there is none to remove
        "ticket.csat_requested",  # only the answer says something
        "ticket.custom_field_changed",  # our checkboxes set tags, and tags_changed reports those
        "ticket.custom_status_changed",  # status_changed reports what matters to a clock
        "ticket.email_ccs_changed",  # who reads along changes no verdict
        "ticket.external_id_changed",  # another system's number
        "ticket.followers_changed",  # colleagues who read along
        "ticket.next_sla_breach_changed",  # our clocks are our own
        "ticket.ola_policy_changed",  # the same
        "ticket.organization_changed",  # we know people, not organisations
        "ticket.problem_link_changed",  # how tickets hang together does not concern us
        "ticket.schedule_changed",  # our calendar is our own
        "ticket.sla_policy_changed",  # our clocks are our own
        "ticket.submitter_changed",  # who typed the ticket in; the requester is the one who speaks
        "ticket.task_due_at_changed",  # a task's date, no promise to a customer
        "ticket.type_changed",  # problem, incident, question, task: all may be complaints
        "user.active_changed",  # comes before deletion and after it; user.deleted is the one that counts
        "user.created",  # we learn of people when they write
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event, taken apart as far as all have it. `ticket` is "" only for events about users."""

    source: Source
    name: str
    ticket: str
    actor: str
    at: datetime | None
    detail: Mapping[str, Any]
    event: Mapping[str, Any]

    @property
    def comment(self) -> Mapping[str, Any]:
        """`event.comment`, empty where there is none."""
        return _mapping(self.event.get("comment"))

    @property
    def is_own(self) -> bool:
        """First loop guard: what our bot wrote or changed is no news. Deletions count whoever made them."""
        bot = self.source.settings["bot_user_id"]
        return bot in (self.actor, read_id(_mapping(self.comment.get("author")).get("id")))


def on_comment_added(told: Told) -> list[Event]:
    """Second loop guard: internal notes are not answered, so no note of ours can ever cause another one."""
    visibility = _read_visibility(told.comment.get("is_public"))
    if visibility is Visibility.INTERNAL:
        return []
    message = read_id(told.comment.get("id"))
    return [MessageAdded(told.ticket, told.at, told.actor, message=message, visibility=visibility)]


def on_message_added(told: Told) -> list[Event]:
    """A message in messaging. Bots and triggers answer by themselves: nobody is to be advised about those."""
    actor = _mapping(told.event.get("actor"))
    if actor.get("type") in ("system", "trigger"):
        return []
    message = read_id(_mapping(told.event.get("message")).get("id"))
    who = read_id(actor.get("id"))
    if who == told.source.settings["bot_user_id"]:
        return []
    return [MessageAdded(told.ticket, told.at, who, message=message, visibility=Visibility.PUBLIC)]


def on_created(told: Told) -> list[Event]:
    """The first comment is a message, but the event names no comment: which one it is, REST tells."""
    return [
        ConversationChanged(told.ticket, told.at, told.actor, what="created"),
        MessageAdded(told.ticket, told.at, told.actor),
    ]


def on_comment_made_private(told: Told) -> list[Event]:
    """An edit: the words stay, who can read them changes. Zendesk tells nobody of the other direction."""
    return [MessageEdited(told.ticket, told.at, told.actor, message=read_id(told.comment.get("id")))]


def on_comment_redacted(told: Told) -> list[Event]:
    """Zendesk documents its name, not its contents: `message` is "" where no comment is named."""
    return [MessageRedacted(told.ticket, told.at, told.actor, message=read_id(told.comment.get("id")))]


def on_merged(told: Told) -> list[Event]:
    """About the ticket that ends; `into` is "" where `target_ticket_id`, documented nowhere, is missing."""
    into = _read_ticket(told.event.get("target_ticket_id"))
    return [ConversationMerged(told.ticket, told.at, told.actor, into=into)]


def on_deleted(told: Told) -> list[Event]:
    return [ConversationDeleted(told.ticket, told.at, told.actor)]


def on_marked_as_spam(told: Told) -> list[Event]:
    """As good as deleted; for this reason the core also resolves what had escalated."""
    return [ConversationDeleted(told.ticket, told.at, told.actor, reason="spam")]


def on_user_deleted(told: Told) -> list[Event]:
    """The id stands in `detail`, or else in `subject` as zen:user:<id>; without both nobody is erased."""
    found = _SUBJECT.fullmatch(str(told.detail.get("subject") or ""))
    person = read_id(told.detail.get("id")) or (found[1] if found else "")
    return [PersonErased("", told.at, told.actor, person=person)] if person else []


def on_change(what: str) -> Callable[[Told], list[Event]]:
    """A handler for an event after which the ticket has to be looked at again."""
    return lambda told: [ConversationChanged(told.ticket, told.at, told.actor, what=what)]


# Texts that go and tickets that move on are followed whoever caused it, our own bot included.
_FOLLOWED: dict[str, Callable[[Told], list[Event]]] = {
    "ticket.comment_redacted": on_comment_redacted,
    "ticket.marked_as_spam": on_marked_as_spam,
    "ticket.merged": on_merged,
    "ticket.permanently_deleted": on_deleted,
    "ticket.soft_deleted": on_deleted,
    "user.deleted": on_user_deleted,
}
_NEWS: dict[str, Callable[[Told], list[Event]]] = {
    "messaging_ticket.message_added": on_message_added,
    "ticket.agent_assignment_changed": on_change("assignee"),
    "ticket.brand_changed": on_change("brand"),
    "ticket.comment_added": on_comment_added,
    "ticket.comment_made_private": on_comment_made_private,
    "ticket.created": on_created,
    "ticket.csat_received": on_change("rating"),
    "ticket.description_changed": on_change("description"),
    "ticket.form_changed": on_change("form"),
    "ticket.group_assignment_changed": on_change("group"),
    "ticket.priority_changed": on_change("priority"),
    "ticket.requester_changed": on_change("requester"),
    "ticket.status_changed": on_change("status"),
    "ticket.subject_changed": on_change("subject"),
    "ticket.tags_changed": on_change("tags"),
    "ticket.undeleted": on_change("undeleted"),
}
_HANDLERS = {PREFIX + name: handler for name, handler in (_FOLLOWED | _NEWS).items()}
HANDLED = frozenset(_HANDLERS)


def parse(delivery: Delivery, source: Source) -> list[Event]:
    """See Plugin.parse."""
    body = _read_body(delivery.body, source)
    if "type" not in body and "ticket_id" in body:
        return _parse_trigger(body, source)
    name = body.get("type")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Unreadable(f"{source.name}: the body names no event type; is the webhook subscribed to events?")
    if name in IGNORED:
        return []
    handler = _HANDLERS.get(name)
    if handler is None:
        raise UnknownEvent(f"{source.name}: the event {name} is not known here; take it out of the webhook.")
    told = _take_apart(name, body, source)
    if told.is_own and name.removeprefix(PREFIX) not in _FOLLOWED:
        return []
    return handler(told)


def _parse_trigger(body: Mapping[str, Any], source: Source) -> list[Event]:
    """A trigger sends ids only. Fourth loop guard: its condition leaves out what came through the API."""
    ticket = _read_ticket(body.get("ticket_id"))
    if not ticket:
        raise Unreadable(f"{source.name}: the trigger sends no ticket_id; compare its body with the README.")
    return [MessageAdded(ticket, read_moment(body.get("updated_at")))]


def _take_apart(name: str, body: Mapping[str, Any], source: Source) -> Told:
    detail, event = _mapping(body.get("detail")), _mapping(body.get("event"))
    subject = str(body.get("subject") or "")
    about_user = name.startswith(PREFIX + "user.")
    named = _SUBJECT.fullmatch(subject)
    ticket = "" if about_user else _read_ticket(detail.get("id")) or (_read_ticket(named[1]) if named else "")
    if not ticket and not about_user:
        raise Unreadable(f"{source.name}: {name} names no ticket; nothing can be looked up.")
    if about_user:
        detail = {**detail, "subject": subject}
    at = read_moment(body.get("time"))
    return Told(source, name, ticket, read_id(detail.get("actor_id")), at, detail, event)


def _read_body(raw: bytes, source: Source) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable(f"{source.name}: the body is not JSON; is the webhook set to JSON?") from None
    if not isinstance(body, dict):
        raise Unreadable(f"{source.name}: the body is JSON, but no object; is the webhook ours?")
    return body


def read_id(value: Any) -> str:
    """An id as text, "" for what is none. Events send text, some senders numbers; "0" stands for nobody."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) and text != "0" else ""


def read_moment(value: Any) -> datetime | None:
    """A time with offset as UTC, None for what is none; nanoseconds are cut."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _read_ticket(value: Any) -> str:
    """Only digits: the id becomes part of an address."""
    text = read_id(value)
    return text if _TICKET.fullmatch(text) else ""


def _read_visibility(value: Any) -> Visibility:
    known = {"true": Visibility.PUBLIC, "false": Visibility.INTERNAL}
    return known.get(str(value).casefold(), Visibility.UNKNOWN)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
