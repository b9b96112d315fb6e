"""The folder of sent mail: a reply is judged right after it went out, once, whatever else has seen it."""

from __future__ import annotations

import smtplib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postfix import Ports

sys.path.insert(0, str(Path(__file__).parent))
from imap_world import PATIENCE, Server, a_server, source_at
from office import FINE, RUDE, Office
from smtp_world import Sink, gate_settings, wait_until

from complaint_gift.plugin import Fate, Refused
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors.cursors import Cursors
from complaint_gift_email.doors.imap import Mailbox, open_mailbox
from complaint_gift_email.doors.sent import SentFolder

pytestmark = pytest.mark.slow


def test_who_sent_a_reply_hears_what_was_found_in_it(office: Office) -> None:
    office.watch(office.reply())
    (said,) = office.told()
    assert said.startswith("Your reply has gone out.")
    assert "fault" in said
    assert office.messages() == ["first@customer.test", "r@shop.test"]


def test_a_good_reply_is_kept_and_nobody_is_told(office: Office) -> None:
    office.watch(office.reply(FINE))
    assert office.told() == []
    assert office.messages() == ["first@customer.test", "r@shop.test"]


@pytest.mark.parametrize(
    "headers",
    [
        {"in_reply_to": "<other@customer.test>"},
        {"to": "boss@shop.test"},
        {"date": "Sat, 31 Jan 2015 08:59:00 +0000"},
        {"auto_submitted": "auto-generated"},
        {"x_complaint_gift_loop": "mail-main"},
    ],
    ids=["another-thread", "among-colleagues", "long-ago", "a-machine", "our-own"],
)
def test_nobody_hears_of(office: Office, headers: dict[str, str]) -> None:
    office.watch(office.reply(**headers))
    assert office.told() == []


@pytest.mark.parametrize("first", ["gate", "sent"])
@pytest.mark.parametrize("text", [RUDE, FINE])
def test_gate_and_folder_count_a_reply_once(office: Office, first: str, text: str) -> None:
    ways = [office.pass_gate, office.watch]
    for way in ways if first == "gate" else reversed(ways):
        way(office.reply(text))
    office.world.work()
    assert len(office.told()) == (text == RUDE)
    assert office.messages() == ["first@customer.test", "r@shop.test"]
    out = [row for row in office.service.deliveries() if row.key.startswith("out:")]
    assert len(out) == 1


@pytest.mark.parametrize("stop", [Fate.HOLD, Fate.REJECT])
def test_what_the_gate_has_stopped_is_not_sent_because_it_is_filed_so(office: Office, stop: Fate) -> None:
    assert office.pass_gate(office.reply(), stop) is stop
    office.watch(office.reply())
    assert office.messages() == ["first@customer.test"]
    office.world.work()
    assert len(office.told()) == 1


def test_the_same_folder_read_again_tells_nobody_anew(office: Office) -> None:
    for _ in range(2):
        office.watch(office.reply())
    assert len(office.told()) == 1


def test_a_mail_that_breaks_us_does_not_stop_the_folder(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> None:
        raise ValueError("what no mail should do")

    monkeypatch.setattr("complaint_gift_email.doors.sent.read_outgoing", break_down)
    office.watch(office.reply())
    assert office.messages() == ["first@customer.test", "r@shop.test"]


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as made:
        yield made


@pytest.mark.slow
def test_the_folder_marked_as_sent_is_followed(
    office: Office, server: Server, kit: Any, tmp_path: Path
) -> None:
    office.source = source_at(kit, server, tmp_path)
    doors = [d for d in EmailPlugin().listeners(office.source, office.desk) if isinstance(d, Mailbox)]
    assert [door.folder for door in doors] == ["INBOX", "\\Sent"]
    (sent,) = (door for door in doors if isinstance(door, SentFolder))
    with open_mailbox(office.source) as mailbox:
        assert sent.look(mailbox) == 0
        server.append(office.reply(), "Sent")
        assert sent.look(mailbox) == 1
        assert sent.look(mailbox) == 0
    office.world.work()
    assert len(office.told()) == 1
    client = server.login()
    client.select("Sent", readonly=True)
    assert client.search(None, "UNSEEN")[1][0].split() == [b"1"]
    client.logout()


def test_where_mail_comes_in_another_way_the_inbox_is_left_alone(office: Office, kit: Any) -> None:
    imap = {"host": "127.0.0.1", "user": "support", "password": "secret", "drafts": "\\Drafts"}
    source = kit.make_source(transport="post", imap=imap)
    doors = EmailPlugin().listeners(source, office.desk)
    assert [door.name for door in doors] == ["mail-main \\Sent", "mail-main \\Drafts"]
    assert EmailPlugin().listens(source)


@pytest.mark.slow
def test_a_folder_that_no_server_marks_is_asked_for_by_name(
    office: Office, server: Server, kit: Any, tmp_path: Path
) -> None:
    source = source_at(kit, server, tmp_path, sent="\\Archive")
    with (
        pytest.raises(Refused, match="no folder of the mailbox is marked"),
        open_mailbox(source) as mailbox,
    ):
        SentFolder(source, office.desk, "\\Archive").look(mailbox)
    assert "marks no folder as" in " ".join(EmailPlugin().probe(source, None))


@pytest.mark.slow
def test_a_reply_through_the_gate_and_its_copy_among_sent_mail_are_one(
    office: Office, server: Server, ports: Ports, kit: Any, tmp_path: Path
) -> None:
    """As a mail program does it: by Postfix and the gate to the customer, then a copy into the mailbox."""
    source = source_at(kit, server, tmp_path)
    source.settings["gate"] = gate_settings(ports.behind, port=ports.gate)
    source.settings["accounts"] = ["dana@shop.test"]
    customers = Sink(port=ports.sink, offers=())
    customers.start()
    doors = [d for d in EmailPlugin().listeners(source, office.desk) if d.name != "mail-main INBOX"]
    assert len(doors) == 2
    for door in doors:
        door.start()
    try:
        until = time.monotonic() + PATIENCE
        while not Cursors(source).place("Sent") and time.monotonic() < until:
            time.sleep(0.1)
        with smtplib.SMTP("127.0.0.1", ports.guarded, timeout=60) as client:
            client.sendmail("dana@shop.test", ["anna@customer.test"], office.reply())
        server.append(office.reply(), "Sent")
        assert wait_until(lambda: len(customers.mails) == 1, 30)
        assert wait_until(lambda: (Cursors(source).place("Sent") or (0, 0, 0))[1] == 1, 30)
    finally:
        for door in doors:
            door.stop()
        customers.stop()
    office.world.work()
    assert len(office.told()) == 1
    assert office.messages() == ["first@customer.test", "r@shop.test"]
    assert len([row for row in office.service.deliveries() if row.key.startswith("out:")]) == 1
