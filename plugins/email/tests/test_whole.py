"""From a mail to a case, with the service and a database: a delivery brings its message along."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_world import World, make_store, make_template

from complaint_gift.domain import Role
from complaint_gift.plugin import Outcome, Source
from complaint_gift.service import Service
from complaint_gift.service.policyfile import load_policy
from complaint_gift.service.receiving import ask_for_look
from complaint_gift.service.records import DeliveryState
from complaint_gift_email import EmailPlugin
from complaint_gift_email.attachments import place_of
from complaint_gift_email.doors.imap import key_of
from complaint_gift_email.doors.incoming import envelope_headers
from complaint_gift_email.message import Envelope

pytestmark = pytest.mark.slow

COMPLAINT = "I want to complain: the soup was cold and the waiter shouted at me. Give me my money back!"


class Whole:
    """A service that knows one mailbox."""

    def __init__(self, world: World, source: Source) -> None:
        self.world, self.source, self.store = world, source, world.store
        self.service = Service(
            store=world.store, sources={source.name: source}, plugins={"email": EmailPlugin()},
             # type: ignore[dict-item]
            playbook=lambda: world.book, policy=load_policy(), bell=world.bell, notifier=world.post,
            clock=world.clock,
        )  # fmt: skip
        world.service = self.service

    def bring(self, raw: bytes, *, is_out: bool = False) -> None:
        headers = envelope_headers(Envelope(), door="imap", is_out=is_out)
        self.service.take(self.source.name, key_of(raw), headers, raw)
        self.world.work()

    def conversation(self, number: str) -> Any:
        with self.store.reading() as tx:
            row = tx.find_conversation(self.source.name, number)
            return row, [stored.message for stored in tx.messages(row.id)], tx.case(row.id)

    def place_of(self, message: str) -> str:
        with self.store.reading() as tx:
            return tx.whereabouts(self.source.name, [message])[message]


@pytest.fixture
def whole(kit: Any, tmp_path: Path) -> Iterator[Whole]:
    with make_store(make_template(tmp_path), tmp_path / "world") as store:
        (tmp_path / "private").mkdir()
        yield Whole(World(store), kit.make_source(tmp_path / "private", keep_attachments=True))


def test_complaint_by_mail_opens_a_case_and_its_answer_closes_the_wait(kit: Any, whole: Whole) -> None:
    whole.bring(kit.make_mail(COMPLAINT, date=""))
    number = whole.place_of("first@customer.test")
    row, messages, case = whole.conversation(number)
    assert case is not None
    assert case.is_complaint
    assert row.snapshot.subject == "Cold soup"
    assert messages[0].author.role is Role.CUSTOMER
    whole.world.clock.turn(minutes=30)
    reply = kit.make_mail(
        "Thank you for telling us. We are sorry.", from_=kit.ADDRESS, to="anna@customer.test", date="",
        message_id="<r@shop.test>", in_reply_to="<first@customer.test>",
    )  # fmt: skip
    whole.bring(reply, is_out=True)
    row, messages, case = whole.conversation(number)
    assert [message.author.role for message in messages] == [Role.CUSTOMER, Role.AGENT]
    assert case.answered_at is not None


def test_the_same_mail_twice_is_one_message(kit: Any, whole: Whole) -> None:
    for _ in range(2):
        whole.bring(kit.make_mail(COMPLAINT))
    assert len(whole.conversation(whole.place_of("first@customer.test"))[1]) == 1
    # Another way brings other headers, and it is the same message all the same.
    whole.bring(b"Received: by another way\r\n" + kit.make_mail(COMPLAINT))
    assert len(whole.conversation(whole.place_of("first@customer.test"))[1]) == 1


def test_out_of_office_leaves_no_trace_but_its_delivery(kit: Any, whole: Whole) -> None:
    whole.bring(kit.make_mail(COMPLAINT, auto_submitted="auto-replied"))
    (row,) = whole.service.deliveries()
    assert row.state is DeliveryState.IGNORED


def test_unreadable_post_is_kept_and_seen(kit: Any, whole: Whole) -> None:
    request = kit.sign_post(b"  ")
    assert whole.service.receive("mail-main", request) is Outcome.ACCEPTED
    whole.world.work()
    (row,) = whole.service.deliveries()
    assert row.state is DeliveryState.UNREADABLE
    assert "holds no mail" in row.error


def test_look_at_a_conversation_asks_nobody(kit: Any, whole: Whole) -> None:
    whole.bring(kit.make_mail(COMPLAINT, date=""))
    number = whole.place_of("first@customer.test")
    before = whole.conversation(number)[1]
    assert whole.service.means.source("mail-main")
    ask_for_look(whole.service.means, "mail-main", number, "test")
    whole.world.work()
    whole.world.settle(hours=30)
    assert whole.conversation(number)[1] == before
    states = {row.state for row in whole.service.deliveries()}
    assert states == {DeliveryState.DONE}


def with_file(kit: Any, **headers: str) -> bytes:
    named = b'Content-Disposition: attachment; filename="../../check.pdf"'
    parts = b"--B\r\n\r\n" + COMPLAINT.encode() + b"\r\n--B\r\nContent-Type: application/pdf\r\n" + named
    head: bytes = kit.make_mail("", content_type="multipart/mixed; boundary=B", **headers)
    return head + parts + b"\r\n\r\n%PDF\r\n--B--\r\n"


def files_of(whole: Whole) -> list[Path]:
    assert whole.source.folder is not None
    return sorted((whole.source.folder / "attachments").rglob("*.pdf"))


def test_attachments_lie_aside(kit: Any, whole: Whole) -> None:
    whole.bring(with_file(kit))
    (path,) = files_of(whole)
    assert path.name == "check.pdf"
    assert path.read_bytes() == b"%PDF"


def test_files_of_who_is_erased_leave_the_disk_and_others_stay(kit: Any, whole: Whole) -> None:
    whole.bring(with_file(kit))
    whole.bring(with_file(kit, from_="Ben <ben@customer.test>", message_id="<second@customer.test>"))
    # Another person in the conversation of the first.
    whole.bring(
        with_file(
            kit, from_="Cleo <cleo@customer.test>", message_id="<third@customer.test>",
            in_reply_to="<second@customer.test>",
        )
    )  # fmt: skip
    assert len(files_of(whole)) == 3
    assert whole.service.erase("anna@customer.test", "Olga")["attachments"] == 1
    assert len(files_of(whole)) == 2
    assert whole.service.erase("cleo@customer.test", "Olga")["attachments"] == 1
    (left,) = files_of(whole)
    assert whole.place_of("second@customer.test") in left.parts
    assert "attachments" not in whole.service.erase("nobody@customer.test", "Olga")


def test_files_go_with_the_words_of_their_conversation(kit: Any, whole: Whole) -> None:
    whole.bring(with_file(kit))
    row, _, _ = whole.conversation(whole.place_of("first@customer.test"))
    whole.service.sweep()
    assert len(files_of(whole)) == 1
    with whole.store.transaction() as tx:
        tx.purge_conversation(row.id)  # what retention does
    whole.world.clock.turn(hours=2)
    assert whole.service.sweep().purged >= 1
    assert files_of(whole) == []
    assert whole.source.folder is not None
    assert list((whole.source.folder / "attachments").iterdir()) == []


def test_files_of_a_message_that_was_never_taken_in_go_after_a_day(kit: Any, whole: Whole) -> None:
    assert whole.source.folder is not None
    path = place_of(whole.source.folder, "aaaabbbbccccdddd", "lost@customer.test")
    path.mkdir(parents=True)
    (path / "check.pdf").write_bytes(b"%PDF")
    memory = whole.service.memory("mail-main")
    assert EmailPlugin().tidy(whole.source, memory) == 0
    os.utime(path, (1, 1))
    assert EmailPlugin().tidy(whole.source, memory) == 1
    assert files_of(whole) == []
