"""The Zendesk plugin, server side: webhooks in, notes, tags, priority and assignment back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import structlog

from complaint_gift.client import TokenCache
from complaint_gift.domain import Action, Conversation, Event
from complaint_gift.jwt import Asked
from complaint_gift.plugin import API, Can, Delivery, Outcome, Page, Receipt, Refused, Request, Source
from complaint_gift.signing import hash_of
from complaint_gift_zendesk import actions, conversation, health, parse, proof
from complaint_gift_zendesk.api import Zendesk, connect, make_cache
from complaint_gift_zendesk.app_token import Installation, verify_token
from complaint_gift_zendesk.settings import ZendeskSettings, app_audience

if TYPE_CHECKING:
    import click

LOOK_BACK = timedelta(hours=1)
_log = structlog.get_logger(__name__)


class ZendeskPlugin:
    """See complaint_gift.plugin.Plugin."""

    name = "zendesk"
    api = API
    settings = ZendeskSettings
    handled = parse.HANDLED
    ignored = parse.IGNORED
    can = frozenset(Can) - {Can.GATE, Can.ACKNOWLEDGE, Can.EDIT, Can.FACTS, Can.ESCALATE}
    # Zendesk tries again after a time-out, a 409 (three times), and a 503 only with Retry-After; any other
    # answer is final, and many of them open its circuit breaker, behind which events are lost.
    answers: Mapping[Outcome, int] = MappingProxyType(
        {
            Outcome.ACCEPTED: 202,
            Outcome.DUPLICATE: 200,
            Outcome.NOT_AUTHENTIC: 401,
            Outcome.UNAVAILABLE: 409,
        }
    )
    kept_headers = frozenset((proof.MOMENT, proof.ACCOUNT, proof.WEBHOOK, proof.INVOCATION))

    def __init__(self) -> None:
        self._caches: dict[str, TokenCache] = {}

    def verify(self, request: Request, source: Source) -> None:
        """Signature, moment and account."""
        proof.verify(request, source)

    def key(self, request: Request) -> str:
        """From the signed body, which holds the event's id; the invocation id in the header is not signed.

        The moment is left out although it is signed: a repeated delivery is signed anew.
        """
        return hash_of(request.body)

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        """See `parse.parse`."""
        return parse.parse(delivery, source)

    def connect(self, source: Source) -> Zendesk:
        """A client; the access token is shared by all clients of a source."""
        cache = self._caches.setdefault(source.name, make_cache(source))
        return connect(source, cache=cache)

    def fetch(self, number: str, source: Source, client: Zendesk) -> Conversation | None:
        """See `conversation.fetch`."""
        return conversation.fetch(number, source, client)

    def perform(self, action: Action, source: Source, client: Zendesk) -> Receipt:
        """See `actions.perform`."""
        return actions.perform(action, source, client)

    def is_own(self, author_id: str, source: Source) -> bool:
        """The dedicated bot user of the configuration."""
        return bool(author_id) and author_id == source.settings["bot_user_id"]

    def admit(self, token: str, sources: Mapping[str, Source], now: datetime) -> Asked:
        """Who asks for a review through our Zendesk app; raises BadToken, which is NotAuthentic."""
        installations = [
            Installation(
                source=name,
                issuer=source.settings["subdomain"],
                audience=app_audience(source.settings),
                secrets=tuple(source.settings["app_secrets"]),
            )
            for name, source in sources.items()
            if source.settings["app_secrets"] and source.settings["subdomain"]
        ]
        return verify_token(token, installations, now)

    def poll(self, source: Source, cursor: str, client: Zendesk) -> Page:
        """Tickets changed since the cursor, by the incremental export; it lacks the newest minute.

        The cursor is kept even when nothing came, so that what that minute held comes with the next call.
        Without one it begins an hour ago.
        """
        start = int((datetime.now(UTC) - LOOK_BACK).timestamp())
        try:
            answer = client.changed({"cursor": cursor} if cursor else {"start_time": start})
        except Refused as exc:
            if not cursor or exc.status not in (400, 404, 410, 422):
                raise
            _log.warning("the place in the incremental export is lost; it begins anew", source=source.name)
            return Page((), "", more=True)
        tickets = (parse.read_id(ticket.get("id")) for ticket in client.rows(answer, "tickets"))
        after = answer.get("after_cursor")
        return Page(
            tuple(dict.fromkeys(number for number in tickets if number)),
            after if isinstance(after, str) and after else cursor,
            more=answer.get("end_of_stream") is False,
        )

    def probe(self, source: Source, client: Zendesk) -> list[str]:
        """See `health.probe`."""
        return health.probe(source, client)

    def commands(self, sources: Callable[[], Sequence[Source]]) -> click.Group:
        """`complaint-gift zendesk install|status|uninstall`."""
        from complaint_gift_zendesk.commands import make_group

        return make_group(sources)
