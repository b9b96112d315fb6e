"""The folder of drafts at a real Dovecot: a flag and one note beside what needs another look, no more."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_world import World, make_store, make_template

sys.path.insert(0, str(Path(__file__).parent))
from imap_world import PATIENCE, Server, a_server, source_at
from office import FINE, RUDE, Office

from complaint_gift.service.records import hash_text
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors import drafts
from complaint_gift_email.doors.drafts import DraftsFolder
from complaint_gift_email.doors.imap import open_mailbox
from complaint_gift_email.message import read_mail
from complaint_gift_email.sibling import HEADER, read_note

pytestmark = pytest.mark.slow
MARK = b"$ComplaintGift"


class Desktop:
    """A person with a mail program, and the folder as it is."""

    def __init__(self, office: Office, server: Server, watcher: DraftsFolder) -> None:
        self.office, self.server, self.watcher = office, server, watcher
        self.client = server.login()

    def save(self, text: str = RUDE, *, instead_of: int = 0, flags: str = "\\Draft", **headers: str) -> int:
        """A save of a mail program: the new version, then the old one is gone. Gives the UID."""
        raw = self.office.reply(text, **headers)
        assert self.client.append("Drafts", flags, "", raw)[0] == "OK"  # type: ignore[arg-type]
        if instead_of:
            self.throw_away(instead_of)
        return max(self.flags())

    def throw_away(self, uid: int) -> None:
        self.client.select("Drafts")
        self.client.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)")
        self.client.expunge()

    def flags(self) -> dict[int, bytes]:
        self.client.select("Drafts", readonly=True)
        found = self.client.uid("FETCH", "1:*", "(FLAGS)")[1]
        # A server may tell of changed flags by the way, in an order of its own and without the UID.
        numbered = [(re.search(rb"UID (\d+)", line), line) for line in found if isinstance(line, bytes)]
        return {int(uid[1]): line for uid, line in numbered if uid}

    def read(self, uid: int) -> bytes:
        self.client.select("Drafts", readonly=True)
        (part, *_) = self.client.uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
        assert isinstance(part, tuple)
        return bytes(part[1])

    def notes(self) -> dict[int, bytes]:
        every = {uid: self.read(uid) for uid in self.flags()}
        return {uid: raw for uid, raw in every.items() if HEADER.encode() in raw}

    def look(self) -> int:
        with open_mailbox(self.watcher.source) as mailbox:
            return self.watcher.look(mailbox)


@pytest.fixture
def desktop(kit: Any, tmp_path: Path) -> Iterator[Desktop]:
    (tmp_path / "private").mkdir()
    with a_server() as server, make_store(make_template(tmp_path), tmp_path / "world") as store:
        source = source_at(kit, server, tmp_path, drafts="\\Drafts", sent="")
        source.settings["accounts"] = ["dana@shop.test"]
        office = Office(World(store), source, kit)
        office.complain()
        (watcher,) = (d for d in EmailPlugin().listeners(source, office.desk) if isinstance(d, DraftsFolder))
        watcher._rest = 0.0
        made = Desktop(office, server, watcher)
        yield made
        made.client.logout()


def test_a_draft_that_needs_another_look_gets_a_flag_and_one_note(desktop: Desktop, tmp_path: Path) -> None:
    uid = desktop.save("It is your fault, zanzibar.")
    before = desktop.read(uid)
    assert [desktop.look() for _ in range(3)] == [1, 0, 0]
    ((number, raw),) = desktop.notes().items()
    note = read_mail(raw)
    assert note.subject == "Before you send “Re: Cold soup”"
    assert "fault" in note.text
    assert note.recipients == ()
    assert note.in_reply_to == ("first@customer.test",)
    assert MARK in desktop.flags()[uid]
    assert b"\\Seen" not in desktop.flags()[uid]
    assert b"\\Draft" in desktop.flags()[number]
    assert desktop.read(uid) == before
    # The same is known of it as of a draft in a helpdesk: a hash.
    store, name = desktop.office.world.store, desktop.office.source.name
    with store.reading() as tx:
        place = tx.whereabouts(name, ["first@customer.test"])["first@customer.test"]
        assert tx.draft_review(name, place, hash_text("It is your fault, zanzibar."))
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"zanzibar" in p.read_bytes()]


def test_a_note_follows_its_draft(desktop: Desktop) -> None:
    uid = desktop.save()
    desktop.look()
    (first,) = desktop.notes()
    other = desktop.save("Thank you, but it is your fault.", instead_of=uid)
    desktop.look()
    (second,) = desktop.notes()
    assert second != first
    assert MARK in desktop.flags()[other]
    same = desktop.save("Thank you, but it is your fault.", instead_of=other)
    assert desktop.look() == 0
    assert MARK in desktop.flags()[same]
    better = desktop.save(FINE, instead_of=same)
    assert desktop.look() == 1
    assert list(desktop.flags()) == [better]
    assert MARK not in desktop.flags()[better]


def test_a_note_goes_with_its_draft(desktop: Desktop) -> None:
    uid = desktop.save()
    other = desktop.save(message_id="<other@shop.test>")
    assert desktop.look() == 2
    desktop.throw_away(uid)
    desktop.look()
    assert len(desktop.notes()) == 1
    desktop.throw_away(other)
    desktop.look()
    assert not desktop.flags()


def test_nothing_is_said_while_somebody_types(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0], mktime=time.mktime)
    monkeypatch.setattr(drafts, "time", clock)
    desktop.watcher._rest = 20.0
    uid = desktop.save()
    for _ in range(5):
        assert desktop.look() == 0
        now[0] += 15
        uid = desktop.save(instead_of=uid)
    desktop.look()
    assert desktop.watcher.longest_wait() == 20.0
    now[0] += 20
    assert desktop.look() == 1
    assert desktop.watcher.longest_wait() > 100
    # A version that the mail program has not tidied up yet keeps nobody awake.
    assert len(desktop.flags()) == 2
    desktop.save()
    desktop.look()
    assert desktop.watcher.longest_wait() == 20.0
    now[0] += 20
    assert desktop.look() == 0
    assert desktop.watcher.longest_wait() > 100
    desktop.throw_away(uid)
    uid = max(desktop.flags())
    # While the next version rests, what was said of the last one stays.
    desktop.save(FINE, instead_of=uid)
    assert desktop.look() == 0
    now[0] += 20
    assert desktop.look() == 1
    assert not desktop.notes()


def test_what_a_person_writes_into_a_note_is_theirs(desktop: Desktop) -> None:
    uid = desktop.save()
    desktop.look()
    ((number, raw),) = desktop.notes().items()
    desktop.client.append("Drafts", "\\Draft", "", raw + b"I have more to say: it is your fault.\r\n")  # type: ignore[arg-type]
    desktop.throw_away(number)
    assert desktop.look() == 0
    (mine,) = desktop.notes()
    assert desktop.read(mine).endswith(b"it is your fault.\r\n")
    desktop.throw_away(uid)
    assert desktop.look() == 0
    assert list(desktop.notes()) == [mine]
    told = read_note(desktop.office.source, read_mail(desktop.read(mine)))
    assert told is not None
    assert not told.is_ours


@pytest.mark.parametrize(
    "headers",
    [
        {"in_reply_to": "<other@customer.test>"},
        {"in_reply_to": "", "subject": "Lunch"},
        {"auto_submitted": "auto-generated"},
    ],
    ids=["another-thread", "no-reply", "a-machine"],
)
def test_other_drafts_are_left_alone(desktop: Desktop, headers: dict[str, str]) -> None:
    uid = desktop.save(**headers)
    assert desktop.look() == 0
    assert list(desktop.flags()) == [uid]
    assert MARK not in desktop.flags()[uid]


def test_a_draft_of_last_month_is_left_alone(desktop: Desktop) -> None:
    raw = desktop.office.reply()
    desktop.client.append("Drafts", "", '"01-Feb-2020 10:00:00 +0000"', raw)
    assert desktop.look() == 0
    assert len(desktop.flags()) == 1


def test_where_no_keywords_are_kept_the_common_flag_is_given_and_the_users_own_stays(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "_flag_allowed", lambda mailbox: "\\Flagged")
    plain = desktop.save()
    starred = desktop.save(message_id="<starred@shop.test>", flags="(\\Draft \\Flagged)")
    assert desktop.look() == 2
    assert b"\\Flagged" in desktop.flags()[plain]
    # The playbook changes, and after a restart nothing is found any more.
    monkeypatch.setattr(desktop.watcher, "_advise", lambda mailbox, uid: None)
    desktop.watcher._seen = {}
    assert desktop.look() == 2
    assert b"\\Flagged" not in desktop.flags()[plain]
    assert b"\\Flagged" in desktop.flags()[starred]


class Answers:
    def __init__(self, *told: bytes) -> None:
        self.client, self.told = self, told

    def response(self, code: str) -> tuple[str, list[bytes]]:
        return code, list(self.told)


@pytest.mark.parametrize(
    ("told", "flag"),
    [
        ((b"(\\Answered \\Flagged \\*)",), "$ComplaintGift"),
        ((b"(\\Flagged $ComplaintGift)",), "$ComplaintGift"),
        ((b"(\\Answered \\Flagged)",), "\\Flagged"),
        ((b"(\\Deleted)",), ""),
        ((), ""),
    ],
)
def test_the_flag_is_one_that_the_server_keeps(told: tuple[bytes, ...], flag: str) -> None:
    assert drafts._flag_allowed(Answers(*told)) == flag


def test_another_uidvalidity_brings_no_second_note(desktop: Desktop) -> None:
    desktop.save()
    desktop.look()
    kept = [desktop.read(uid) for uid in desktop.flags()]
    desktop.client.unselect()
    desktop.client.delete("Drafts")
    desktop.client.create("Drafts")
    desktop.client.create("Drafts2")
    for raw in kept:
        desktop.client.append("Drafts", "", "", raw)  # type: ignore[arg-type]
    assert desktop.look() == 0
    assert len(desktop.notes()) == 1
    # Two notes, as two of us may write at the same time, become one.
    (note,) = desktop.notes().values()
    desktop.client.append("Drafts", "", "", note)  # type: ignore[arg-type]
    assert desktop.look() == 1
    assert len(desktop.notes()) == 1


def test_the_listener_hears_of_drafts_by_itself(desktop: Desktop) -> None:
    desktop.watcher._rest = 1.0
    desktop.watcher.start()
    try:
        uid = desktop.save()
        until = time.monotonic() + PATIENCE
        while not desktop.notes() and time.monotonic() < until:
            time.sleep(0.2)
        assert len(desktop.notes()) == 1
        desktop.throw_away(uid)
        while desktop.notes() and time.monotonic() < until:
            time.sleep(0.2)
        assert not desktop.notes()
    finally:
        desktop.watcher.stop()
