"""The folder of sent mail: replies are read right after they went out; the mail server stays as it is.

A mail that the gate has seen is known by its Message-ID and its words, and counts once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from complaint_gift.plugin import Desk, Fate, Outgoing, PluginError, Ruling, Source
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.conversation import place
from complaint_gift_email.doors.imap import Mailbox
from complaint_gift_email.doors.incoming import Incoming, envelope_headers, sent_key
from complaint_gift_email.gate.reading import Passage, read_outgoing
from complaint_gift_email.message import Envelope, Mail, read_mail
from complaint_gift_email.thread import message_id

# A folder that is read anew, or moved here from elsewhere, holds years of mail: nobody wants to hear of that.
FRESH = timedelta(days=3)
_log = structlog.get_logger(__name__)


class SentFolder(Mailbox):
    """A listener: its mails are ours, and their authors hear what is found in them."""

    def __init__(self, source: Source, desk: Desk, folder: str) -> None:
        super().__init__(source, desk, folder)
        self._accounts = Accounts.of(source.settings)

    def take(self, raw: bytes) -> None:
        """Judge it, then put it into the inbox. Raises Unreachable."""
        mail = read_mail(raw)
        fate = self.desk.memory(self.source.name).fate(message_id(mail))
        if fate in (Fate.HOLD, Fate.REJECT):
            # A mail program files what it has handed over; whether that went out only the gate knows.
            _log.info("sent-mail-left-to-gate", source=self.source.name, fate=str(fate))
            return
        ruling = self._judge(mail) if fate is None else None
        headers = envelope_headers(Envelope(), door="imap", is_out=True)
        self.desk.take(self.source.name, sent_key(message_id(mail), mail.judged), headers, raw)
        if ruling is not None:
            self.desk.confirm(ruling)

    def _judge(self, mail: Mail) -> Ruling | None:
        """None where there is nothing to tell. It comes before the mail is one of its conversation's."""
        try:
            reply = self._read(mail)
            ruling = self.desk.rule(reply, Fate.TELL) if reply is not None else None
        except PluginError:
            raise
        except Exception as exc:
            # The same mail would stop us again and again. What the error says may quote it.
            _log.error("sent-mail-broke-us", source=self.source.name, error=type(exc).__name__)
            return None
        if reply is None or ruling is None or ruling.fate is Fate.PASS:
            return None
        kept = self.desk.keep(reply, ruling)
        _log.info("sent-mail-judged", source=self.source.name, number=kept.number)
        return kept

    def _read(self, mail: Mail) -> Outgoing | None:
        """None for what answers nobody outside, or in no conversation of ours, or long ago."""
        if mail.sent_at is not None and abs(datetime.now(UTC) - mail.sent_at) > FRESH:
            return None
        others = [one.address for one in mail.recipients if not self._accounts.is_ours(one.address)]
        if not others:
            return None
        passage = Passage(mail.sender.address, tuple(f"<{one.address}>" for one in mail.recipients))
        reply = read_outgoing(self.source.name, mail.raw, passage, self._accounts, self._place)
        if reply is None or self.desk.memory(self.source.name).conversation(reply.conversation) is None:
            return None
        return reply

    def _place(self, mail: Mail) -> str:
        incoming = Incoming(mail.raw, Envelope(), is_out=True)
        return place(mail, incoming, self.source, self.desk.memory(self.source.name))
