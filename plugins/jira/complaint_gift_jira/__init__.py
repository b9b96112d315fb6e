"""The Jira plugin, server side: webhooks in; notes, labels, priority, people, facts, escalations back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from complaint_gift.client import TokenCache
from complaint_gift.domain import Action, Conversation, Event
from complaint_gift.jwt import Asked
from complaint_gift.plugin import API, Can, Delivery, Outcome, Page, Receipt, Request, Source
from complaint_gift.signing import hash_of
from complaint_gift_jira import actions, conversation, health, parse, polling, proof
from complaint_gift_jira.api import Jira, connect, make_cache
from complaint_gift_jira.forge_token import Installation, KeyRing, verify_token
from complaint_gift_jira.settings import JiraSettings, forge_site

if TYPE_CHECKING:
    import click


class JiraPlugin:
    """See complaint_gift.plugin.Plugin."""

    name = "jira"
    api = API
    settings = JiraSettings
    handled = parse.HANDLED
    ignored = parse.IGNORED
    can = frozenset(Can) - {Can.GATE, Can.ACKNOWLEDGE}
    # Cloud tries again after a time-out, 408, 409, 425, 429 and 5xx, up to five times; Data Center never
    # does, and what is lost there is found by the sweep.
    answers: Mapping[Outcome, int] = MappingProxyType(
        {
            Outcome.ACCEPTED: 200,
            Outcome.DUPLICATE: 200,
            Outcome.NOT_AUTHENTIC: 401,
            Outcome.UNAVAILABLE: 503,
        }
    )
    # An issue with long texts and many fields; what is larger is found by the sweep.
    largest = 5 * 2**20
    kept_headers = frozenset((proof.IDENTIFIER, proof.RETRY, proof.FLOW))

    def __init__(self) -> None:
        self._caches: dict[str, TokenCache] = {}
        self._keys = KeyRing()

    def able(self, source: Source) -> frozenset[Can]:
        """Without anything under `escalations` there is none to hand over."""
        wish = source.settings["escalations"]
        return self.can if wish["project"] or wish["transition"] else self.can - {Can.ESCALATE}

    def verify(self, request: Request, source: Source) -> None:
        """Signature and age, or a token."""
        proof.verify(request, source)

    def key(self, request: Request) -> str:
        """From the body, which is signed and the same in every retry; the header's identifier is not signed.

        Two webhooks that tell the same, each under an identifier of its own, are one delivery as well.
        """
        return hash_of(request.body)

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        """See `parse.parse`."""
        return parse.parse(delivery, source)

    def connect(self, source: Source) -> Jira:
        """A client; an access token of OAuth is shared by all clients of a source."""
        cache = self._caches.setdefault(source.name, make_cache(source))
        return connect(source, cache=cache)

    def fetch(self, number: str, source: Source, client: Jira) -> Conversation | None:
        """See `conversation.fetch`."""
        return conversation.fetch(number, source, client)

    def perform(self, action: Action, source: Source, client: Jira) -> Receipt:
        """See `actions.perform`."""
        return actions.perform(action, source, client)

    def is_own(self, author_id: str, source: Source) -> bool:
        """The dedicated bot user of the configuration."""
        return bool(author_id) and author_id == source.settings["bot_user_id"]

    def admit(self, token: str, sources: Mapping[str, Source], now: datetime) -> Asked:
        """Who asks for a review through our Forge app; raises BadToken, which is NotAuthentic."""
        installations = [
            Installation(name, source.settings["forge_app"], forge_site(source.settings))
            for name, source in sources.items()
            if source.settings["forge_app"]
        ]
        return verify_token(token, installations, self._keys, now)

    def poll(self, source: Source, cursor: str, client: Jira) -> Page:
        """See `polling.poll`."""
        return polling.poll(source, cursor, client)

    def probe(self, source: Source, client: Jira) -> list[str]:
        """See `health.probe`."""
        return health.probe(source, client)

    def commands(self, sources: Callable[[], Sequence[Source]]) -> click.Group:
        """`complaint-gift jira authorise|install|status|uninstall`."""
        from complaint_gift_jira.commands import make_group

        return make_group(sources)
