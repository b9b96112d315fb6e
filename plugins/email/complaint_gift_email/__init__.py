"""Email: the inbox read, the outbox guarded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import click
import structlog

from complaint_gift.client import Client
from complaint_gift.domain import Action, Conversation, Event
from complaint_gift.plugin import (
    API,
    Can,
    Delivery,
    Desk,
    Draft,
    Listener,
    Memory,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    Request,
    Source,
)
from complaint_gift.signing import hash_of
from complaint_gift_email import actions, attachments, health, outlook, parse
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.conversation import read_conversation
from complaint_gift_email.doors import ses
from complaint_gift_email.doors.drafts import DraftsFolder
from complaint_gift_email.doors.imap import Mailbox
from complaint_gift_email.doors.incoming import RECIPIENTS, SENDER
from complaint_gift_email.doors.lmtp import MailPort
from complaint_gift_email.doors.opening import open_delivery, verify
from complaint_gift_email.doors.sent import SentFolder
from complaint_gift_email.editing import rewrite
from complaint_gift_email.gate import GateListener
from complaint_gift_email.gate.judging import read_left
from complaint_gift_email.gate.milter import MilterListener
from complaint_gift_email.gate.reading import as_delivery
from complaint_gift_email.loops import why_automatic
from complaint_gift_email.message import read_mail
from complaint_gift_email.outlook.commands import make_group
from complaint_gift_email.sending import send_held
from complaint_gift_email.settings import EmailSettings

LARGEST = 60_000_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """What `perform` and `read` get: the source, whose settings say how mail is sent."""

    source: Source


class EmailPlugin:
    """See complaint_gift.plugin.Plugin."""

    name = "email"
    api = API
    settings = EmailSettings
    handled = parse.HANDLED
    ignored = parse.IGNORED
    can = frozenset((Can.VERIFY, Can.NOTE, Can.GATE, Can.ACKNOWLEDGE))
    # Every provider takes 200 for success, most of them nothing else; the rest by provider, see `replies`.
    answers: Mapping[Outcome, int] = MappingProxyType(
        {
            Outcome.ACCEPTED: 200,
            Outcome.DUPLICATE: 200,
            Outcome.NOT_AUTHENTIC: 403,
            Outcome.UNAVAILABLE: 503,
        }
    )
    # Only what HTTP requests may bring: direction and login are written by our own doors alone.
    kept_headers = frozenset(("content-type", SENDER, RECIPIENTS))
    largest = LARGEST

    def verify(self, request: Request, source: Source) -> None:
        """By the proof of the source's provider."""
        verify(request, source)

    def key(self, request: Request) -> str:
        """From the body, and the envelope where that travels beside it."""
        beside = "\n".join(request.header(name) or "" for name in (SENDER, RECIPIENTS))
        body = hash_of(request.body)
        return hash_of(f"{body}\n{beside}".encode("utf-8", "replace")) if beside.strip() else body

    def replies(self, source: Source) -> Mapping[Outcome, int]:
        """403 stops Postmark at once, 406 stops Mailgun; the others want 401."""
        refusal = {"postmark": 403, "mailgun": 406}.get(source.settings["transport"], 401)
        return {**self.answers, Outcome.NOT_AUTHENTIC: refusal}

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        """See `parse.parse`."""
        return parse.parse(delivery, source)

    def read(
        self, delivery: Delivery, source: Source, memory: Memory, client: Post
    ) -> Sequence[Conversation]:
        """The conversation with its new message; a subscription of SNS is confirmed here. See Plugin."""
        incoming = open_delivery(delivery, source)
        if incoming is None:
            confirm(delivery, source)
            return ()
        mail = read_mail(incoming.raw)
        if why_automatic(mail, incoming.envelope, Accounts.of(source.settings)):
            return ()
        found = read_conversation(mail, incoming, source, memory, delivery.received_at)
        if source.settings["keep_attachments"] and source.folder is not None and mail.attachments:
            (message,) = found.messages
            attachments.keep(mail.attachments, attachments.place_of(source.folder, found.id, message.id))
        return (found,)

    def tidy(self, source: Source, memory: Memory) -> int:
        """See `attachments.tidy`."""
        return attachments.tidy(source.folder, memory.words) if source.folder is not None else 0

    def able(self, source: Source) -> frozenset[Can]:
        """What this source does: it acknowledges only where that is configured."""
        given = self.can if source.settings["gate"] else self.can - {Can.GATE}
        return given if source.settings["acknowledge"] else given - {Can.ACKNOWLEDGE}

    def connect(self, source: Source) -> Post:
        """Nothing is opened before there is something to send."""
        return Post(source)

    def fetch(self, number: str, source: Source, client: Post) -> Conversation | None:
        """Never called: see `read`."""
        raise Refused(f"{source.name}: a mailbox keeps no conversations; what there is came with its mail.")

    def perform(self, action: Action, source: Source, client: Post) -> Receipt:
        """See `actions.perform`."""
        return actions.perform(action, source)

    def is_own(self, author_id: str, source: Source) -> bool:
        """We write from the company's address as its people do; our mails are known by their loop header."""
        return False

    def probe(self, source: Source, client: Any) -> list[str]:
        """See `health.probe`."""
        return health.probe(source)

    def listens(self, source: Source) -> bool:
        """Whether mail of this source comes by a mailbox or a port of ours."""
        return bool(self._doors(source))

    def listeners(self, source: Source, desk: Desk) -> Sequence[Listener]:
        """The doors of this source."""
        found: list[Listener] = []
        for door in self._doors(source):
            if door == "gate":
                door_of = MilterListener if source.settings["gate"]["milter"] else GateListener
                found.append(door_of(source, desk, is_recording=True))
                continue
            if door == "lmtp":
                found.append(MailPort(source, desk))
                continue
            wish = source.settings["imap"]
            if source.settings["transport"] == "imap":
                found.append(Mailbox(source, desk, wish["inbox"]))
            if wish["sent"]:
                found.append(SentFolder(source, desk, wish["sent"]))
            if wish["drafts"]:
                found.append(DraftsFolder(source, desk, wish["drafts"]))
        return found

    @staticmethod
    def _doors(source: Source) -> list[str]:
        settings = source.settings
        # Where mail comes in another way, the mailbox still shows what was sent and what is a draft.
        ways = ["imap"] if settings["imap"] else []
        ways += ["lmtp"] if settings["transport"] == "lmtp" and settings["lmtp"] else []
        return [*ways, *(("gate",) if settings["gate"] else ())]

    def send(self, held: Outgoing, source: Source, client: Post) -> Receipt:
        """See `sending.send_held`."""
        return send_held(held, source)

    def record(self, sent: Outgoing) -> tuple[str, Mapping[str, str]]:
        """Key and headers of the delivery that puts a sent message into its conversation."""
        return as_delivery(sent)

    def leaving(self, delivery: Delivery, source: Source, memory: Memory) -> Outgoing | None:
        """See `judging.read_left`."""
        return read_left(delivery, source, memory)

    def rewrite(self, held: Outgoing, text: str) -> bytes:
        """See `editing.rewrite`."""
        return rewrite(held, text)

    def admit(self, token: str, sources: Mapping[str, Source], now: datetime) -> outlook.Asked:
        """See `outlook.admit`."""
        return outlook.admit(token, sources)

    def pages(self, source: Source, origin: str) -> Mapping[str, bytes]:
        """The files of the Outlook add-in, none where it is not configured."""
        return outlook.collect(source, origin)

    def frames(self, source: Source) -> Sequence[str]:
        """Where Outlook shows them."""
        return outlook.frames(source)

    def compose(self, draft: Draft, source: Source, memory: Memory) -> Outgoing | None:
        """See `outlook.read_draft`."""
        return outlook.read_draft(draft, source, memory)

    def commands(self, sources: Callable[[], Sequence[Source]]) -> click.Group:
        """`complaint-gift email ...`."""
        return make_group(sources)


def confirm(delivery: Delivery, source: Source) -> None:
    """Confirm the subscription that a delivery of SNS asks for; raises Refused or Unreachable."""
    place = ses.confirmation(delivery.body, source) if source.settings["transport"] == "ses" else ""
    if place:
        origin, _, query = place.partition("/?")
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
        Client(origin, source=source.name).send("GET", "/", params=pairs)
        _log.info("subscription-confirmed", source=source.name)
