"""Keeps us from answering ourselves: the loop guards that need no helpdesk."""

from __future__ import annotations

from collections.abc import Sequence

from complaint_gift.domain import ConversationChanged, Event, MessageAdded, Visibility
from complaint_gift.plugin import Plugin, Source
from complaint_gift.service.ports import Transaction


def drop_echoes(
    tx: Transaction, plugin: Plugin, source: Source, events: Sequence[Event]
) -> tuple[list[Event], str]:
    """The events that are news, and why the others are none ("" when nothing was dropped).

    What our own bot did, what carries an id that we wrote, and internal notes tell us nothing. Removals
    (redacted, deleted, merged, erased) always count, whoever did them.
    """
    ours = tx.own_writes(
        source.name, [e.message for e in events if isinstance(e, MessageAdded) and e.message]
    )
    kept, why = [], ""
    for event in events:
        said = _is_echo(plugin, source, event, ours)
        if said:
            why = why or said
        else:
            kept.append(event)
    return kept, why


def _is_echo(plugin: Plugin, source: Source, event: Event, ours: frozenset[str]) -> str:
    if not isinstance(event, MessageAdded | ConversationChanged):
        return ""
    if event.actor_id and plugin.is_own(event.actor_id, source):
        return "written by our own account"
    if isinstance(event, MessageAdded):
        if event.message in ours:
            return "one of our own writes"
        if event.visibility is Visibility.INTERNAL:
            return "an internal note"
    return ""
