"""The gate as a milter: the mail server shows each mail before it takes it, and hears what becomes of it.

Postfix and Sendmail speak this protocol with their filters. The verdicts are those of the proxy: accept,
refuse with the playbook's sentence, try again later. What is held is in our database before the mail server
hears that it may throw its own copy away, and leaves through `upstream`. No library for it is both kept up
and free to use here, and this is all of it that a gate needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

import structlog

from complaint_gift.plugin import Desk, Fate, PluginError, Source
from complaint_gift_email.gate.closing import rounds, shut
from complaint_gift_email.gate.crew import Threads
from complaint_gift_email.gate.judging import Judging, Weighed, note_broken
from complaint_gift_email.gate.opening import STOP_SECONDS, Opening
from complaint_gift_email.gate.passing import DOWN, say_no
from complaint_gift_email.gate.places import bind
from complaint_gift_email.gate.settings import read_place

VERSION = 6
THREADS = 8
QUIET_SECONDS = 3600.0  # a mail server keeps a connection while its client is there
LARGEST_PACKET = 1_048_576
MOST_RECIPIENTS = 10_000

# What comes.
NEGOTIATE, MACRO, CONNECT, HELLO, MAIL, RECIPIENT, DATA, UNKNOWN = (
    b"O",
    b"D",
    b"C",
    b"H",
    b"M",
    b"R",
    b"T",
    b"U",
)
HEADER, HEADERS_END, BODY, END, ABORT, QUIT, QUIT_AND_STAY = b"L", b"N", b"B", b"E", b"A", b"Q", b"K"
# What we answer.
CONTINUE, DISCARD, SAY = b"c", b"d", b"y"
# Commands that we need not see, those that want no answer of ours, and the space after a header's colon.
_UNSEEN = 0x01 | 0x02 | 0x100 | 0x200
_UNANSWERED = {MAIL: 0x4000, RECIPIENT: 0x8000, HEADER: 0x80, HEADERS_END: 0x40000, BODY: 0x80000}
_SPACE_KEPT = 0x100000
_ASKED = _UNSEEN | sum(_UNANSWERED.values()) | _SPACE_KEPT
_TOO_LARGE = "552 5.3.4 The mail is larger than the gate takes"

log = structlog.get_logger(__name__)


class Talk:
    """One connection of the mail server; it may bring many mails, one after the other."""

    def __init__(
        self, helpers: Threads, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, largest: int
    ) -> None:
        self._helpers, self._reader, self._writer, self._largest = helpers, reader, writer, largest
        self._steps = 0
        self._login = ""
        self.is_busy = False
        self.afterwards: set[asyncio.Task[None]] = set()
        self._forget()

    def _forget(self) -> None:
        self._sender, self._options = "", list[str]()
        self._recipients: list[str] = []
        self._recipient_options: list[tuple[str, ...]] = []
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_body = False

    async def run(self) -> None:
        """Until the mail server has enough."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError, ValueError):
            while True:
                async with asyncio.timeout(QUIET_SECONDS):
                    (length,) = struct.unpack("!I", await self._reader.readexactly(4))
                    if not 1 <= length <= LARGEST_PACKET:
                        raise ValueError("no packet of this protocol")
                    packet = await self._reader.readexactly(length)
                if packet[:1] == QUIT:
                    return
                await self._hear(packet[:1], packet[1:])
                await self._writer.drain()

    async def _hear(self, command: bytes, told: bytes) -> None:
        if command == NEGOTIATE:
            self._negotiate(told)
        elif command == MACRO:
            self._note(told)
        elif command in (ABORT, QUIT_AND_STAY):
            self._forget()
            self._login = ""  # who comes next over this connection is told anew, or is nobody we know
        elif command == END:
            self._add(told)
            await self._end()
        else:
            self._take(command, told)
            if not self._steps & _UNANSWERED.get(command, 0):
                self._say(CONTINUE)

    def _negotiate(self, told: bytes) -> None:
        version, _, steps = struct.unpack("!III", told[:12].ljust(12, b"\0"))
        self._steps = steps & _ASKED
        # We change nothing in a mail.
        self._say(NEGOTIATE, struct.pack("!III", min(version, VERSION), 0, self._steps))

    def _note(self, told: bytes) -> None:
        """Whoever has logged in is told beside MAIL."""
        if told[:1] == MAIL:
            words = _split(told[1:])
            self._login = dict(zip(words[::2], words[1::2], strict=False)).get("{auth_authen}", "")

    def _take(self, command: bytes, told: bytes) -> None:
        if command == MAIL:
            self._forget()
            self._sender, *self._options = _split(told) or [""]
        elif command == RECIPIENT and len(self._recipients) < MOST_RECIPIENTS:
            path, *options = _split(told) or [""]
            self._recipients.append(path)
            self._recipient_options.append(tuple(options))
        elif command == HEADER:
            name, _, value = told.partition(b"\0")
            space = b"" if self._steps & _SPACE_KEPT else b" "
            folded = value.rstrip(b"\0").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            self._add(name + b":" + space + folded + b"\r\n", is_body=False)
        elif command == BODY:
            self._add(told)

    def _add(self, piece: bytes, *, is_body: bool = True) -> None:
        if is_body and not self._is_body:
            self._is_body, piece = True, b"\r\n" + piece
        self._size += len(piece)
        if self._size > self._largest:
            self._pieces.clear()
        else:
            self._pieces.append(piece)

    async def _end(self) -> None:
        raw, way, is_too_large = b"".join(self._pieces), self._way(), self._size > self._largest
        self._forget()
        if is_too_large:
            self._say(SAY, _TOO_LARGE.encode() + b"\0")
            return
        self.is_busy = True
        try:
            weighed: Weighed = await self._helpers.ask("weigh", raw, way)
        except PluginError as exc:
            log.error("gate-cannot-look", why=str(exc))
            self._say(SAY, DOWN.encode() + b"\0")
            return
        finally:
            self.is_busy = False
        ruling = weighed.ruling
        log.info("mail-judged", fate=ruling.fate.value, number=ruling.number)
        if ruling.fate is Fate.REJECT:
            self._say(SAY, say_no(ruling).encode("ascii", "replace") + b"\0")
        elif ruling.fate is Fate.HOLD:
            self._say(DISCARD)
        else:
            self._say(CONTINUE)
            if weighed.is_awaited:
                task = asyncio.get_running_loop().create_task(self._tell(weighed, raw))
                self.afterwards.add(task)
                task.add_done_callback(self.afterwards.discard)

    async def _tell(self, weighed: Weighed, raw: bytes) -> None:
        try:
            await self._helpers.ask("sent", weighed, raw)
        except Exception as exc:
            note_broken(exc)

    def _way(self) -> dict[str, Any]:
        return {
            "sender": self._sender,
            "recipients": tuple(self._recipients),
            "options": tuple(self._options),
            "recipient_options": tuple(self._recipient_options),
            "login": self._login,
            # Nothing that a mail says of its login counts: the mail server tells it.
            "is_trusted": False,
        }

    def _say(self, answer: bytes, more: bytes = b"") -> None:
        self._writer.write(struct.pack("!I", 1 + len(more)) + answer + more)

    def hang_up(self) -> None:
        """End it; the mail server tells its client to come again."""
        self._writer.close()


class MilterListener:
    """See complaint_gift.plugin.Listener."""

    def __init__(self, source: Source, desk: Desk, *, is_recording: bool = False) -> None:
        self.name = f"milter of {source.name}"
        self._source, self._settings = source, source.settings["gate"]
        self._judging = Judging(source, desk, is_recording=is_recording)
        self._talks: set[Talk] = set()
        self._opening: Opening | None = None

    def start(self) -> None:
        """Listen; raises PlaceTaken in a sentence."""
        wanted = self._settings["milter"]
        made = bind(self._source.name, read_place(wanted), shown=wanted, key="milter")
        self._opening = Opening(self.name)
        if not self._opening.start(self._run(made, self._opening)):
            raise PluginError(f"{self._source.name}: the milter did not open in time; see the log")

    def stop(self) -> None:
        """Take nothing new, let what is under way end."""
        if self._opening is not None:
            self._opening.stop()

    async def _run(self, made: socket.socket, opening: Opening) -> None:
        self._helpers = Threads(self._judging.do, THREADS)
        is_unix = made.family == socket.AF_UNIX
        open_server = asyncio.start_unix_server if is_unix else asyncio.start_server
        server = await open_server(self._talk, sock=made, backlog=256)
        log.info("milter-open", source=self._source.name, place=self._settings["milter"])
        opening.ready.set()
        await opening.ending.wait()
        await shut(server)
        until = asyncio.get_running_loop().time() + STOP_SECONDS
        while any(talk.is_busy or talk.afterwards for talk in self._talks):
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(0.05)
        for talk in list(self._talks):
            talk.hang_up()
        while self._talks and asyncio.get_running_loop().time() < until + 1:
            await asyncio.sleep(0.01)
        await rounds()  # a closed connection is let go of by the loop, in its next rounds
        await self._helpers.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(self._helpers, reader, writer, self._settings["largest_mb"] * 1_000_000)
        self._talks.add(talk)
        try:
            await talk.run()
            if talk.afterwards:
                await asyncio.wait(set(talk.afterwards))
        except Exception as exc:
            note_broken(exc)
        finally:
            self._talks.discard(talk)
            writer.close()


def _split(told: bytes) -> list[str]:
    return [part.decode("utf-8", "replace") for part in told.rstrip(b"\0").split(b"\0")]
