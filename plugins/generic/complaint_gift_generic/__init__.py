"""The generic plugin: any helpdesk that sends JSON, described in the configuration instead of in code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from complaint_gift.domain import Action, Conversation, ConversationDeleted, Event
from complaint_gift.plugin import (
    API,
    Can,
    Delivery,
    Outcome,
    Receipt,
    Request,
    Source,
)
from complaint_gift.signing import hash_of
from complaint_gift_generic import actions, api, parse, proof
from complaint_gift_generic.api import Helpdesk
from complaint_gift_generic.expression import read_json
from complaint_gift_generic.journal import Journal, MemoryJournal
from complaint_gift_generic.merging import keep_known
from complaint_gift_generic.reading import read_conversation
from complaint_gift_generic.settings import GenericSettings

if TYPE_CHECKING:
    import click

    from complaint_gift.plugin import Memory


class GenericPlugin:
    """See complaint_gift.plugin.Plugin."""

    name = "generic"
    api = API
    settings = GenericSettings
    # The helpdesk's names for these, and what it sends besides, stand in the configuration.
    handled = frozenset(parse.MEANINGS)
    ignored: frozenset[str] = frozenset()
    can = frozenset((Can.VERIFY, Can.FETCH, Can.NOTE, Can.TAG, Can.PRIORITY, Can.ASSIGN))
    # What makes an unknown helpdesk send again differs; most do after a 5xx.
    answers: Mapping[Outcome, int] = MappingProxyType(
        {
            Outcome.ACCEPTED: 202,
            Outcome.DUPLICATE: 200,
            Outcome.NOT_AUTHENTIC: 401,
            Outcome.UNAVAILABLE: 503,
        }
    )
    kept_headers = frozenset(parse.EVENT_HEADERS)

    def __init__(self) -> None:
        self._journals: dict[str, Journal] = {}

    def able(self, source: Source) -> frozenset[Can]:
        """What the configuration of this source describes."""
        write = source.settings["write"]
        told = {
            Can.VERIFY: True,
            Can.FETCH: source.settings["fetch"],
            Can.NOTE: write["note"],
            Can.TAG: write["tags"],
            Can.PRIORITY: write["priority"],
            Can.ASSIGN: write["assign"],
        }
        return frozenset(what for what, section in told.items() if section)

    def verify(self, request: Request, source: Source) -> None:
        """See `proof.verify`."""
        proof.verify(request, source)

    def key(self, request: Request) -> str:
        """From the body: what is sent again is the same, and two events differ somewhere."""
        return hash_of(request.body)

    def key_of(self, request: Request, source: Source) -> str:
        """From what the configuration says tells events apart; from the body where it stands nowhere."""
        header, where = source.settings["key_header"], source.settings["key"]
        found: object = request.header(header) if header else None
        if where is not None:
            try:
                found = where.find(read_json(request.body))
            except ValueError:
                found = None
        if isinstance(found, bool) or not isinstance(found, str | int | list) or not str(found).strip():
            return self.key(request)
        return "key:" + hash_of(repr(found).encode("utf-8", "backslashreplace"))

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        """See `parse.parse`."""
        return parse.parse(delivery, source)

    def read(
        self, delivery: Delivery, source: Source, memory: Memory, client: Helpdesk
    ) -> Sequence[Conversation]:
        """What a delivery brings, beside what is known; for sources that do not say how to fetch."""
        found: list[Conversation] = []
        events = self.parse(delivery, source)
        gone = {event.conversation for event in events if isinstance(event, ConversationDeleted)}
        for event in events:
            if event.conversation in gone or any(one.id == event.conversation for one in found):
                continue
            body, number = parse.read_body(delivery, source), event.conversation
            brought = read_conversation(body, source, number, otherwise=delivery.received_at)
            found.append(keep_known(brought, memory.conversation(number)))
        return found

    def connect(self, source: Source) -> Helpdesk:
        """A client; without `api` in the configuration it can be asked nothing."""
        journal = None if source.folder else self._journals.setdefault(source.name, MemoryJournal())
        return api.connect(source, journal)

    def fetch(self, number: str, source: Source, client: Helpdesk) -> Conversation | None:
        """See `Helpdesk.conversation`."""
        return client.conversation(number)

    def probe(self, source: Source, client: Helpdesk) -> list[str]:
        """See `Helpdesk.probe`."""
        return client.probe()

    def perform(self, action: Action, source: Source, client: Helpdesk) -> Receipt:
        """See `actions.perform`."""
        return actions.perform(action, source, client)

    def is_own(self, author_id: str, source: Source) -> bool:
        """The user of ours that the configuration names."""
        return bool(author_id) and author_id == source.settings["own_author"]

    def commands(self, sources: Callable[[], Sequence[Source]]) -> click.Group:
        """`complaint-gift generic try`."""
        from complaint_gift_generic.commands import make_group

        return make_group(sources)
