"""What a mail at the gate is asked and what follows from it; none of it knows SMTP or an event loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from complaint_gift.plugin import Desk, Fate, Outgoing, PluginError, Ruling, Source
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.conversation import place
from complaint_gift_email.doors.incoming import Incoming
from complaint_gift_email.gate.reading import Passage, as_delivery, read_outgoing
from complaint_gift_email.message import Envelope, Mail

PASS = Ruling(Fate.PASS)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """How a mail that went out is put into its conversation."""

    key: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What shall become of a mail; `entry` is None where nothing is put anywhere."""

    ruling: Ruling
    entry: Entry | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether somebody wants to hear that the mail server has it."""
        return bool(self.ruling.number) or self.entry is not None


class Judging:
    """The work of one gate. `is_recording`: what went out is put into its conversation."""

    def __init__(self, source: Source, desk: Desk, *, is_recording: bool = False) -> None:
        self._source, self._desk, self._is_recording = source, desk, is_recording
        settings = source.settings["gate"]
        self._stop, self._is_reply = Fate(settings["on_error"]), settings["every_mail"]
        self._accounts = Accounts.of(source.settings)

    def do(self, task: str, *given: Any) -> Any:
        """One of the tasks below by its name, wherever it is done."""
        tasks: dict[str, Callable[..., Any]] = {
            "weigh": self.weigh,
            "sent": self.sent,
            "unsent": self.unsent,
        }
        return tasks[task](*given)

    def weigh(self, raw: bytes, way: Mapping[str, Any]) -> Weighed:
        """Read it, judge it, keep it if need be. What is not PASS is committed. Raises PluginError."""
        try:
            mail = self._read(raw, way)
        except PluginError:
            raise
        except Exception as exc:
            # The same mail would break us again and again, and its author wants it to leave.
            note_broken(exc)
            return Weighed(PASS)
        if mail is None:
            return Weighed(PASS)
        try:
            ruling = self._desk.rule(mail, self._stop)
        except PluginError:
            raise
        except Exception as exc:
            note_broken(exc)
            ruling = PASS
        if ruling.fate is not Fate.PASS:
            ruling = self._desk.keep(mail, ruling)
        # Whoever asked has its answer to give and no use for the findings.
        return Weighed(replace(ruling, findings=()), self._entry(mail))

    def sent(self, weighed: Weighed, raw: bytes) -> None:
        """The mail server has it: its author hears, and now the customer has an answer."""
        if weighed.ruling.number:
            self._desk.confirm(weighed.ruling)
        if entry := weighed.entry:
            self._desk.take(self._source.name, entry.key, entry.headers, raw)

    def unsent(self, ruling: Ruling) -> None:
        """The mail server did not take it, and it will come again."""
        self._desk.forget(ruling)

    def _entry(self, mail: Outgoing) -> Entry | None:
        """Only where the conversation is one that we know: the gate need not come back for any other mail."""
        if not self._is_recording or not mail.conversation:
            return None
        if self._desk.memory(self._source.name).conversation(mail.conversation) is None:
            return None
        return Entry(*as_delivery(mail))

    def _read(self, raw: bytes, way: Mapping[str, Any]) -> Outgoing | None:
        passage = Passage(
            way["sender"],
            way["recipients"],
            way["options"],
            way["recipient_options"],
            way["login"],
            way["is_trusted"],
        )
        return read_outgoing(
            self._source.name, raw, passage, self._accounts, self._thread_of, is_reply=self._is_reply
        )

    def _thread_of(self, mail: Mail) -> str:
        incoming = Incoming(mail.raw, Envelope(recipients=(), sender=""), is_out=True)
        return place(mail, incoming, self._source, self._desk.memory(self._source.name))


def note_broken(error: Exception) -> None:
    """Our own fault: what it says may quote a mail, so only its kind and place are told."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    log.error("gate-broke", error=type(error).__name__, where=where)
