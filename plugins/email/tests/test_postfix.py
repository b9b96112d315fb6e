"""The gate in front of a real Postfix, as its smtpd_proxy_filter and as a relay; kills on the way."""

from __future__ import annotations

import json
import smtplib
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from postfix import NotInstalled, Ports, choose_ports, running

sys.path.insert(0, str(Path(__file__).parent))
from smtp_world import Sink, wait_until

from complaint_gift.runtime import Parts, build, load_settings
from complaint_gift.runtime.gate import Gate
from complaint_gift.service.held import OutgoingState
from complaint_gift.store import SqlStore, upgrade
from complaint_gift_email.message import read_mail

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
INTRO = "On Mon, 2 Mar 2026 at 10:00, Marta <marta@example.test> wrote:"
COMPLAINT = f"{INTRO}\n> I want to complain about the service.\n"
RUDE = f"It is your own fault, you should have read the terms.\n\n{COMPLAINT}"
KIND = f"Thank you for telling us. We are sorry. We will refund you 20 euros today.\n\n{COMPLAINT}"


class Mailboxes(Sink):
    """Takes by LMTP whatever Postfix delivers, one recipient at a time."""

    def subjects(self) -> list[str]:
        return sorted(
            line[9:].decode() for mail in self.mails for line in mail.splitlines() if line[:9] == b"Subject: "
        )


@dataclass
class Town:
    """Postfix, its mailboxes, and an installation with a gate."""

    ports: Ports
    folder: Path
    boxes: Mailboxes
    on_error: str = "tell"
    process: subprocess.Popen[bytes] | None = None
    inside: Gate | None = None

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/gate.sqlite3"

    def configure(self, **gate: Any) -> dict[str, str]:
        """Write the configuration, make the tables; gives the environment."""
        upstream = {"host": "127.0.0.1", "port": self.ports.behind, "security": "none"}
        told = {
            "port": self.ports.gate,
            "upstream": upstream,
            "on_error": self.on_error,
            "processes": 0,
            **gate,
        }
        source = {"plugin": "email", "transport": "imap", "address": "support@shop.test", "gate": told}
        path = self.folder / "complaint-gift.yaml"
        # JSON is YAML.
        path.write_text(json.dumps({"sources": {"mail": source}}))
        upgrade(self.url)
        return {
            "CG_CONFIG": str(path),
            "DATA": str(self.folder),
            "DATABASE_URL": self.url,
            "REDIS_URL": f"unix://{self.folder}/nobody.sock",
        }

    def open_gate(self, **gate: Any) -> Parts:
        """In this process: the playbook is in memory already."""
        parts = build(load_settings(None, self.configure(**gate)))
        self.inside = Gate(parts)
        self.inside.start()
        return parts

    def start_gate(self) -> None:
        """In a process of its own, to be killed; without a playbook, so that it is back soon."""
        with (self.folder / "gate.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "gate_alone.py", str(self.ports.gate), str(self.ports.behind)],
                stdout=log,
                stderr=log,
            )
        assert wait_until(self.answers, 120), (self.folder / "gate.log").read_text()[-3000:]

    def answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.ports.gate, timeout=2):
                return True
        except (OSError, smtplib.SMTPException):
            return False

    def kill_gate(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def send(self, subject: str, text: str, *, port: int = 0, **options: Any) -> tuple[int, str]:
        mail = EmailMessage()
        mail["From"], mail["To"] = "Support <support@shop.test>", "marta@example.test"
        mail["Subject"], mail["In-Reply-To"] = subject, "<0@example.test>"
        mail["Message-ID"] = f"<{subject.replace(' ', '-')}@shop.test>"
        mail.set_content(text)
        try:
            with smtplib.SMTP("127.0.0.1", port or self.ports.guarded, timeout=60) as client:
                client.sendmail(
                    "support@shop.test", ["marta@example.test"], mail.as_bytes(policy=SMTP), **options
                )
        except smtplib.SMTPResponseException as exc:
            return exc.smtp_code, exc.smtp_error.decode()
        except smtplib.SMTPRecipientsRefused as exc:
            ((code, said),) = exc.recipients.values()
            return code, said.decode()
        except (OSError, smtplib.SMTPServerDisconnected):
            return 421, "gone"
        return 250, ""


@pytest.fixture(scope="module")
def postfix() -> Iterator[Ports]:
    ports = choose_ports()
    serving = running(ports)
    try:
        serving.__enter__()
    except NotInstalled as missing:
        pytest.skip(str(missing))
    yield ports
    serving.__exit__(None, None, None)


@pytest.fixture
def town(postfix: Ports, tmp_path: Path) -> Iterator[Town]:
    boxes = Mailboxes(port=postfix.sink, offers=())
    boxes.start()
    made = Town(postfix, tmp_path, boxes)
    yield made
    if made.inside is not None:
        made.inside.stop()
        made.inside.parts.store.close()
    if made.process is not None and made.process.poll() is None:
        made.kill_gate()
    boxes.stop()


def rows(town: Town) -> list[Any]:
    store = SqlStore(town.url)
    with store.reading() as tx:
        found = tx.list_outgoing((), 100)
    store.close()
    return found


def test_replies_pass_and_their_authors_are_told(town: Town) -> None:
    town.open_gate()
    assert town.send("Re: kind", KIND)[0] == 250
    assert town.send("Re: rude", RUDE)[0] == 250
    assert wait_until(lambda: len(town.boxes.mails) == 2, 30)
    (told,) = [row for row in rows(town) if row.mail.subject == "Re: rude"]
    assert (told.state, told.mail.tell, told.decision) == (OutgoingState.PASSED, "support@shop.test", "hold")
    assert "fault" in " ".join(finding.quote or "" for finding in told.findings)
    # Postfix tells the gate where a mail came from, and the gate tells Postfix again.
    assert all(b"complaint-gift with" not in mail for mail in town.boxes.mails)


def test_a_rejected_reply_is_refused_by_postfix_in_the_playbooks_words(town: Town) -> None:
    town.on_error = "reject"
    town.open_gate()
    code, said = town.send("Re: rude", RUDE)
    assert (code, said[:5]) == (550, "5.7.1")
    assert "Not sent: " in said
    assert said.isascii()
    assert town.send("Re: kind", KIND)[0] == 250
    assert wait_until(lambda: town.boxes.subjects() == ["Re: kind"], 30)
    assert [row.state for row in rows(town) if row.mail.subject == "Re: rude"] == [OutgoingState.REJECTED]


def test_a_held_reply_goes_out_when_a_lead_says_so(town: Town) -> None:
    town.on_error = "hold"
    service = town.open_gate().service
    assert town.send("Re: rude", RUDE)[0] == 250
    assert town.send("Re: rude too", RUDE)[0] == 250
    first, second = (row.id for row in rows(town))
    service.edit_outgoing(second, "Olga", "Thank you, Marta. We are sorry.")
    for number in (first, second):
        service.approve(number, "Olga")
    for action in service.actions():
        if action.action.kind.value == "send":
            service.perform(action.action.id)
            service.perform(action.action.id)
    assert wait_until(lambda: town.boxes.subjects() == ["Re: rude", "Re: rude too"], 30)
    time.sleep(1)
    edited = read_mail(next(mail for mail in town.boxes.mails if b"Re: rude too" in mail)).text
    assert "Thank you, Marta. We are sorry." in edited
    assert "your own fault" not in edited
    assert "> I want to complain about the service." in edited
    assert [row.state for row in rows(town)] == [OutgoingState.SENT, OutgoingState.SENT]
    assert len(town.boxes.mails) == 2


def test_a_relay_of_its_own_needs_a_password_over_tls(town: Town, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    secret = tmp_path / "password"
    secret.write_text("a right password")
    secret.chmod(0o600)
    users = [{"name": "helpdesk", "password": {"file": str(secret)}}]
    town.open_gate(trusted=[], users=users, certificate=str(certificate), key=str(key))
    with smtplib.SMTP("localhost", town.ports.gate, timeout=20) as client:
        client.ehlo()
        assert "auth" not in client.esmtp_features, "no password in the clear"
        assert client.mail("support@shop.test")[0] == 530

        client.starttls(context=ssl.create_default_context(cafile=certificate))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("helpdesk", "wrong")
        client.login("helpdesk", "a right password")
        client.sendmail("support@shop.test", ["marta@example.test"], b"Subject: by relay\r\n\r\nHello\r\n")
    assert wait_until(lambda: town.boxes.subjects() == ["by relay"], 30)
    assert b"by complaint-gift with ESMTP" in town.boxes.mails[0]


@pytest.mark.timeout(900)
def test_nothing_is_lost_when_the_gate_is_killed(town: Town) -> None:
    """Whoever sends hears 4xx and tries again; what was answered with 250 arrives."""
    town.start_gate()
    taken: set[str] = set()
    for number in range(12):
        subject = f"Re: number {number}"
        if number == 5:
            town.kill_gate()
        for _ in range(100):
            code, _said = town.send(subject, KIND if number % 2 else RUDE)
            if code == 250:
                taken.add(subject)
                break
            assert 400 <= code < 500, code
            if town.process is not None and town.process.poll() is not None:
                town.start_gate()
    assert len(taken) == 12
    assert wait_until(lambda: taken <= set(town.boxes.subjects()), 60)


def test_without_its_database_the_gate_answers_451_and_nothing_is_lost(town: Town) -> None:
    town.on_error = "hold"
    town.open_gate()
    database = town.folder / "gate.sqlite3"
    away = database.with_name("away.sqlite3")
    database.rename(away)
    database.mkdir()
    code, said = town.send("Re: rude", RUDE)
    assert (code, "cannot look at this mail now" in said) == (451, True)
    database.rmdir()
    away.rename(database)
    assert wait_until(lambda: town.send("Re: rude", RUDE)[0] == 250, 30)
    assert [row.state for row in rows(town)] == [OutgoingState.HELD]


def test_without_the_gate_postfix_keeps_the_door_shut(town: Town) -> None:
    code, _said = town.send("Re: kind", KIND)
    assert code == 451
    assert town.send("Re: plain", KIND, port=town.ports.plain)[0] == 250
