"""Where nothing can stop a mail, its sender hears the mail server's answer before anybody has judged it."""

from __future__ import annotations

import asyncio
import smtplib
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import DOWN, ScriptedDesk, Sink, a_gate, a_mail, wait_until

from complaint_gift.plugin import Delivery, Leaving
from complaint_gift_email import EmailPlugin
from complaint_gift_email.gate import afterwards, passing
from complaint_gift_email.gate.afterwards import Afterwards
from complaint_gift_email.gate.ledger import Ledger


@dataclass
class SlowDesk(ScriptedDesk):
    """Judges nothing before it may."""

    is_lenient: bool = True
    may_judge: threading.Event = field(default_factory=threading.Event)

    def judge(self, number: int) -> None:
        assert self.may_judge.wait(20)
        super().judge(number)


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk(is_lenient=True)


def send(port: int, mail: bytes) -> tuple[int, bytes]:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        client.mail("support@shop.test")
        client.rcpt("client@example.test")
        return client.data(mail)


def test_no_sender_waits_for_a_judge(sink: Sink) -> None:
    desk = SlowDesk()
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail("FAULT")) == (250, b"2.0.0 taken as 4711")
        assert len(sink.mails) == 1
        assert (desk.asked, desk.judged, list(desk.rows.values())) == ([], [], ["sent"])
        desk.may_judge.set()
        assert wait_until(lambda: desk.judged == [1])


def test_the_row_is_there_before_the_mail_server_has_a_byte(sink: Sink, desk: ScriptedDesk) -> None:
    desk.trouble["admit"] = DOWN
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == 451
        assert "DATA" not in sink.heard
        desk.trouble.clear()
        assert send(port, a_mail())[0] == 250
    assert len(sink.mails) == 1
    assert desk.left[0].raw == a_mail()


@pytest.mark.parametrize(
    ("command", "answer"), [("354", "554 5.7.1 no more"), ("DATA", "451 4.7.1 try later")]
)
def test_what_the_mail_server_refuses_leaves_no_row(
    sink: Sink, desk: ScriptedDesk, command: str, answer: str
) -> None:
    sink.answers[command] = answer
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == int(answer[:3])
        assert wait_until(lambda: not desk.rows)
    assert desk.judged == []


def test_where_the_answer_is_lost_the_row_stays_as_it_is(sink: Sink, desk: ScriptedDesk) -> None:
    sink.answers["DATA"] = None
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == 451
    assert (list(desk.rows.values()), desk.judged) == (["passing"], [])


def test_a_success_is_passed_on_even_if_it_cannot_be_written_down(sink: Sink, desk: ScriptedDesk) -> None:
    desk.trouble["sent"] = DOWN
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == 250
    assert (list(desk.rows.values()), desk.judged) == (["passing"], [])


@pytest.mark.parametrize("way", ["hold", "reject", "a rule that blocks"])
def test_where_a_mail_could_be_stopped_it_is_judged_first(sink: Sink, way: str) -> None:
    desk = ScriptedDesk(is_lenient=way != "a rule that blocks")
    with a_gate(desk, sink.port, on_error="tell" if desk.is_lenient is False else way) as port:
        assert send(port, a_mail())[0] == 250
    assert (len(desk.asked), desk.rows) == (1, {})


def test_a_large_mail_is_judged_first(
    sink: Sink, desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "LARGEST_UNJUDGED", 10)
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == 250
    assert (len(desk.asked), desk.rows) == (1, {})


def test_a_fault_of_ours_holds_no_mail_up(sink: Sink, desk: ScriptedDesk) -> None:
    desk.trouble["admit"] = RuntimeError("a bug")
    desk.trouble["judge"] = RuntimeError("another")
    with a_gate(desk, sink.port) as port:
        assert send(port, a_mail())[0] == 250
        del desk.trouble["admit"]
        assert send(port, a_mail())[0] == 250
    assert (len(desk.asked), list(desk.rows.values())) == (1, ["sent"])


def test_what_was_kept_reads_as_what_came(sink: Sink, desk: ScriptedDesk, kit: Any) -> None:
    with a_gate(desk, sink.port, every_mail=True) as port:
        send(port, a_mail("Hello \u2603", Subject="Soup", In_Reply_To=""))
    (left,) = desk.left
    source = kit.make_source()
    source.settings["gate"] = {"every_mail": True}
    delivery = Delivery(1, source.name, left.key, left.headers, left.raw, kit.NOW)
    read = EmailPlugin().leaving(delivery, source, kit.Remembered())
    assert read is not None
    assert (read.text, read.recipients, read.is_reply) == ("Hello \u2603", ("<client@example.test>",), True)
    assert read.envelope["sender"] == "<support@shop.test>"


def test_who_comes_while_some_are_written_is_in_the_next_group() -> None:
    groups: list[int] = []
    may_write = threading.Event()

    class Desk(ScriptedDesk):
        def note(
            self, source: str, leaving: Sequence[Leaving], sent: Sequence[str], unsent: Sequence[str]
        ) -> Mapping[str, int]:
            assert may_write.wait(10)
            groups.append(len(leaving))
            return super().note(source, leaving, sent, unsent)

    async def go() -> None:
        ledger = Ledger("mail", Desk())
        first = asyncio.create_task(ledger.admit("0", {}, b""))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(ledger.admit(str(number), {}, b"")) for number in range(1, 6)]
        await asyncio.sleep(0.05)
        may_write.set()
        await asyncio.gather(first, *others)
        assert await ledger.mark_sent("3") == 4
        await ledger.close()

    asyncio.run(go())
    assert groups == [1, 5, 0]


def test_judging_waits_for_quiet_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "QUIET_SECONDS", 0.2)
    monkeypatch.setattr(afterwards, "LONGEST_SECONDS", 1.0)
    judged: list[float] = []

    class Hands:
        is_whole = True

        async def open(self) -> None:
            """Nothing to do."""

        async def ask(self, task: str, *given: Any) -> None:
            judged.append(time.monotonic())

        async def close(self) -> None:
            """Nothing to do."""

    async def go() -> None:
        rest = Afterwards(Hands())
        began = time.monotonic()
        rest.stir()
        rest.add(1)
        while time.monotonic() - began < 3.0 and not judged:
            rest.stir()
            await asyncio.sleep(0.02)
        assert judged[0] - began > 0.9, "somebody was sending all the time"
        rest.add(2)
        began = time.monotonic()
        rest.stir()
        while len(judged) < 2 and time.monotonic() - began < 3.0:
            await asyncio.sleep(0.02)
        assert 0.1 < judged[1] - began < 0.9, "nobody was sending any more"

    asyncio.run(go())
