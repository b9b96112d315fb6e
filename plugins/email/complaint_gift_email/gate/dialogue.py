"""The client's side of SMTP, as far as a relay needs it: every answer is kept word for word."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
DATA_SECONDS = 120.0
# What a server must offer to be given these parameters.
OFFERED_FOR = {
    "RET": "DSN",
    "ENVID": "DSN",
    "NOTIFY": "DSN",
    "ORCPT": "DSN",
    "AUTH": "AUTH",
    "SMTPUTF8": "SMTPUTF8",
    "BODY": "8BITMIME",
    "SIZE": "SIZE",
}
_LONGEST_LINE = 4096
_ONE_PIECE = 32_768  # as much as a socket takes at once: whether it all went out need not be asked
_MOST_LINES = 200
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


class Away(Exception):
    """The mail server cannot be reached or broke off before anything was handed over."""


class Lost(Exception):
    """The whole mail was handed over, and then no answer came."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `lines` are as they came, without line ends."""

    code: int
    lines: tuple[str, ...]

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def whole(self) -> str:
        """As it is passed on."""
        return "\r\n".join(self.lines)


@dataclass(slots=True)
class Dialogue:
    """One connection. Not for two tasks at once; whatever raises leaves it closed."""

    settings: Mapping[str, Any]
    name: str = "complaint-gift"
    offers: dict[str, str] = field(default_factory=dict)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect, greet, go over to TLS, log in. Raises Away."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS * 3):
                await self._open()
        except (OSError, ssl.SSLError, TimeoutError, ValueError) as exc:
            self.close()
            raise Away(f"{self.settings['host']} cannot be reached ({type(exc).__name__})") from None
        except BaseException:
            self.close()
            raise

    async def _open(self) -> None:
        settings = self.settings
        context = _trust(settings) if settings["security"] != "none" else None
        self._reader, self._writer = await asyncio.open_connection(
            settings["host"],
            settings["port"],
            limit=_LONGEST_LINE * 16,
            ssl=context if settings["security"] == "tls" else None,
        )
        self._require(await self._answer(ANSWER_SECONDS), 220)
        await self._greet()
        if settings["security"] == "starttls":
            self._require(await self.ask("STARTTLS"), 220)
            assert self._writer is not None  # noqa: S101
            assert context is not None  # noqa: S101
            await self._writer.start_tls(context, server_hostname=settings["host"])
            await self._greet()
        if settings["user"]:
            await self._log_in(settings["user"], settings["password"])

    async def _greet(self) -> None:
        reply = await self.ask(f"EHLO {self.name}")
        self._require(reply, 250)
        words = [line[4:].partition(" ") for line in reply.lines[1:]]
        self.offers = {name.upper(): rest for name, _, rest in words}

    async def _log_in(self, user: str, password: str) -> None:
        ways = self.offers.get("AUTH", "").upper().split()
        if "PLAIN" in ways or not ways:
            told = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            reply = await self.ask(f"AUTH PLAIN {told}")
        else:
            self._require(await self.ask("AUTH LOGIN"), 334)
            self._require(await self.ask(base64.b64encode(user.encode()).decode()), 334)
            reply = await self.ask(base64.b64encode(password.encode()).decode())
        self._require(reply, 235)

    def _require(self, reply: Reply, code: int) -> None:
        if reply.code != code:
            raise Away(f"{self.settings['host']} answered {reply.code} when we greeted it")

    async def ask(self, line: str) -> Reply:
        """Send a command and wait. Raises Away."""
        self._send(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return await self._answer(ANSWER_SECONDS)

    async def ask_all(self, lines: list[str]) -> list[Reply]:
        """Send several commands, at once where the server offers it. Raises Away."""
        if "PIPELINING" not in self.offers:
            return [await self.ask(line) for line in lines]
        self._send("".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape"))
        return [await self._answer(ANSWER_SECONDS) for _ in lines]

    def accepted(self, options: Iterable[str]) -> list[str]:
        """Those parameters of MAIL and RCPT that the server understands; others would make it refuse."""
        return [one for one in options if OFFERED_FOR.get(one.partition("=")[0].upper(), "-") in self.offers]

    async def hand_over(self, content: bytes) -> Reply:
        """After a 354: the whole mail, dots doubled already. Raises Away before its end, Lost after it."""
        head, tail = (b"", content) if len(content) <= _ONE_PIECE else (content, b"")
        await self._begin_to_hand_over(head)
        try:
            self._send(tail + b".\r\n")
            return await self._answer(DATA_SECONDS)
        except Away as exc:
            raise Lost(str(exc)) from None

    async def _begin_to_hand_over(self, head: bytes) -> None:
        """All but the end; of a small mail nothing yet, it goes in one write with its end."""
        assert self._writer is not None  # noqa: S101 - open() came before
        if not self.is_open:
            self.close()
            raise Away(f"{self.settings['host']} broke off before the mail")
        if not head:
            return
        try:
            self._send(head)
            async with asyncio.timeout(DATA_SECONDS):
                await self._writer.drain()
        except (OSError, TimeoutError) as exc:
            self.close()
            raise Away(f"{self.settings['host']} broke off ({type(exc).__name__})") from None
        except BaseException:
            self.close()
            raise

    def _send(self, raw: bytes) -> None:
        if self._writer is None or self._writer.is_closing():
            raise Away(f"{self.settings['host']} has closed the connection")
        self._writer.write(raw)

    async def _answer(self, seconds: float) -> Reply:
        try:
            async with asyncio.timeout(seconds):
                return await self._read()
        except (
            OSError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            ValueError,
        ) as exc:
            self.close()
            raise Away(f"{self.settings['host']} gave no answer ({type(exc).__name__})") from None
        except BaseException:
            self.close()
            raise

    async def _read(self) -> Reply:
        assert self._reader is not None  # noqa: S101
        lines: list[str] = []
        while len(lines) < _MOST_LINES:
            raw = await self._reader.readuntil(b"\n")
            line = raw.rstrip(b"\r\n").decode("utf-8", "replace")
            if not re.match(r"[2-5]\d\d(?:[ -]|$)", line):
                raise ValueError("no answer of SMTP")
            lines.append(line)
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))
        raise ValueError("an answer without an end")

    @property
    def is_open(self) -> bool:
        """False once either side has closed it."""
        closed = self._writer is None or self._writer.is_closing()
        return not closed and self._reader is not None and not self._reader.at_eof()

    async def reset(self) -> bool:
        """Back to the start; False, and closed, when that failed."""
        try:
            if (await self.ask("RSET")).is_positive:
                return True
        except Away:
            pass
        self.close()
        return False

    async def quit(self) -> None:
        """Say goodbye without waiting for an answer."""
        with contextlib.suppress(Away, OSError):
            self._send(b"QUIT\r\n")
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._writer is not None:
            self._writer.close()


def _trust(settings: Mapping[str, Any]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.get("authority") or None)


def stuff(content: bytes) -> bytes:
    """Lines end in CRLF and nothing but that, the last one too; a dot that begins a line is doubled.

    A lone CR or LF would let one server see the end of a mail where another does not.
    """
    if _BARE.search(content):
        content = _BARE.sub(b"\r\n", content)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    content = content.replace(b"\r\n.", b"\r\n..")
    return b"." + content if content.startswith(b".") else content
