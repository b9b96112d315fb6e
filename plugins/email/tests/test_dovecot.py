"""A real Dovecot on loopback: mail that arrives there arrives here, once, and stays there as it was."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from imap_world import PATIENCE, Desk, Server, a_server, source_at

from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors.cursors import Cursors
from complaint_gift_email.doors.imap import Mailbox, open_mailbox


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as made:
        yield made


def mail(kit: Any, number: int) -> bytes:
    raw: bytes = kit.make_mail(f"Суп номер {number} был холодный.", message_id=f"<{number}@customer.test>")
    return raw


class Busy(Desk):
    """Another mail comes while the first one is taken in."""

    def __init__(self, server: Server, raw: bytes) -> None:
        super().__init__()
        self.server, self.raw = server, raw

    def take(self, source: str, key: str, headers: Any, body: bytes) -> bool:
        is_first = not self.taken
        done = super().take(source, key, headers, body)
        if is_first:
            self.server.append(self.raw)
        return done


@pytest.mark.slow
def test_mail_that_comes_while_others_are_read_waits_for_nothing(
    kit: Any, server: Server, tmp_path: Path
) -> None:
    for number in (1, 2):
        server.append(mail(kit, number))
    desk = Busy(server, mail(kit, 3))
    door = Mailbox(source_at(kit, server, tmp_path, begin="all"), desk, "INBOX")  # type: ignore[arg-type]
    door.start()
    try:
        desk.wait_for(3)
    finally:
        door.stop()


@pytest.mark.slow
@pytest.mark.parametrize("idle", [True, False])
def test_new_mail_comes_in_once_and_stays_untouched(
    kit: Any, server: Server, tmp_path: Path, idle: bool
) -> None:
    server.append(mail(kit, 0))
    source = source_at(kit, server, tmp_path, idle=idle, poll_seconds=5, sent="Sent")
    source.settings["imap"]["poll_seconds"] = 0.2  # nobody may set so little, but a test need not wait
    desk = Desk()
    doors = EmailPlugin().listeners(source, desk)  # type: ignore[arg-type]
    doors = [door for door in doors if isinstance(door, Mailbox)]
    assert [door.folder for door in doors] == ["INBOX", "Sent"]
    for door in doors:
        door.start()
    until = time.monotonic() + PATIENCE
    while not all(Cursors(source).place(folder) for folder in ("INBOX", "Sent")) and time.monotonic() < until:
        time.sleep(0.1)
    for number in (1, 2):
        server.append(mail(kit, number))
        desk.wait_for(number)
    server.append(mail(kit, 3), "Sent")
    desk.wait_for(3)
    for door in doors:
        door.stop()
    assert [body for _, _, body in desk.taken] == [mail(kit, number) for number in (1, 2, 3)]
    assert [headers["x-email-direction"] for _, headers, _ in desk.taken] == ["in", "in", "out"]
    client = server.login()
    client.select("INBOX", readonly=True)
    assert client.search(None, "UNSEEN")[1][0].split() == [b"1", b"2", b"3"]
    client.logout()


@pytest.mark.slow
def test_place_is_kept_over_restarts_and_lost_with_a_new_mailbox(
    kit: Any, server: Server, tmp_path: Path
) -> None:
    source, desk = source_at(kit, server, tmp_path, begin="all"), Desk()
    for number in (1, 2):
        server.append(mail(kit, number))
    door = Mailbox(source, desk, "INBOX")  # type: ignore[arg-type]
    with open_mailbox(source) as mailbox:
        assert door.look(mailbox) == 2
        assert door.look(mailbox) == 0
    server.append(mail(kit, 3))
    again = Mailbox(source, desk, "INBOX")  # type: ignore[arg-type]
    with open_mailbox(source) as mailbox:
        assert again.look(mailbox) == 1
    assert len(desk.taken) == 3
    place = Cursors(source).place("INBOX")
    assert place is not None
    # Another UIDVALIDITY: all is read again, and known by its keys.
    Cursors(source).move("INBOX", place[0] + 1, place[1])
    with open_mailbox(source) as mailbox:
        again.look(mailbox)
    assert len(desk.taken) == 3


@pytest.mark.slow
def test_nothing_is_passed_over_while_the_database_is_away(kit: Any, server: Server, tmp_path: Path) -> None:
    source, desk = source_at(kit, server, tmp_path, begin="all"), Desk()
    server.append(mail(kit, 1))
    door, desk.broken = Mailbox(source, desk, "INBOX"), True  # type: ignore[arg-type]
    with pytest.raises(Unreachable), open_mailbox(source) as mailbox:
        door.look(mailbox)
    desk.broken = False
    with open_mailbox(source) as mailbox:
        assert door.look(mailbox) == 1


@pytest.mark.slow
def test_what_is_wrong_is_said_in_words(kit: Any, server: Server, tmp_path: Path) -> None:
    source = source_at(kit, server, tmp_path, sent="Gesendet")
    said = " ".join(EmailPlugin().probe(source, None))
    assert "no folder 'Gesendet'" in said
    assert "never been looked at" in said
    bad = source_at(kit, server, tmp_path, password="wrong")
    with pytest.raises(Refused, match="does not let"), open_mailbox(bad):
        pass
    server.stop()
    with pytest.raises(Unreachable, match="cannot be reached"), open_mailbox(source):
        pass
