"""Kills while mail passes: the gate, its judges, PostgreSQL and Valkey, all real, behind a real Postfix.

People send one mail after the other and try again after every 4xx, as mail programs do. In the end
each of their mails has arrived or waits for a lead, and none was sent although it should wait.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from postfix import Ports

sys.path.insert(0, str(Path(__file__).parent))
from mail_town import KIND, RUDE, Mailboxes, Town, rows
from smtp_world import wait_until

from complaint_gift.runtime import build, load_settings
from complaint_gift.runtime.valkey import EmbeddedValkey
from complaint_gift.service.held import OutgoingState
from complaint_gift.service.records import millis

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PEOPLE, EACH = 4, 8
START_SECONDS = 400  # ten, unless the machine has other work


@dataclass
class PostgreSQL:
    """A server of our own, to be killed."""

    folder: Path
    tools: Path
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def make(self) -> None:
        shutil.chown(self.folder, "postgres")
        told = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        command = [self.tools / "initdb", "-D", self.folder / "data", *told]
        subprocess.run(command, user="postgres", cwd=self.folder, check=True, capture_output=True)

    def start(self) -> None:
        def answers() -> bool:
            if self.server is None or self.server.poll() is not None:
                # Those whom a killed server leaves behind need a moment to notice.
                with (self.folder / "log").open("ab") as log:
                    self.server = subprocess.Popen(
                        [self.tools / "postgres", "-D", self.folder / "data", "-k", self.folder,
                         "-c", "listen_addresses="],
                        user="postgres", cwd=self.folder, stdout=log, stderr=log,
                    )  # fmt: skip
            with suppress(psycopg.OperationalError), psycopg.connect(self.url):
                return True
            return False

        assert wait_until(answers, 120), (self.folder / "log").read_text()[-2000:]

    def kill(self) -> None:
        assert self.server is not None
        self.server.kill()
        self.server.wait()


@dataclass
class Traffic:
    """What people send, and what they heard."""

    town: Town
    taken: set[str] = field(default_factory=set)
    heard: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, name: str) -> None:
        for person in range(PEOPLE):
            made = threading.Thread(target=self._send_all, args=(f"{name} {person}",), daemon=True)
            self.threads.append(made)
            made.start()

    def _send_all(self, name: str) -> None:
        for number in range(EACH):
            is_rude = number % 2
            subject = f"Re: {'rude' if is_rude else 'kind'} {name} {number}"
            while (code := self.town.send(subject, RUDE if is_rude else KIND)[0]) != 250:
                self.heard.append(code)
                time.sleep(0.3)
            self.taken.add(subject)

    def wait(self, count: int) -> None:
        assert wait_until(lambda: len(self.taken) >= count, START_SECONDS), self.told()

    def wait_for_refusal(self) -> None:
        before = len(self.heard)
        assert wait_until(lambda: len(self.heard) >= before + PEOPLE, 120), self.told()

    def end(self) -> None:
        self.wait(PEOPLE * EACH)
        for thread in self.threads:
            thread.join(60)

    def told(self) -> str:
        log = (self.town.folder / "gate.log").read_text()[-2000:]
        return f"taken {len(self.taken)}, heard {self.heard[-20:]}\n{log}"

    def check(self) -> None:
        """Every kind reply has arrived, every rude one waits, and none of those has arrived."""
        assert all(400 <= code < 500 for code in self.heard), self.heard
        kind = {subject for subject in self.taken if "kind" in subject}
        rude = self.taken - kind
        assert len(self.taken) == PEOPLE * EACH
        assert wait_until(lambda: kind <= set(self.town.boxes.subjects()), 120)
        assert not rude & set(self.town.boxes.subjects())
        held = [row.mail.subject for row in rows(self.town) if row.state is OutgoingState.HELD]
        assert sorted(held) == sorted(rude), "one row for each, however often it was sent"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found or os.geteuid() != 0:
        pytest.skip("needs PostgreSQL and root: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="cg-kill-"))
    made = PostgreSQL(folder, found[-1].parent)
    made.make()
    made.start()
    yield made
    assert made.server is not None
    made.server.send_signal(signal.SIGINT)
    made.server.wait(60)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    made = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def town(
    postfix: Ports, server: PostgreSQL, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    boxes = Mailboxes(port=postfix.sink, offers=())
    boxes.start()
    made = Town(postfix, tmp_path_factory.mktemp("gate"), boxes, "hold", server.url, valkey.url)
    made.start_product()
    assert wait_until(made.answers, START_SECONDS), (made.folder / "gate.log").read_text()[-3000:]
    yield made
    assert made.process is not None
    made.process.terminate()
    made.process.wait(60)
    boxes.stop()


@pytest.fixture
def traffic(town: Town, request: pytest.FixtureRequest) -> Traffic:
    with psycopg.connect(town.url) as session:
        session.execute("DELETE FROM outgoing")
    town.boxes.mails.clear()
    made = Traffic(town)
    made.begin(request.node.name)
    made.wait(5)
    return made


def restart(town: Town) -> None:
    town.start_product()
    assert wait_until(town.answers, START_SECONDS), (town.folder / "gate.log").read_text()[-3000:]


def test_killed_postgresql(town: Town, server: PostgreSQL, traffic: Traffic) -> None:
    server.kill()
    traffic.wait_for_refusal()
    assert 451 in traffic.heard
    server.start()
    traffic.end()
    traffic.check()


def test_killed_valkey_changes_no_answer(town: Town, valkey: EmbeddedValkey, traffic: Traffic) -> None:
    os.kill(valkey.pid, signal.SIGKILL)
    traffic.wait(16)
    assert traffic.heard == []
    valkey.stop()
    valkey.start()
    traffic.end()
    traffic.check()


def test_killed_gate(town: Town, traffic: Traffic) -> None:
    assert town.process is not None
    judges = town.judges()
    assert len(judges) == 2
    town.process.kill()
    town.process.wait()
    assert wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in judges), 60), "no orphans"
    traffic.wait_for_refusal()
    assert 451 in traffic.heard
    restart(town)
    traffic.end()
    traffic.check()


def test_killed_between_answer_and_judgement_nothing_is_forgotten(
    postfix: Ports, server: PostgreSQL, valkey: EmbeddedValkey, town: Town, tmp_path: Path
) -> None:
    """With `tell` a mail goes out before it is judged. The gate dies; a worker takes up what it left."""
    assert town.process is not None
    town.process.terminate()
    town.process.wait(60)
    lenient = Town(postfix, tmp_path, town.boxes, "tell", server.url, valkey.url)
    restart(lenient)
    with psycopg.connect(lenient.url) as session:
        session.execute("DELETE FROM outgoing")
    taken: set[str] = set()
    for number in range(20):
        subject = f"Re: rude {number} of a killed gate"
        if number == 10 and lenient.process is not None:
            threading.Timer(0.05, lenient.process.kill).start()
        if lenient.send(subject, RUDE)[0] == 250:
            taken.add(subject)
    assert 5 <= len(taken) < 20
    lenient.kill_gate()
    parts = build(load_settings(None, lenient.configure()))
    with psycopg.connect(lenient.url) as session:
        session.execute("UPDATE delivery SET received_at = received_at - interval '1 hour'")
    parts.service.sweep()
    now = millis(parts.service.means.now())
    with parts.store.reading() as tx:
        waiting = tx.waiting_deliveries(now, now, 99)
    for number in waiting:
        parts.service.process(number)
    told = [row for row in rows(lenient) if row.state is OutgoingState.PASSED]
    assert taken <= {row.mail.subject for row in told}
    assert len({row.mail.subject for row in told}) == len(told), "each of them once"
    assert wait_until(lambda: taken <= set(lenient.boxes.subjects()), 120)
    assert not any(row.key.startswith("gate:") for row in parts.service.deliveries())
    parts.store.close()
    restart(town)


def test_killed_judge_ends_the_gate_which_then_starts_anew(town: Town, traffic: Traffic) -> None:
    assert town.process is not None
    os.kill(town.judges()[0], signal.SIGKILL)
    assert town.process.wait(120) == 2, "in order, and with a status that is none of success"
    assert "has to start anew" in (town.folder / "gate.log").read_text()
    restart(town)
    traffic.end()
    traffic.check()
