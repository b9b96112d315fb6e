"""Broken, hostile and huge mail at the gate, and that no 250 comes before what it promises."""

from __future__ import annotations

import random
import smtplib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import ScriptedDesk, Sink, a_gate, a_mail, gate_settings

from complaint_gift.plugin import Fate, Outgoing, Ruling, Source
from complaint_gift_email.gate import judging
from complaint_gift_email.gate.judging import Judging

MUTATIONS = 10_000
WAY = {
    "sender": "<a@shop.test>", "recipients": ("<b@example.test>",), "options": (),
    "recipient_options": ((),), "login": "", "is_trusted": True,
}  # fmt: skip
SNIPPETS = (
    b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"=?utf-8?B?", b"?=", b"--B", b"--B--", b"\r", b"\r\n.\r\n",
    b"\n.\n", b"From: ", b"Sender: x@y.test\r\n", b"Reply-To: <", b"Received: from (Authenticated sender: ",
    b"Bcc: x@y.test", b"\xed\xa0\x80", "написал:".encode("cp1251"), b"In-Reply-To: <<", b"\xe2\x80\xae",
    b"Auto-Submitted: =?", b"Content-Type: multipart/mixed; boundary=B\r\n", b"charset=utf-16",
)  # fmt: skip
SEED = a_mail("FAULT and more\n\nOn Mon, 2 Mar 2026, Marta wrote:\n> quoted\n", Reply_To="a@shop.test")


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = SlowSink()
    made.start()
    yield made
    made.stop()


@dataclass
class SlowSink(Sink):
    """Answers to a mail when it is let go."""

    go: threading.Event = field(default_factory=threading.Event)
    waits: bool = False

    def _answer(self, link: Any, command: str, deed: Callable[[], None]) -> bool:
        if command == "DATA" and self.waits:
            self.go.wait(30)
        return super()._answer(link, command, deed)


@dataclass
class SlowDesk(ScriptedDesk):
    """Commits when it is let go."""

    go: threading.Event = field(default_factory=threading.Event)

    def keep(self, outgoing: Outgoing, ruling: Ruling) -> Ruling:
        self.go.wait(30)
        return super().keep(outgoing, ruling)


def mutate(chance: random.Random) -> bytes:
    made = bytearray(SEED)
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(made) + 1)
        if chance.random() < 0.3:
            del made[place : place + chance.randrange(1, 60)]
        elif chance.random() < 0.7:
            made[place:place] = chance.choice(SNIPPETS)
        else:
            made[place : place + 1] = bytes([chance.randrange(256)])
    return bytes(made)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_mutated_mails_are_weighed_without_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours would let a mail pass unread."""
    faults: list[Exception] = []
    monkeypatch.setattr(judging, "note_broken", faults.append)
    own = {"address": "support@shop.test", "domains": ["shop.test"], "staff": {"ivan": ["ivan@shop.test"]}}
    desk, chance = ScriptedDesk(), random.Random(11)
    gate = gate_settings(1, on_error="hold")
    work = Judging(Source("mail", "email", {"thread_secret": "", **own, "gate": gate}), desk)
    for _ in range(MUTATIONS):
        weighed = work.weigh(mutate(chance), WAY)
        assert weighed.ruling.fate in (Fate.PASS, Fate.HOLD)
    assert faults == []
    assert len(desk.asked) > MUTATIONS / 2
    for mail in desk.asked:
        assert len(mail.key) == 64
        for text in (mail.text, mail.history, mail.subject, mail.tell, mail.author.name, mail.conversation):
            text.encode()
            assert "\x00" not in text


@pytest.mark.parametrize(
    "sent", [150, pytest.param(MUTATIONS, marks=(pytest.mark.slow, pytest.mark.timeout(600)))]
)
def test_mutated_mails_stay_one_mail_each(sink: Sink, sent: int) -> None:
    """Whatever is in them, the mail server sees as many mails as were sent, each line ended as it must."""
    chance, taken = random.Random(12), 0
    with a_gate(ScriptedDesk(), sink.port) as port, smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        for _ in range(sent):
            raw = mutate(chance)
            client.sendmail("a@shop.test", ["b@example.test"], raw)
            taken += 1
    assert len(sink.mails) == taken
    for mail in sink.mails:
        assert mail.count(b"\n") == mail.count(b"\r") == mail.count(b"\r\n")


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(depth)
    )
    return opening + b"Content-Type: text/plain\r\n\r\nhi\r\n"


LINE = b"QUJDREVGR0g=" * 4000 + b"\r\n"
LARGE = {
    "3,000 nested parts": nested(3000),
    "40 MB attachment": b"From: <a@shop.test>\r\nSubject: Re: x\r\n"
    b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nhello\r\n--B\r\n"
    b"Content-Type: application/zip; name=../../x.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + LINE * 850
    + b"--B--\r\n",
    "zip bomb": b"Subject: Re: x\r\nContent-Type: application/zip\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b"UEsDBBQAAAAIAA==" * 3000 + b"\r\n",
    "a line of 5 MB": b"Subject: Re: x\r\n\r\n" + b"word " * 1_000_000 + b"\r\n",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", LARGE)
def test_large_and_deep_mails_pass_whole(name: str, sink: Sink) -> None:
    with a_gate(ScriptedDesk(), sink.port) as port, smtplib.SMTP("127.0.0.1", port, timeout=300) as client:
        client.sendmail("a@shop.test", ["b@example.test"], LARGE[name])
    (got,) = sink.mails
    assert got.endswith(LARGE[name])


def test_nothing_can_be_smuggled_into_commands_or_headers(sink: Sink) -> None:
    with a_gate(ScriptedDesk(), sink.port) as port, smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo('evil" (x\x0bBcc: victim@example.test')
        for command in (
            "MAIL FROM:<a@b.test\rRCPT TO:<c@d.test>",
            "MAIL FROM:<a@b.test> SIZE=1\rDATA",
            "MAIL FROM:<a@b.test> XOOPS=1",
            "MAIL FROM:<a@b<c@d.test>>",
            "XFORWARD NAME=a\rDATA",
        ):
            # One line as it is: the client's own library would refuse to send it.
            client.send(command.encode() + b"\r\n")
            assert 500 <= client.getreply()[0] < 560, command
        client.sendmail("a@shop.test", ["b@example.test"], a_mail())
    (got,) = sink.mails
    head = got.partition(b"\r\nFrom: ")[0]
    assert head.count(b"\r\n") == 1, "the trace of the gate is one header of two lines"
    assert b"victim@" not in head
    assert not any("victim" in line or "c@d.test" in line for line in sink.heard)


def answers_within(client: smtplib.SMTP, seconds: float) -> bool:
    assert client.sock is not None
    client.sock.settimeout(seconds)
    try:
        return bool(client.sock.recv(1))
    except TimeoutError:
        return False
    finally:
        client.sock.settimeout(30)


def begin(port: int, text: str) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", port, timeout=30)
    client.ehlo()
    client.mail("a@shop.test")
    client.rcpt("b@example.test")
    client.putcmd("data")
    assert client.getreply()[0] == 354
    client.send(a_mail(text) + b".\r\n")
    return client


def test_no_250_before_the_mail_servers_own(sink: SlowSink) -> None:
    sink.waits = True
    with a_gate(ScriptedDesk(), sink.port) as port:
        client = begin(port, "Thank you.")
        assert not answers_within(client, 0.7)
        sink.go.set()
        assert client.getreply() == (250, b"2.0.0 taken as 4711")
        client.close()


def test_no_250_before_a_held_mail_is_committed(sink: Sink) -> None:
    desk = SlowDesk()
    with a_gate(desk, sink.port, on_error="hold") as port:
        client = begin(port, "FAULT")
        assert not answers_within(client, 0.7)
        assert desk.kept == {}
        desk.go.set()
        assert client.getreply()[0] == 250
        client.close()
    assert len(desk.kept) == 1
    assert sink.mails == []
