"""The gate in front of a real Postfix, as its smtpd_proxy_filter and as a relay; kills on the way."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from postfix import Ports

sys.path.insert(0, str(Path(__file__).parent))
from mail_town import KIND, RUDE, Mailboxes, Town, rows
from smtp_world import wait_until

from complaint_gift.service.held import OutgoingState
from complaint_gift_email.message import read_mail

pytestmark = pytest.mark.slow


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


def test_replies_pass_and_their_authors_are_told(town: Town) -> None:
    town.open_gate()
    assert town.send("Re: kind", KIND)[0] == 250
    assert town.send("Re: rude", RUDE)[0] == 250
    assert wait_until(lambda: len(town.boxes.mails) == 2, 30)
    # By default nothing can stop a mail: it is judged after its answer.
    assert wait_until(lambda: any(row.mail.subject == "Re: rude" for row in rows(town)), 30)
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
