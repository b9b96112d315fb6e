"""What a delivery means, by the admin's description. Nothing in here asks anybody anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    ConversationMerged,
    Event,
    Message,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
)
from complaint_gift.plugin import Delivery, Source, UnknownEvent, Unreadable
from complaint_gift_generic.expression import read_json
from complaint_gift_generic.reading import read_conversation, read_id, read_moment

MESSAGE = "message"
MEANINGS = (MESSAGE, "edited", "redacted", "changed", "deleted", "merged")
# Headers in which helpdesks and their kin name the event. Only these are kept with a delivery.
EVENT_HEADERS = (
    "x-event",
    "x-event-key",
    "x-event-name",
    "x-event-type",
    "x-webhook-event",
    "x-webhook-topic",
    "x-topic",
    "x-github-event",
    "x-gitlab-event",
    "x-gitea-event",
    "x-helpscout-event",
)
_SHOWN = 60


def parse(delivery: Delivery, source: Source) -> list[Event]:
    """Raises Unreadable or UnknownEvent. A knowingly ignored event and our own echo give an empty list."""
    body = read_body(delivery, source)
    meaning = read_meaning(body, delivery.headers, source)
    if meaning is None:
        return []
    where: Mapping[str, Any] = source.settings["conversation"]
    number = read_id(where["id"].find(body))
    if not number:
        raise Unreadable(f"{source.name}: conversation.id ({where['id'].text[:_SHOWN]}) finds no id in it.")
    return _MAKES[meaning](body, number, delivery, source)


def read_body(delivery: Delivery, source: Source) -> Any:
    """The JSON of a delivery; raises Unreadable."""
    try:
        body = read_json(delivery.body)
    except ValueError:
        raise Unreadable(f"{source.name}: the body is not JSON.") from None
    if not isinstance(body, dict | list):
        raise Unreadable(f"{source.name}: the body holds a single value, no event.")
    return body


def read_meaning(body: Any, headers: Mapping[str, str], source: Source) -> str | None:
    """One of MEANINGS, None for what is knowingly ignored; raises Unreadable or UnknownEvent."""
    settings: Mapping[str, Any] = source.settings["event"]
    if not settings["path"] and not settings["header"]:
        return MESSAGE
    found = settings["path"].find(body) if settings["path"] else headers.get(settings["header"])
    name = _name(found)
    if not name:
        where = "path" if settings["path"] else "header"
        raise Unreadable(f"{source.name}: event.{where} finds no name of an event in it.")
    if name in settings["ignored"]:
        return None
    meaning: str | None = settings["means"].get(name)
    if meaning is None:
        shown = name[:_SHOWN].encode("ascii", "replace").decode()
        raise UnknownEvent(
            f"{source.name}: the event {shown!r} stands neither in event.means nor in event.ignored; "
            "add it to one of them."
        )
    return meaning


def _name(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) else ""


def _on_message(body: Any, number: str, delivery: Delivery, source: Source) -> list[Event]:
    """A message was written: the one that event.message names, or whichever is new."""
    conversation = read_conversation(body, source, number, delivery.received_at)
    meant, named = _meant(body, conversation.messages, source)
    if meant is None:
        return [MessageAdded(number, delivery.received_at, message=named)]
    if source.settings["own_author"] and meant.author.id == source.settings["own_author"]:
        return []
    return [MessageAdded(number, meant.sent_at, meant.author.id, meant.id, meant.visibility)]


def _meant(body: Any, messages: tuple[Message, ...], source: Source) -> tuple[Message | None, str]:
    """(the message, its id as far as it is named)."""
    named = source.settings["event"]["message"]
    if named is not None:
        wanted = read_id(named.find(body))
        return next((m for m in messages if m.id == wanted), None) if wanted else None, wanted
    if source.settings["message"]["each"] is None:
        if not messages:
            text = source.settings["message"]["id"].text[:_SHOWN]
            raise Unreadable(f"{source.name}: message.id ({text}) finds no id in it.")
        return messages[0], messages[0].id
    return None, ""


def _on_change(body: Any, number: str, delivery: Delivery, source: Source) -> list[Event]:
    where = source.settings["conversation"]["updated_at"]
    moment = read_moment(where.find(body)) if where else None
    return [ConversationChanged(number, moment or delivery.received_at)]


def _on_edit(body: Any, number: str, delivery: Delivery, source: Source) -> list[Event]:
    return [MessageEdited(number, delivery.received_at, message=_message_id(body, source))]


def _on_redaction(body: Any, number: str, delivery: Delivery, source: Source) -> list[Event]:
    message = _message_id(body, source)
    if not message:
        raise Unreadable(f"{source.name}: no id says which message was removed; see event.message.")
    return [MessageRedacted(number, delivery.received_at, message=message)]


def _message_id(body: Any, source: Source) -> str:
    """The id that event.message names, else that of the one message in the body."""
    named, where = source.settings["event"]["message"], source.settings["message"]
    if named is not None:
        return read_id(named.find(body))
    return read_id(where["id"].find(body)) if where["each"] is None else ""


def _on_deletion(body: Any, number: str, delivery: Delivery, source: Source) -> list[Event]:
    return [ConversationDeleted(number, delivery.received_at)]


def _on_merge(body: Any, number: str, delivery: Delivery, source: Source) -> list[Event]:
    into = read_id(source.settings["conversation"]["merged_into"].find(body))
    if not into or into == number:
        raise Unreadable(f"{source.name}: conversation.merged_into finds no other ticket in it.")
    return [ConversationMerged(number, delivery.received_at, into=into)]


_MAKES: dict[str, Callable[[Any, str, Delivery, Source], list[Event]]] = {
    MESSAGE: _on_message,
    "edited": _on_edit,
    "redacted": _on_redaction,
    "changed": _on_change,
    "deleted": _on_deletion,
    "merged": _on_merge,
}
