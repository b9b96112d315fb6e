"""What we change in Zendesk: once for a mark, never in public, never over somebody else's change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Published, Receipt, Refused, Source, Unreachable
from complaint_gift_zendesk.api import Json, Zendesk, is_gone
from complaint_gift_zendesk.conversation import read_tags
from complaint_gift_zendesk.parse import read_id

MARK = "cg_action"
PRIORITIES = ("low", "normal", "high", "urgent")
LONGEST_NOTE = 60_000
CONFLICT_PAUSE = 10.0
_log = structlog.get_logger(__name__)


def perform(action: Action, source: Source, api: Zendesk) -> Receipt:
    """See Plugin.perform."""
    does = _DOES.get(action.kind)
    if does is None:
        raise Refused(f"{source.name}: Zendesk cannot do {action.kind!r}; this action belongs elsewhere.")
    if not action.conversation.isascii() or not action.conversation.isdigit():
        raise Refused(f"{source.name}: {action.conversation[:40]!r} is no ticket of Zendesk.")
    try:
        return does(action, source, api)
    except Refused as exc:
        raise _explain(exc, action, source) from exc


def _add_note(action: Action, source: Source, api: Zendesk) -> Receipt:
    """An internal comment. `public` is always sent: left out, it is inherited from the ticket."""
    text = action.payload.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(f"{source.name}: the note for ticket {action.conversation} is empty.")
    audit = _find_own(action, api)
    if audit is None:
        comment = {
            "body": text[:LONGEST_NOTE],
            "public": False,
            "author_id": int(source.settings["bot_user_id"]),
        }
        audit = api.update(action.conversation, _marked(action, {"comment": comment}))
    written = [event for event in _events(audit) if event.get("type") == "Comment"]
    _require_private(written, action, source, api)
    return Receipt(_ids(audit, *written), f"note in ticket {action.conversation}")


def _require_private(written: list[Json], action: Action, source: Source, api: Zendesk) -> None:
    """Trust only what Zendesk says it did. A note that customers can read is hidden and shouted about."""
    place = f"ticket {action.conversation}"
    if not written:
        raise Refused(f"{source.name}: Zendesk took the note for {place}, but its audit shows none.")
    for comment in written:
        if comment.get("public") is False:
            continue
        number = read_id(comment.get("id"))
        _log.error("a note was published", source=source.name, ticket=action.conversation, comment=number)
        try:
            api.hide_comment(action.conversation, number)
            after = "it has been made private again, yet mail may be out"
        except (Refused, Unreachable):
            after = "make it private by hand at once"
        raise Published(f"{source.name}: Zendesk PUBLISHED our internal note in {place}; {after}.")


def _change_tags(action: Action, source: Source, api: Zendesk) -> Receipt:
    """Add and remove, never replace. What is so already is not done again: tags need no other mark."""
    add, remove = (_words(action.payload.get(name)) for name in ("add", "remove"))

    def change(ticket: Json) -> Receipt:
        stamp, there = str(ticket.get("updated_at") or ""), read_tags(ticket)
        lacking, spare = sorted(add - there), sorted((remove - add) & there)
        if lacking:
            api.change_tags("PUT", action.conversation, lacking, stamp)
        if lacking and spare:
            stamp = str(_get(action, source, api).get("updated_at") or "")
        if spare:
            api.change_tags("DELETE", action.conversation, spare, stamp)
        return Receipt(detail=f"tags of ticket {action.conversation}: +{lacking} -{spare}")

    return _twice(change, action, source, api)


def _set_priority(action: Action, source: Source, api: Zendesk) -> Receipt:
    priority = action.payload.get("priority")
    if priority not in PRIORITIES:
        raise Refused(f"{source.name}: priority {priority!r} is none of {', '.join(PRIORITIES)}.")
    return _set_fields({"priority": priority}, action, source, api)


def _assign(action: Action, source: Source, api: Zendesk) -> Receipt:
    """To a group, an agent or both; a group may be named as the configuration maps it to an id."""
    names: Mapping[str, str] = source.settings["groups"]
    wish = {}
    for field in ("group_id", "assignee_id"):
        given = str(action.payload.get(field) or "")
        number = names.get(given, given) if field == "group_id" else given
        if number and not (number.isascii() and number.isdigit()):
            text = f"{given!r} is no {field}; map the name to an id under `groups` in the configuration"
            raise Refused(f"{source.name}: {text}.")
        if number:
            wish[field] = int(number)
    if not wish:
        raise Refused(f"{source.name}: the assignment of ticket {action.conversation} names nobody.")
    return _set_fields(wish, action, source, api)


def _set_fields(wish: dict[str, Any], action: Action, source: Source, api: Zendesk) -> Receipt:
    """Change fields of the ticket unless they are so already or this very action has done it before."""
    done = _find_own(action, api)
    if done is not None:
        return Receipt(_ids(done), f"{', '.join(wish)} of ticket {action.conversation}, done before")

    def change(ticket: Json) -> Receipt:
        if all(ticket.get(field) == value for field, value in wish.items()):
            return Receipt(detail=f"{', '.join(wish)} of ticket {action.conversation}, so already")
        safe = {"safe_update": True, "updated_stamp": ticket.get("updated_at")}
        audit = api.update(action.conversation, _marked(action, wish | safe))
        return Receipt(_ids(audit), f"{', '.join(wish)} of ticket {action.conversation}")

    return _twice(change, action, source, api)


def _twice(change: Callable[[Json], Receipt], action: Action, source: Source, api: Zendesk) -> Receipt:
    """Somebody changed the ticket between our reading and our writing: read again and decide again, once."""
    for _ in range(2):
        try:
            return change(_get(action, source, api))
        except Refused as exc:
            if exc.status != 409:
                raise
    text = f"ticket {action.conversation} keeps changing; our change will be tried again"
    raise Unreachable(f"{source.name}: {text}.", retry_after=CONFLICT_PAUSE)


def _get(action: Action, source: Source, api: Zendesk) -> Json:
    ticket = api.ticket(action.conversation)
    if ticket is None:
        raise Refused(f"{source.name}: ticket {action.conversation} is gone.", status=404)
    if ticket.get("status") == "closed":
        raise Refused(f"{source.name}: ticket {action.conversation} is closed, so nothing can be changed.")
    return ticket


def _find_own(action: Action, api: Zendesk) -> Json | None:
    """The audit of this action. An earlier attempt may have been done although its answer got lost."""
    for audit in api.audits(action.conversation):
        metadata = audit.get("metadata")
        custom = metadata.get("custom") if isinstance(metadata, dict) else None
        if isinstance(custom, dict) and custom.get(MARK) == action.mark:
            return audit
    return None


def _marked(action: Action, wish: dict[str, Any]) -> dict[str, Any]:
    return wish | {"metadata": {MARK: action.mark}}


def _events(audit: Json) -> list[Json]:
    events = audit.get("events")
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


def _ids(*made: Json) -> tuple[str, ...]:
    return tuple(number for number in (read_id(thing.get("id")) for thing in made) if number)


def _words(value: Any) -> frozenset[str]:
    """Tags as Zendesk keeps them: small letters, no spaces."""
    words = value if isinstance(value, list | tuple | set | frozenset) else []
    return frozenset("_".join(str(word).lower().split()) for word in words if str(word).strip())


def _explain(exc: Refused, action: Action, source: Source) -> Refused:
    place = f"ticket {action.conversation}"
    if is_gone(exc):
        return Refused(f"{source.name}: {place} is gone.", status=exc.status, code=exc.code)
    if exc.status == 422 and "closed" in str(exc):
        text = f"{source.name}: {place} is closed, so nothing can be changed."
        return Refused(text, status=exc.status, code=exc.code)
    return exc


_DOES: dict[ActionKind, Callable[[Action, Source, Zendesk], Receipt]] = {
    ActionKind.NOTE: _add_note,
    ActionKind.TAGS: _change_tags,
    ActionKind.PRIORITY: _set_priority,
    ActionKind.ASSIGN: _assign,
}
