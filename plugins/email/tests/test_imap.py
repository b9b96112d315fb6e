"""The mailbox as a door, with servers that misbehave and files that break: nothing is passed over."""

from __future__ import annotations

import calendar
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from imap_world import Desk

from complaint_gift.plugin import Unreachable
from complaint_gift_email.doors import imap
from complaint_gift_email.doors.cursors import Cursors
from complaint_gift_email.doors.imap import MOST_REFUSALS, Mailbox

DAY = 86_400


class Server:
    """A mailbox in memory as imap_tools shows one: uid -> mail; `refused` are not given."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.refused: set[int] = set()
        self.asked: list[str] = []
        self.searched: list[str] = []
        self.validity = 1
        self.client = self.folder = self

    def set(self, name: str, readonly: bool) -> None:
        """Folders are not told apart."""

    def status(self, name: str, wanted: list[str]) -> dict[str, int]:
        return {"UIDVALIDITY": self.validity, "UIDNEXT": max(self.mails, default=0) + 1}

    def uids(self, criteria: str) -> list[str]:
        self.searched.append(criteria)
        return [str(uid) for uid in self.mails]

    def uid(self, command: str, number: str, what: str) -> tuple[str, list[Any]]:
        self.asked.append(what)
        raw = self.mails.get(int(number))
        if int(number) in self.refused:
            return "NO", [b"[SERVERBUG] Internal error occurred"]
        if raw is None:
            return "OK", [None]
        if "SIZE" in what:
            return "OK", [b"1 (RFC822.SIZE %d)" % len(raw)]
        raw = raw[: int(what.partition("<0.")[2].rstrip(">)") or len(raw))]
        return "OK", [(b"1 (BODY[] {%d}" % len(raw), raw), b")"]


@pytest.fixture
def world(kit: Any, tmp_path: Path) -> tuple[Server, Desk, Mailbox]:
    wish = {"host": "127.0.0.1", "user": "x", "password": "y", "security": "none", "begin": "all"}
    source = kit.make_source(tmp_path, transport="imap", secrets=[], imap=wish)
    desk = Desk()
    return Server(), desk, Mailbox(source, desk, "INBOX")  # type: ignore[arg-type]


def test_mail_that_the_server_does_not_give_just_now_is_read_later(kit: Any, world: Any) -> None:
    server, _, door = world
    server.mails = {1: kit.make_mail("one"), 2: kit.make_mail("two")}
    server.refused = {1}
    with pytest.raises(Unreachable, match="does not give mail 1"):
        door.look(server)
    server.refused.clear()
    assert door.look(server) == 2


def test_damaged_mail_does_not_stop_those_behind_it(kit: Any, world: Any) -> None:
    server, desk, door = world
    server.mails = {1: kit.make_mail("one"), 2: kit.make_mail("two")}
    server.refused = {1}
    for _ in range(MOST_REFUSALS - 1):
        with pytest.raises(Unreachable):
            door.look(server)
    assert door.look(server) == 1
    assert [body for _, _, body in desk.taken] == [server.mails[2]]


def test_beginning_of_a_very_large_mail_is_read(
    kit: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, desk, door = world
    monkeypatch.setattr(imap, "LARGEST", 1000)
    server.mails = {1: kit.make_mail("The soup was cold. " * 200)}
    assert door.look(server) == 1
    assert desk.taken[0][2] == server.mails[1][:1000]


def test_new_mailbox_brings_back_nothing_of_long_ago(kit: Any, world: Any) -> None:
    server, desk, door = world
    moved = calendar.timegm((2025, 3, 4, 0, 30, 0))
    door.cursors.move("INBOX", 1, 7, moved)
    server.mails, server.validity = {1: kit.make_mail("one"), 2: kit.make_mail("two")}, 2
    desk.broken = True
    with pytest.raises(Unreachable):
        door.look(server)
    desk.broken = False
    assert door.look(server) == 2
    assert server.searched == ["SINCE 3-Mar-2025 UID 1:*"] * 2
    place = door.cursors.place("INBOX")
    assert (place.validity, place.uid) == (2, 2)
    assert door.look(server) == 0
    assert server.searched[-1] == "UID 3:*"


def test_broken_file_of_places_is_no_new_mailbox(kit: Any, world: Any) -> None:
    server, _, door = world
    file = door.source.folder / "imap.json"
    for broken in ("", "[]", '{"INBOX": 5}', "{"):
        file.write_text(broken)
        with pytest.raises(Unreachable, match="places"):
            door.look(server)
    file.write_text('{"INBOX": [1, 7]}')  # as older versions wrote it
    place = Cursors(door.source).place("INBOX")
    assert place is not None
    assert (place.validity, place.uid) == (1, 7)
    assert place.moved == file.stat().st_mtime
