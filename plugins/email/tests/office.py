"""A mailbox with a complaint in it, the people who answer there, and what they are told."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

from small_world import World

from complaint_gift.plugin import Fate, Source
from complaint_gift.runtime.gate import ServiceDesk
from complaint_gift.service import Service
from complaint_gift.service.policyfile import load_policy
from complaint_gift_email import EmailPlugin
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.doors.imap import key_of
from complaint_gift_email.doors.incoming import envelope_headers
from complaint_gift_email.doors.sent import SentFolder
from complaint_gift_email.gate.reading import Passage, as_delivery, read_outgoing
from complaint_gift_email.message import Envelope

COMPLAINT = "I want to complain: the soup was cold and the waiter shouted at me. Give me my money back!"
RUDE = "That is your own fault."
FINE = "Thank you for telling us. We are sorry."


class Office:
    """See above."""

    def __init__(self, world: World, source: Source, kit: Any) -> None:
        self.world, self.source, self.kit = world, source, kit
        self.service = Service(
            store=world.store, sources={source.name: source}, plugins={"email": EmailPlugin()},
             # type: ignore[dict-item]
            playbook=lambda: world.book, policy=load_policy(), bell=world.bell, notifier=world.post,
            clock=world.clock,
        )  # fmt: skip
        world.service = self.service
        self.desk: Any = ServiceDesk(self.service)
        self.sent = SentFolder(source, self.desk, "Sent")

    def complain(self) -> None:
        raw = self.kit.make_mail(COMPLAINT, date="")
        self.service.take(self.source.name, key_of(raw), envelope_headers(Envelope(), door="imap"), raw)
        self.world.work()

    def reply(self, text: str = RUDE, **headers: str) -> bytes:
        told = {
            "from_": "Dana <dana@shop.test>", "to": "anna@customer.test", "date": formatdate(),
            "subject": "Re: Cold soup", "message_id": "<r@shop.test>", "in_reply_to": "<first@customer.test>",
        }  # fmt: skip
        raw: bytes = self.kit.make_mail(text, **told | headers)
        return raw

    def pass_gate(self, raw: bytes, stop: Fate = Fate.TELL) -> Fate:
        """As the gate does."""
        passage = Passage("<dana@shop.test>", ("<anna@customer.test>", "<boss@shop.test>"))
        mail = read_outgoing(
            self.source.name, raw, passage, Accounts.of(self.source.settings), self.sent._place
        )
        assert mail is not None
        ruling = self.desk.rule(mail, stop)
        if ruling.fate is not Fate.PASS:
            ruling = self.desk.keep(mail, ruling)
        if ruling.fate in (Fate.PASS, Fate.TELL):
            self.desk.confirm(ruling)
            self.desk.take(mail.source, *as_delivery(mail), raw)
        return Fate(ruling.fate)

    def watch(self, raw: bytes) -> None:
        self.sent.take(raw)
        self.world.work()

    def told(self) -> list[str]:
        return [notice.text for notice in self.world.post.to("dana@shop.test")]

    def messages(self) -> list[str]:
        with self.world.store.reading() as tx:
            number = tx.whereabouts(self.source.name, ["first@customer.test"])["first@customer.test"]
            row = tx.find_conversation(self.source.name, number)
            assert row is not None
            return [stored.message.id for stored in tx.messages(row.id)]
