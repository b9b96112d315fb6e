"""Sources, mails, requests and servers for the tests; files of a tests folder cannot import each other."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from postfix import NotInstalled, Ports, choose_ports, running

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import Sink

from complaint_gift.domain import Conversation
from complaint_gift.plugin import Delivery, Request, Source
from complaint_gift.signing import make_hmac
from complaint_gift_email.doors.incoming import envelope_headers
from complaint_gift_email.message import Envelope
from complaint_gift_email.settings import EmailSettings

if TYPE_CHECKING:
    from office import Office

NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
SECRET = "a long secret text"
ADDRESS = "support@shop.test"


def make_source(folder: Path | None = None, **changes: Any) -> Source:
    settings: dict[str, Any] = {
        "transport": "post",
        "address": ADDRESS,
        "domains": ["shop.test"],
        "secrets": [SECRET],
        "thread_secret": "threads hang together",
    }
    wish = {key: value for key, value in (settings | changes).items() if value is not None}
    return Source("mail-main", "email", EmailSettings().load(wish), folder)


def make_mail(text: str = "The soup was cold.", **headers: str) -> bytes:
    """A mail of a customer; `from_="x"` and `message_id="y"` name other headers, "" leaves one out."""
    wish = {
        "From": "Anna <anna@customer.test>",
        "To": ADDRESS,
        "Subject": "Cold soup",
        "Date": "Sat, 31 Jan 2026 08:59:00 +0000",
        "Message-ID": "<first@customer.test>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    wish |= {
        name.strip("_").replace("_", "-").title().replace("-Id", "-ID"): v for name, v in headers.items()
    }
    lines = [f"{name}: {value}" for name, value in wish.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n" + text + "\r\n").encode()


def store(body: bytes | dict[str, Any], headers: Mapping[str, str] | None = None) -> Delivery:
    """A delivery as an HTTP provider brought it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(1, "mail-main", "k", dict(headers or {}), raw, NOW)


def store_mail(raw: bytes, *, is_out: bool = False, door: str = "imap", **envelope: Any) -> Delivery:
    """A delivery that came by a door of our own."""
    return store(raw, envelope_headers(Envelope(**envelope), door=door, is_out=is_out))


class Remembered:
    """What the core knows."""

    def __init__(self, *conversations: Conversation) -> None:
        self.kept = {one.id: one for one in conversations}

    def add(self, conversation: Conversation) -> None:
        before = self.kept.get(conversation.id)
        messages = (before.messages if before else ()) + conversation.messages
        self.kept[conversation.id] = type(conversation)(
            **{name: getattr(conversation, name) for name in conversation.__slots__} | {"messages": messages}
        )

    def whereabouts(self, messages: Sequence[str]) -> Mapping[str, str]:
        return {m.id: c.id for c in self.kept.values() for m in c.messages if m.id in messages}

    def conversation(self, number: str) -> Conversation | None:
        return self.kept.get(number)


def sign_post(body: bytes, secret: str = SECRET, at: datetime = NOW, **envelope: str) -> Request:
    """The request in which our worker posts a raw mail."""
    stamp = str(int(at.timestamp()))
    sender, recipients = envelope.get("sender", "anna@customer.test"), envelope.get("recipients", ADDRESS)
    signed = f"{stamp}\n{sender}\n{recipients}\n".encode() + body
    headers = {
        "x-email-timestamp": (stamp,),
        "x-email-signature": (make_hmac(signed, secret),),
        "x-email-mail-from": (sender,),
        "x-email-rcpt-to": (recipients,),
        "content-type": ("message/rfc822",),
    }
    return Request("POST", "/hooks/mail-main", headers, body, at)


def sign_basic(
    body: bytes, secret: str = SECRET, at: datetime = NOW, user: str = "complaint-gift"
) -> Request:
    """The request of a provider that brings user and password."""
    proof = base64.b64encode(f"{user}:{secret}".encode()).decode()
    headers = {"authorization": (f"Basic {proof}",), "content-type": ("application/json",)}
    return Request("POST", "/hooks/mail-main", headers, body, at)


@pytest.fixture
def kit() -> SimpleNamespace:
    return SimpleNamespace(
        make_source=make_source, make_mail=make_mail, store=store, store_mail=store_mail,
        Remembered=Remembered,
        sign_post=sign_post, sign_basic=sign_basic, NOW=NOW, SECRET=SECRET, ADDRESS=ADDRESS,
    )  # fmt: skip


@pytest.fixture
def source() -> Source:
    return make_source()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that takes everything."""
    made = Sink()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def office(kit: Any, tmp_path: Path) -> Iterator[Office]:
    """One mailbox with a complaint in it, and dana@shop.test, who answers."""
    # Here, because most tests of this folder do without a database.
    from office import Office
    from small_world import World, make_store, make_template

    with make_store(make_template(tmp_path), tmp_path / "world") as store:
        (tmp_path / "private").mkdir()
        made = Office(World(store), kit.make_source(tmp_path / "private", accounts=["dana@shop.test"]), kit)
        made.complain()
        yield made


@pytest.fixture(scope="module")
def postfix() -> Iterator[Ports]:
    """One for all tests of a file."""
    yield from _a_postfix()


@pytest.fixture
def ports() -> Iterator[Ports]:
    """One for this test alone."""
    yield from _a_postfix()


def _a_postfix() -> Iterator[Ports]:
    ports = choose_ports()
    serving = running(ports)
    try:
        serving.__enter__()
    except NotInstalled as missing:
        pytest.skip(str(missing))
    yield ports
    serving.__exit__(None, None, None)
