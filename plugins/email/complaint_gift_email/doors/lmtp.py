"""A port that takes mail from a mail server: LMTP or SMTP. Nobody hears 250 before the mail is on disk."""

from __future__ import annotations

import asyncio
from typing import Any, AnyStr

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from complaint_gift.plugin import Desk, PluginError, Refused, Source
from complaint_gift_email.doors.imap import key_of
from complaint_gift_email.doors.incoming import envelope_headers
from complaint_gift_email.message import Envelope

# Longer than any rule allows: a customer's mail is not turned away because a program breaks no lines.
LONGEST_LINE = 1_000_000
LATER = "451 4.3.0 The inbox cannot be written just now, please try again later"
TAKEN = "250 2.6.0 Kept"
_log = structlog.get_logger(__name__)


class Acceptance:
    """What aiosmtpd asks for each mail."""

    def __init__(self, source: Source, desk: Desk) -> None:
        self.source, self.desk = source, desk

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Put it into the inbox, in a thread: the disk shall not stop other connections."""
        raw = envelope.original_content or envelope.content or b""
        raw = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape")
        told = Envelope(
            envelope.mail_from or "",
            tuple(str(one) for one in envelope.rcpt_tos),
            client=str(session.peer[0]) if session.peer else "",
        )
        headers = envelope_headers(told, door="lmtp")
        try:
            await asyncio.to_thread(self.desk.take, self.source.name, key_of(raw), headers, raw)
        except PluginError as exc:
            _log.error("mail-not-kept", source=self.source.name, why=str(exc))
            return LATER
        except Exception as exc:
            _log.error("mail-not-kept", source=self.source.name, exc_info=exc)
            return LATER
        return TAKEN


class _Smtp(SMTP):
    line_length_limit = LONGEST_LINE


class _Lmtp(LMTP):
    """Answers the whole mail once for each recipient (RFC 2033): a server waits for all of these answers."""

    line_length_limit = LONGEST_LINE
    _recipients = 0

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """The end of the mail is told from everything else by the answer 354 before it."""
        count = len(self.envelope.rcpt_tos) if self.envelope else 0
        try:
            self._recipients = count
            await super().smtp_DATA(arg)
        finally:
            self._recipients = 0

    async def push(self, status: AnyStr) -> None:
        """Send an answer."""
        text = status.decode("utf-8", "replace") if isinstance(status, bytes) else str(status)
        is_whole = not text.startswith(("354", "503", "501", "530"))
        await super().push("\r\n".join([text] * (max(self._recipients, 1) if is_whole else 1)))


class _Door(Controller):
    """aiosmtpd's thread, with our limits and the protocol of choice."""

    def __init__(self, acceptance: Acceptance, wish: dict[str, Any]) -> None:
        super().__init__(acceptance, hostname=wish["host"], port=wish["port"])
        self._wish = wish

    def factory(self) -> SMTP:
        kind = _Lmtp if self._wish["protocol"] == "lmtp" else _Smtp
        return kind(
            self.handler,
            data_size_limit=self._wish["largest_mb"] * 1_000_000,
            enable_SMTPUTF8=True,
            decode_data=False,
            ident="Complaint Gift",
        )


class MailPort:
    """A listener: the port of one source."""

    def __init__(self, source: Source, desk: Desk) -> None:
        wish = source.settings["lmtp"]
        self.source = source
        self.name = f"{source.name} {wish['protocol']} {wish['host']}:{wish['port']}"
        self._door = _Door(Acceptance(source, desk), wish)

    def start(self) -> None:
        """Open the port; raises Refused when somebody else has it."""
        wish = self.source.settings["lmtp"]
        try:
            self._door.start()
        except (OSError, TimeoutError) as exc:
            where, why = f"{wish['host']}:{wish['port']}", getattr(exc, "strerror", None) or exc
            text = f"nobody can listen on {where} ({why}); choose another port"
            raise Refused(f"{self.source.name}: {text}.") from exc

    def stop(self) -> None:
        """Close it."""
        self._door.stop()
