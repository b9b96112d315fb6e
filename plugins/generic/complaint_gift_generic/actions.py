"""What we change in a helpdesk: once for a mark, and a note only where customers cannot read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from complaint_gift.domain import Action, ActionKind, Visibility
from complaint_gift.plugin import Published, Receipt, Refused, Source, Unreachable
from complaint_gift_generic.api import Helpdesk, Unclear
from complaint_gift_generic.reading import find_items, read_conversation, read_id
from complaint_gift_generic.template import names_in, without
from complaint_gift_generic.writing import make_wish, note_values

LONGEST_NOTE = 20_000
_log = structlog.get_logger(__name__)


def perform(action: Action, source: Source, desk: Helpdesk) -> Receipt:
    """See Plugin.perform."""
    does = _DOES.get(action.kind)
    section = source.settings["write"][action.kind.value] if does else None
    if does is None or section is None:
        kind = action.kind.value
        text = f"the configuration does not say how {kind} is written; add write.{kind}"
        raise Refused(f"{source.name}: {text}.")
    if not action.conversation or read_id(action.conversation) != action.conversation:
        raise Refused(f"{source.name}: {action.conversation[:40]!r} is no ticket.")
    return does(action, section, source, desk)


def _add_note(action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk) -> Receipt:
    text = action.payload.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(f"{source.name}: the note for ticket {action.conversation} is empty.")
    done = _find_note(action, section, source, desk)
    if done is not None:
        _require_looked_at(done, action, section, source, desk)
        return Receipt(done, f"note in ticket {action.conversation}, written before")
    wish = make_wish(section, note_values(action.conversation, text[:LONGEST_NOTE], action.mark))
    if not section["internal"]["sent"].holds(wish.seen()):
        text = f"the note for ticket {action.conversation} could not be shown to be internal and was not sent"
        raise Refused(f"{source.name}: {text}; see write.note.internal.")
    answer = _once(action, desk, lambda: desk.do(wish))
    number = read_id(section["id"].find(answer))
    desk.journal.write(action.mark, [number] if number else ["?"])
    answered = section["internal"]["answered"]
    is_internal = answered.holds(answer) if answered else _reads_internal(number, action, source, desk)
    _require_internal(is_internal, number, action, section, source, desk)
    return Receipt((number,) if number else (), f"note in ticket {action.conversation}")


def _once(action: Action, desk: Helpdesk, do: Callable[[], Any]) -> Any:
    """Do it unless it was begun before and nobody can look: it may have happened, and a person must go on."""
    if desk.journal.read(action.mark) == () and not _can_look(action, desk.source):
        text = f"the answer about the {action.kind.value} of ticket {action.conversation} was lost earlier"
        raise Refused(f"{desk.source.name}: {text}; look whether it is there, we do not write it twice.")
    desk.journal.write(action.mark, ())
    try:
        return do()
    except Refused:
        desk.journal.forget(action.mark)
        raise
    except Unreachable as exc:
        if _is_undone(exc) or _can_look(action, desk.source):
            desk.journal.forget(action.mark)
        raise


def _is_undone(exc: Unreachable) -> bool:
    """The helpdesk answered that it did not, or was never reached. It may fail after it has done it."""
    if isinstance(exc, Unclear) or (exc.status >= 500 and exc.status != 503):
        return False
    cause = exc.__cause__
    told = f"{type(cause).__name__} {cause}"
    return cause is None or "ConnectTimeout" in told or "NewConnectionError" in told


def _can_look(action: Action, source: Source) -> bool:
    if action.kind is ActionKind.NOTE:
        return bool(source.settings["fetch"] and source.settings["write"]["note"]["mark"])
    return source.settings["fetch"] is not None


def _find_note(
    action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk
) -> tuple[str, ...] | None:
    """The ids of this action's note: an earlier attempt may have been done though its answer got lost."""
    kept = desk.journal.read(action.mark)
    if kept:
        return tuple(one for one in kept if one != "?")
    if not _can_look(action, source):
        return None
    document = desk.document(action.conversation)
    if document is None:
        raise Refused(f"{source.name}: ticket {action.conversation} is gone.", status=404)
    for item in find_items(document, source):
        found = section["mark"].find(item)
        if isinstance(found, str) and action.mark in found:
            number = read_id(source.settings["message"]["id"].find(item))
            return (number,) if number else ()
    return None


def _require_looked_at(
    done: tuple[str, ...], action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk
) -> None:
    """Whoever wrote it may have ended, or lost the answer, before it was known to be internal."""
    was_told = section["internal"]["answered"] and desk.journal.read(action.mark)
    if was_told or not source.settings["message"]["internal"]:
        return
    number = done[0] if done else ""
    _require_internal(_reads_internal(number, action, source, desk), number, action, section, source, desk)


def _require_internal(
    is_internal: bool, number: str, action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk
) -> None:
    """Trust only what the helpdesk says it did. A note that may be public is taken back and shouted about."""
    if is_internal:
        return
    place = f"ticket {action.conversation}"
    _log.error("a note may be public", source=source.name, ticket=action.conversation, message=number)
    after = _take_back(number, action, section, desk)
    raise Published(
        f"{source.name}: the helpdesk does not say that our note in {place} is internal; {after}."
    )


def _reads_internal(number: str, action: Action, source: Source, desk: Helpdesk) -> bool:
    """Look at it as everything is looked at."""
    document = desk.document(action.conversation)
    messages = read_conversation(document, source, action.conversation).messages if document else ()
    return any(m.id == number and m.visibility is Visibility.INTERNAL for m in messages)


def _take_back(number: str, action: Action, section: Mapping[str, Any], desk: Helpdesk) -> str:
    by_hand = "see at once whether customers can read it"
    if not section["take_back"] or not number:
        return by_hand
    try:
        desk.do(make_wish(section["take_back"], {"conversation": action.conversation, "id": number}))
    except (Refused, Unreachable):
        return f"it could not be taken back, so {by_hand}"
    return "it has been taken back, yet mail may be out"


def _change_tags(action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk) -> Receipt:
    """Add and remove, never replace: a helpdesk that takes all tags at once gets those that are there too."""
    add, remove = (_words(action.payload.get(name)) for name in ("add", "remove"))
    remove -= add
    tags: frozenset[str] = frozenset()
    if source.settings["fetch"]:
        there = desk.conversation(action.conversation)
        if there is None:
            raise Refused(f"{source.name}: ticket {action.conversation} is gone.", status=404)
        tags = there.tags
        if source.settings["conversation"]["tags"]:
            add, remove = add - tags, remove & tags
    if not add and not remove:
        return Receipt(detail=f"tags of ticket {action.conversation}, so already")
    values = {
        "conversation": action.conversation,
        "tags": sorted((tags | add) - remove),
        "add": sorted(add),
        "remove": sorted(remove),
    }
    return _write(action, make_wish(section, values), desk, f"+{sorted(add)} -{sorted(remove)}")


def _set_priority(action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk) -> Receipt:
    wanted = action.payload.get("priority")
    values: Mapping[str, Any] = section["values"]
    if not isinstance(wanted, str) or (values and wanted not in values):
        told = ", ".join(values) or "a word"
        raise Refused(f"{source.name}: priority {wanted!r} is none of {told}; see write.priority.values.")
    if source.settings["fetch"] and source.settings["conversation"]["priority"]:
        there = desk.conversation(action.conversation)
        if there is not None and there.priority == wanted:
            return Receipt(detail=f"priority of ticket {action.conversation}, so already")
    told_so = {"conversation": action.conversation, "priority": values.get(wanted, wanted)}
    return _write(action, make_wish(section, told_so), desk, f"priority {wanted}")


def _assign(action: Action, section: Mapping[str, Any], source: Source, desk: Helpdesk) -> Receipt:
    """To an agent, a group or both, as far as the description has a place for them."""
    place = f"ticket {action.conversation}"
    given = {name: action.payload.get(f"{name}_id") for name in ("assignee", "group")}
    used = {*names_in(section["path"]), *names_in(section["body"])}
    wanted = {name: one for name, one in given.items() if isinstance(one, str) and one and name in used}
    if not wanted:
        told = ", ".join(name for name, one in given.items() if one) or "nobody"
        raise Refused(f"{source.name}: {place} is to go to {told}; write.assign has no place for that.")
    missing = used & given.keys() - wanted.keys()
    if missing & set(names_in(section["path"])):
        raise Refused(f"{source.name}: the assignment of {place} names no {', '.join(sorted(missing))}.")
    where = source.settings["conversation"]
    if source.settings["fetch"] and all(where[name] for name in wanted):
        there = desk.conversation(action.conversation)
        if there is None:
            raise Refused(f"{source.name}: {place} is gone.", status=404)
        if {"assignee": there.assignee_id, "group": there.group_id}.items() >= wanted.items():
            return Receipt(detail=f"assign of {place}, so already")
    values = {name: section["values"].get(one, one) for name, one in wanted.items()}
    lean = {**section, "body": without(section["body"], missing)}
    wish = make_wish(lean, {"conversation": action.conversation, **values})
    return _write(action, wish, desk, ", ".join(f"{name} {one}" for name, one in wanted.items()))


def _write(action: Action, wish: Any, desk: Helpdesk, what: str) -> Receipt:
    """What is the same however often it is done, yet is done once for a mark."""
    detail = f"{action.kind.value} of ticket {action.conversation}: {what}"
    if desk.journal.read(action.mark):
        return Receipt(detail=f"{detail}, done before")
    desk.do(wish)
    desk.journal.write(action.mark, ["?"])
    return Receipt(detail=detail)


def _words(value: Any) -> frozenset[str]:
    words = value if isinstance(value, list | tuple | set | frozenset) else []
    return frozenset(word.strip() for word in words if isinstance(word, str) and word.strip())


_DOES: dict[ActionKind, Callable[[Action, Mapping[str, Any], Source, Helpdesk], Receipt]] = {
    ActionKind.NOTE: _add_note,
    ActionKind.TAGS: _change_tags,
    ActionKind.PRIORITY: _set_priority,
    ActionKind.ASSIGN: _assign,
}
