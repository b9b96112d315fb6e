"""The processes that judge beside the gate: what they are asked, and what happens when one is lost."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import smtplib
import struct
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import DOWN, ScriptedDesk, Sink, a_mail, free_port, gate_settings, wait_until

from complaint_gift.plugin import Fate, Outgoing, Ruling, Source, Unreachable
from complaint_gift_email.gate import GateListener
from complaint_gift_email.gate.crew import Crew
from complaint_gift_email.gate.listener import MOST_PROCESSES, processes_of

PORT, UPSTREAM = free_port(), free_port()


@dataclass
class ObedientDesk(ScriptedDesk):
    """Does what a mail says, in whichever process it is."""

    def rule(self, outgoing: Outgoing, stop: Fate) -> Ruling:
        if "WHO" in outgoing.text:
            return Ruling(Fate.REJECT, sentence=f"process {os.getpid()}")
        if "SLOW" in outgoing.text:
            time.sleep(1.0)
        if "DIE" in outgoing.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "DOWN" in outgoing.text:
            raise DOWN
        return super().rule(outgoing, stop)


@pytest.fixture
def sink() -> Sink:
    return Sink(port=UPSTREAM)


@pytest.fixture
def gate(sink: Sink) -> Iterator[GateListener]:
    """Two processes judge. They are made before the mail server's threads are, as in the product."""
    settings = gate_settings(UPSTREAM, port=PORT, processes=2, on_error="hold")
    listener = GateListener(Source("mail", "email", {"thread_secret": "", "gate": settings}), ObedientDesk())
    listener.prepare()
    sink.start()
    listener.start()
    yield listener
    listener.stop()
    sink.stop()


def send(text: str) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", PORT, timeout=30) as client:
        client.ehlo()
        client.mail("support@shop.test")
        client.rcpt("client@example.test")
        code, said = client.data(a_mail(text))
        return code, said.decode()


def test_mails_are_judged_beside_the_process_that_talks(gate: GateListener, sink: Sink) -> None:
    code, said = send("WHO are you?")
    assert code == 550
    assert "process " in said
    assert f"process {os.getpid()}" not in said
    assert send("Thank you.") == (250, "2.0.0 taken as 4711")
    assert "Held until a lead" in send("FAULT")[1]
    assert len(sink.mails) == 1
    assert not gate.is_broken


def test_a_process_that_dies_costs_no_mail(gate: GateListener, sink: Sink) -> None:
    assert send("DIE")[0] == 451
    assert gate.is_broken, "whoever runs the gate starts it anew"
    assert send("Thank you.")[0] == 250, "the other one goes on"
    assert send("DIE")[0] == 451
    began = time.monotonic()
    assert send("Thank you.")[0] == 451
    assert time.monotonic() - began < 20, "nobody waits for those that are gone"
    assert len(sink.mails) == 1


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew(lambda task: task, 2, lambda: None)
    made.fork()
    yield made
    made.end()


def freeze(crew: Crew) -> None:
    """Whoever is only told to stop may still read what comes."""
    for member in crew._members:
        os.kill(member.number, signal.SIGSTOP)
        os.waitid(os.P_PID, member.number, os.WSTOPPED)


def has_unread(number: int) -> bool:
    """Whether this end of a line has sent what nobody has read yet."""
    return struct.unpack("i", fcntl.ioctl(number, termios.TIOCOUTQ, b"\0" * 4))[0] > 0


def test_a_process_that_dies_with_its_task_unread_is_missed(crew: Crew) -> None:
    async def kill_one() -> None:
        await crew.open()
        freeze(crew)
        asked = asyncio.ensure_future(crew.ask("in vain"))
        while not (given := [one for one in crew._members if has_unread(one.link.fileno())]):
            await asyncio.sleep(0.01)
        os.kill(given[0].number, signal.SIGKILL)
        with pytest.raises(Unreachable):
            await asked
        assert not crew.is_whole
        [other] = [one for one in crew._members if one not in given]
        os.kill(other.number, signal.SIGCONT)
        assert await crew.ask("for the other") == "for the other"
        await crew.close()

    asyncio.run(asyncio.wait_for(kill_one(), 30))


def test_a_process_that_is_asked_before_its_end_is_seen_is_missed(crew: Crew) -> None:
    async def kill_one() -> None:
        await crew.open()
        first = crew._members[-1].number
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        with pytest.raises(Unreachable):
            await crew.ask("in vain")
        assert not crew.is_whole
        assert await crew.ask("for the other") == "for the other"
        await crew.close()

    asyncio.run(asyncio.wait_for(kill_one(), 30))


def test_nobody_goes_on_waiting_when_the_last_process_dies(crew: Crew) -> None:
    async def kill_all() -> None:
        await crew.open()
        freeze(crew)
        asked = [asyncio.ensure_future(crew.ask("in vain")) for _ in range(6)]
        while not all(has_unread(member.link.fileno()) for member in crew._members):
            await asyncio.sleep(0.01)
        for member in crew._members:
            os.kill(member.number, signal.SIGKILL)
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, Unreachable) for one in told)
        assert not crew.is_whole
        await crew.close()

    asyncio.run(asyncio.wait_for(kill_all(), 30))


def test_a_database_that_is_away_is_451_from_there_too(gate: GateListener, sink: Sink) -> None:
    assert send("DOWN")[0] == 451
    assert send("Thank you.")[0] == 250
    assert not gate.is_broken


def test_a_client_that_hangs_up_leaves_no_answer_behind(gate: GateListener, sink: Sink) -> None:
    for _ in range(4):
        client = smtplib.SMTP("127.0.0.1", PORT, timeout=30)
        client.ehlo()
        client.mail("support@shop.test")
        client.rcpt("client@example.test")
        client.putcmd("data")
        client.getreply()
        client.send(a_mail("SLOW FAULT") + b".\r\n")
        time.sleep(0.05)
        client.close()
    assert send("Thank you.") == (250, "2.0.0 taken as 4711"), "and not what another mail was told"


def test_a_gate_that_closes_leaves_no_process(gate: GateListener, sink: Sink) -> None:
    assert send("Thank you.")[0] == 250
    assert gate._crew is not None
    numbers = [member.number for member in gate._crew._members]
    assert len(numbers) == 2
    gate.stop()
    assert wait_until(lambda: not any(Path(f"/proc/{number}").exists() for number in numbers), 10)


def test_how_many_there_are_is_by_processors_unless_it_is_said() -> None:
    assert processes_of(gate_settings(1)) == min(os.cpu_count() or 1, MOST_PROCESSES)
    assert processes_of(gate_settings(1, processes=7)) == 7
    assert processes_of(gate_settings(1, processes=0)) == 0
