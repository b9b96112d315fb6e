"""From the objects of the REST API to a Conversation. Pure: what is asked for is decided in `fetch`."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from complaint_gift.domain import Author, Conversation, Message, Role, Visibility
from complaint_gift.plugin import Refused, Source
from complaint_gift_zendesk.api import Json, Zendesk
from complaint_gift_zendesk.parse import read_id, read_moment
from complaint_gift_zendesk.settings import base_url

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MESSAGING = frozenset(("native_messaging", "messaging", "chat"))
# Written by Zendesk itself: merges, closings, automations, transcripts of a whole chat.
AUTOMATIC = frozenset(("system", "rule", "chat_transcript", "automation", "trigger"))
_LOG_ROLES = {
    "user": Role.CUSTOMER,
    "end-user": Role.CUSTOMER,
    "end_user": Role.CUSTOMER,
    "agent": Role.AGENT,
}
_STAFF = frozenset(("agent", "admin"))
_log = structlog.get_logger(__name__)


def fetch(number: str, source: Source, api: Zendesk) -> Conversation | None:
    """See Plugin.fetch: ticket and comments, the messages of messaging, the name of the brand."""
    ticket = api.ticket(number)
    if ticket is None:
        return None
    comments, users = api.comments(number)
    log = _read_log(ticket, number, api)
    brand = api.brand_name(read_id(ticket.get("brand_id")))
    return read_conversation(source, ticket, comments, users, log=log, brand=brand)


def _read_log(ticket: Json, number: str, api: Zendesk) -> list[Json]:
    if not ticket.get("from_messaging_channel") and _channel(ticket) not in MESSAGING:
        return []
    try:
        return api.conversation_log(number)
    except Refused as exc:
        # Not every plan has it, and the comments are better than nothing.
        _log.warning("conversation log not readable", source=api.source, status=exc.status)
        return []


def read_conversation(
    source: Source,
    ticket: Json,
    comments: Sequence[Json],
    users: Mapping[str, Json],
    *,
    log: Sequence[Json] = (),
    brand: str = "",
) -> Conversation:
    """All messages by time. One without an id cannot be told from another and is left out."""
    cast = Cast(source, read_id(ticket.get("requester_id")), users)
    messages = [_read_comment(comment, cast) for comment in comments]
    messages += [
        _read_logged(event, cast) for event in log if event.get("type") == "Messaging::ConversationMessage"
    ]
    known = {message.id: message for message in messages if message.id}
    number = read_id(ticket.get("id"))
    rating = _mapping(ticket.get("satisfaction_rating")).get("score")
    return Conversation(
        source=source.name,
        id=number,
        messages=tuple(sorted(known.values(), key=lambda message: (message.sent_at, message.id))),
        subject=_text(ticket.get("subject")),
        brand=brand,
        channel=_channel(ticket),
        status=_text(ticket.get("status")).casefold(),
        priority=_text(ticket.get("priority")).casefold(),
        form=read_id(ticket.get("ticket_form_id")),
        # `offered` and `unoffered` are no ratings.
        rating=rating if rating in ("good", "bad") else "",
        tags=read_tags(ticket),
        requester_id=cast.requester,
        assignee_id=read_id(ticket.get("assignee_id")),
        group_id=read_id(ticket.get("group_id")),
        updated_at=read_moment(ticket.get("updated_at")),
        url=f"{base_url(source.settings)}/agent/tickets/{number}",
    )


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who in one ticket."""

    source: Source
    requester: str
    users: Mapping[str, Json]

    def author(
        self, number: str, *, automatic: bool = False, role: Role | None = None, name: str = ""
    ) -> Author:
        """`role` is what else is known about somebody whom the list of users does not hold."""
        user = self.users.get(number, {})
        found = Role.BOT if automatic or self._is_bot(number) else self._role(number, user, role)
        return Author(
            id=number,
            role=found,
            name=_text(user.get("name")) or name,
            account=_text(user.get("email")),
            company=found not in (Role.CUSTOMER, Role.BYSTANDER),
        )

    def _is_bot(self, number: str) -> bool:
        settings = self.source.settings
        return not number or number == settings["bot_user_id"] or number in settings["ignored_authors"]

    def _role(self, number: str, user: Json, otherwise: Role | None) -> Role:
        if number == self.requester:
            return Role.CUSTOMER  # also an employee who writes as a customer
        if user.get("role") in _STAFF or (not user and otherwise is Role.AGENT):
            return Role.MANAGER if number in self.source.settings["managers"] else Role.AGENT
        # Somebody in copy, or somebody Zendesk no longer knows: never to be judged as one of ours.
        return Role.BYSTANDER


def read_tags(ticket: Json) -> frozenset[str]:
    """Tags as a list, or as one text in the webhooks of some senders."""
    tags = ticket.get("tags")
    words = tags.split() if isinstance(tags, str) else tags if isinstance(tags, list) else []
    return frozenset(word for word in words if isinstance(word, str) and word)


def _read_comment(comment: Json, cast: Cast) -> Message:
    via = _mapping(comment.get("via"))
    merged = _mapping(via.get("source")).get("rel") == "merge"
    voice = comment.get("type") in ("VoiceComment", "TpeVoiceComment")
    return Message(
        id=read_id(comment.get("id")),
        # Author -1 is Zendesk itself; `read_id` makes it "", which is a bot.
        author=cast.author(
            read_id(comment.get("author_id")), automatic=merged or voice or _channel(comment) in AUTOMATIC
        ),
        # What stands in a voice comment is the record of a call, written by the telephone.
        text="" if voice else _plain(comment),
        visibility=_visibility(comment.get("public")),
        sent_at=read_moment(comment.get("created_at")) or EPOCH,
        channel="voice" if voice else _channel(comment),
        waiver=_text(_mapping(_mapping(comment.get("metadata")).get("custom")).get("cg_reason"))[:2000],
    )


def _read_logged(event: Json, cast: Cast) -> Message:
    """A message of messaging. Its reference ends with the id that webhooks name."""
    author, content = _mapping(event.get("author")), _mapping(event.get("content"))
    role = _LOG_ROLES.get(_text(author.get("type")))
    number = read_id(author.get("zen:support:user_id")) or (cast.requester if role is Role.CUSTOMER else "")
    reference = _text(event.get("reference")).rpartition(":")[2]
    return Message(
        id=read_id(reference) or read_id(event.get("id")),
        author=cast.author(number, automatic=role is None, role=role, name=_text(author.get("display_name"))),
        text=_tidy(_text(content.get("text")) or _strip(_text(content.get("body")))),
        visibility=Visibility.PUBLIC,
        sent_at=read_moment(event.get("created_at")) or EPOCH,
        channel="messaging",
    )


def _plain(comment: Json) -> str:
    """`plain_body` is what Zendesk makes of its own HTML; some leave it empty beside a full `body`."""
    plain = _text(comment.get("plain_body")) or _text(comment.get("body"))
    return _tidy(plain if plain.strip() else _strip(_text(comment.get("html_body"))))


def _tidy(text: str) -> str:
    # Non-breaking spaces are all that stays encoded in a `plain_body`.
    # A lone surrogate or NUL would be refused by the database long after the helpdesk sent it.
    clean = text.replace("&nbsp;", " ").replace("\r\n", "\n").replace("\x00", "")
    return clean.encode("utf-8", "replace").decode()


def _strip(markup: str) -> str:
    broken = re.sub(r"(?i)<br\s*/?>|</(p|div|li|h[1-6]|tr)\s*>", "\n", markup)
    return html.unescape(re.sub(r"<[^>]*>", "", broken)).strip()


def _channel(part: Json) -> str:
    return _text(_mapping(part.get("via")).get("channel"))


def _visibility(public: Any) -> Visibility:
    known = {True: Visibility.PUBLIC, False: Visibility.INTERNAL}
    return known[public] if isinstance(public, bool) else Visibility.UNKNOWN


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
