"""What we know ourselves, for channels that keep nothing: a delivery of theirs brings its message along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from complaint_gift.domain import Conversation
from complaint_gift.plugin import Can, Delivery, Fate
from complaint_gift.service.absorbing import Fetched, listen
from complaint_gift.service.gate import fate_of
from complaint_gift.service.means import Means


class StoredMemory:
    """See plugin.Memory."""

    def __init__(self, means: Means, source: str) -> None:
        self._means, self._source = means, source

    def whereabouts(self, messages: Sequence[str]) -> Mapping[str, str]:
        """See plugin.Memory."""
        with self._means.store.reading() as tx:
            return tx.whereabouts(self._source, messages)

    def conversation(self, number: str) -> Conversation | None:
        """See plugin.Memory."""
        with self._means.store.reading() as tx:
            row = tx.find_conversation(self._source, number)
            if row is None or not row.version:
                return None
            return replace(row.snapshot, messages=tuple(stored.message for stored in tx.messages(row.id)))

    def fate(self, message: str) -> Fate | None:
        """See plugin.Memory."""
        with self._means.store.reading() as tx:
            return fate_of(tx, self._source, message)

    def words(self, conversation: str) -> Mapping[str, bool]:
        """See plugin.Memory."""
        with self._means.store.reading() as tx:
            row = tx.find_conversation(self._source, conversation)
            stored = tx.messages(row.id) if row is not None else []
            return {one.message.id: not one.redacted for one in stored}


def tidy(means: Means, source: str = "") -> int:
    """Plugins remove what they keep aside of messages whose words are gone; gives how many of them.

    Raises StoreUnavailable, and OSError where something cannot be removed.
    """
    count = 0
    for name in [source] if source else means.sources:
        connection, plugin = means.source(name)
        remove = getattr(plugin, "tidy", None)
        count += remove(connection, StoredMemory(means, name)) if remove else 0
    return count


def brings_along(means: Means, source: str) -> bool:
    """Whether deliveries of this source hold their messages, because nothing can be fetched."""
    return hasattr(means.source(source)[1], "read") and not means.can(source, Can.FETCH)


def read(means: Means, delivery: Delivery) -> list[Fetched]:
    """What a delivery brings, each conversation with its new messages. Raises what the plugin raises."""
    source, plugin = means.source(delivery.source)
    memory = StoredMemory(means, delivery.source)
    found: list[Fetched] = []
    with means.store.reading() as tx:
        after = tx.newest_delivery()
    for snapshot in plugin.read(delivery, source, memory, means.client(delivery.source)):  # type: ignore[attr-defined]
        with means.store.reading() as tx:
            row = tx.find_conversation(delivery.source, snapshot.id)
        listen(means, snapshot.messages)
        found.append(Fetched(delivery.source, snapshot.id, row.version if row else 0, after, snapshot))
    return found


def held(means: Means, source: str, conversation: str) -> Fetched:
    """The conversation as we hold it, without a new message."""
    with means.store.reading() as tx:
        row = tx.find_conversation(source, conversation)
        after = tx.newest_delivery()
    return Fetched(source, conversation, row.version if row else 0, after, row.snapshot if row else None)
