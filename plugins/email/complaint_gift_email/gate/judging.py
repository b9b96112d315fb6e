"""What a mail at the gate is asked and what follows from it; none of it knows SMTP or an event loop."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from complaint_gift.plugin import (
    Delivery,
    Desk,
    Fate,
    Memory,
    Outgoing,
    PluginError,
    Ruling,
    Source,
    Unreadable,
)
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.conversation import place
from complaint_gift_email.doors.incoming import Incoming
from complaint_gift_email.gate.reading import Passage, as_delivery, read_outgoing
from complaint_gift_email.message import Envelope, Mail

PASS = Ruling(Fate.PASS)
WAY = "x-email-way"

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
        self._stop = Fate(settings["on_error"])
        self._accounts = Accounts.of(source.settings)

    def do(self, task: str, *given: Any) -> Any:
        """One of the tasks below by its name, wherever it is done."""
        tasks: dict[str, Callable[..., Any]] = {
            "weigh": self.weigh,
            "sent": self.sent,
            "unsent": self.unsent,
            "judge": self._desk.judge,
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
        return read_way(self._source, raw, way, self._desk.memory(self._source.name), self._accounts)


def read_way(
    source: Source, raw: bytes, way: Mapping[str, Any], memory: Memory, accounts: Accounts | None = None
) -> Outgoing | None:
    """A mail that came this way to the gate; None for what a machine sends."""
    passage = Passage(
        way["sender"],
        tuple(way["recipients"]),
        tuple(way["options"]),
        tuple(tuple(options) for options in way["recipient_options"]),
        way["login"],
        way["is_trusted"],
    )

    def thread_of(mail: Mail) -> str:
        incoming = Incoming(mail.raw, Envelope(recipients=(), sender=""), is_out=True)
        return place(mail, incoming, source, memory)

    known = accounts or Accounts.of(source.settings)
    is_reply = bool(source.settings["gate"] and source.settings["gate"]["every_mail"])
    return read_outgoing(source.name, raw, passage, known, thread_of, is_reply=is_reply)


def way_headers(way: Mapping[str, Any]) -> dict[str, str]:
    """How a mail came, as it is kept beside its bytes."""
    return {WAY: json.dumps(way)}


def read_left(delivery: Delivery, source: Source, memory: Memory) -> Outgoing | None:
    """What `way_headers` and the bytes of a mail tell of it later. Raises Unreadable."""
    try:
        way = json.loads(delivery.headers[WAY])
    except (KeyError, ValueError):
        raise Unreadable(f"{source.name}: nothing is left of how this mail came to the gate.") from None
    return read_way(source, delivery.body, way, memory)


def note_broken(error: Exception) -> None:
    """Our own fault: what it says may quote a mail, so only its kind and place are told."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    log.error("gate-broke", error=type(error).__name__, where=where)
