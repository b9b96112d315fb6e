"""The server's side: hears what a client wants to send, asks the mail server, passes its answers on."""

# ruff: noqa: N802 - aiosmtpd finds commands by their names
from __future__ import annotations

import asyncio
import re
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from aiosmtpd.smtp import SMTP, syntax

from complaint_gift_email.gate.dialogue import Dialogue
from complaint_gift_email.gate.judging import note_broken
from complaint_gift_email.gate.passing import Passing

_PATH = re.compile(r"(?:FROM|TO):\s*(<[^<>\r\n]{0,512}>|[^\s<>]{1,512})((?:\s+\S{1,1000}){0,12})\s*\Z", re.I)
_ATTRIBUTE = re.compile(r"(?:NAME|ADDR|PROTO|HELO|SOURCE|PORT|IDENT)=[!-~]{1,255}", re.I)
_SENDER_OPTIONS = {"BODY", "SIZE", "SMTPUTF8", "RET", "ENVID", "AUTH"}
_RECIPIENT_OPTIONS = {"NOTIFY", "ORCPT"}
MOST_FAILURES = 3
FAILURE_SECONDS = 1.0


class Door(SMTP):
    """One client. The mail server hears MAIL and RCPT at once, and the mail when it is judged."""

    line_length_limit = 65536  # of the reader's buffer; commands have their own limit

    def __init__(
        self,
        passing: Passing,
        trusted: tuple[IPv4Network | IPv6Network, ...],
        doors: set[Door],
        **more: Any,
    ) -> None:
        super().__init__(object(), **more)
        self._passing, self._trusted, self._doors = passing, trusted, doors
        self._dialogue: Dialogue | None = None
        self._origin: list[str] = []
        self._options: list[str] = []
        self._recipient_options: list[tuple[str, ...]] = []
        self._failures = 0
        self._is_passing = False
        self._is_trusted: bool | None = None

    def __dir__(self) -> tuple[str, ...]:
        """The commands alone: aiosmtpd looks all names of every new door through for them."""
        return _COMMANDS

    @property
    def is_trusted(self) -> bool:
        """Whether the client's address is one that may send without a password."""
        if self._is_trusted is None:
            self._is_trusted = self._trusts()
        return self._is_trusted

    def _trusts(self) -> bool:
        try:
            address = ip_address(self.client)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._trusted)

    @property
    def client(self) -> str:
        """The client's address, "" when it is no internet address."""
        peer: Any = self.session.peer if self.session else None
        return str(peer[0]).partition("%")[0] if isinstance(peer, tuple) and peer else ""

    @property
    def login(self) -> str:
        """Who has given a password here, "" for nobody."""
        told = self.session.auth_data if self.session and self.session.authenticated else b""
        return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told or "")

    async def _call_handler_hook(self, command: str, *args: Any) -> Any:
        if command == "EHLO" and self.session is not None:
            (name, offered) = args
            self.session.host_name = name
            more = ["250-ENHANCEDSTATUSCODES", "250-DSN"]
            if self.is_trusted:
                more.append("250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT")
            known = [line for line in offered[1:] if line.strip() != "250-AUTH"]
            # As one piece: aiosmtpd writes each of them by itself, and the client wakes up for every line.
            return ["\r\n".join([*offered[:1], *more, *known])]
        return await super()._call_handler_hook(command, *args)

    @property
    def _ehlo_hook_ver(self) -> str:
        return "new"

    @_ehlo_hook_ver.setter
    def _ehlo_hook_ver(self, _: Any) -> None:
        """aiosmtpd looks for the hook on a handler; ours is above."""

    async def smtp_AUTH(self, arg: str) -> None:
        """A wrong password costs a second, the third one the connection (421)."""
        await super().smtp_AUTH(arg)
        if self.session is not None and not self.session.authenticated:
            self._failures += 1
            await asyncio.sleep(FAILURE_SECONDS)
            if self._failures >= MOST_FAILURES and self.transport is not None:
                await self.push("421 4.7.0 Too many wrong passwords")
                self.transport.close()

    @syntax("XFORWARD attribute=value [...]")
    async def smtp_XFORWARD(self, arg: str | None) -> None:
        """Postfix's XFORWARD (its XFORWARD_README), from trusted clients, for the next mail alone."""
        told = (arg or "").split()
        if not self.is_trusted:
            await self.push("550 5.7.0 You are not a mail server of ours")
        elif not told or not all(_ATTRIBUTE.fullmatch(one) for one in told):
            await self.push("501 5.5.4 Bad attribute")
        elif self._dialogue is not None:
            await self.push("503 5.5.1 Not in the middle of a mail")
        else:
            self._origin += told
            await self.push("250 2.0.0 Ok")

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        """The mail server's answer; ours where nobody has logged in, or for what the gate does not take."""
        if await self.check_helo_needed():
            return
        if not (self.is_trusted or self.login):
            await self.push("530 5.7.0 Authentication required")
            return
        if self._dialogue is not None:
            await self.push("503 5.5.1 Nested MAIL command")
            return
        path, options, problem = _read_path(arg, _SENDER_OPTIONS)
        size = next((o.partition("=")[2] for o in options if o.upper().startswith("SIZE=")), "0")
        if not problem and size.isdigit() and int(size) > (self.data_size_limit or int(size)):
            problem = "552 5.3.4 The mail is larger than the gate takes"
        if problem:
            await self.push(problem)
            return
        self._dialogue, reply = await self._passing.begin(path, options, self._origin)
        assert self.envelope is not None  # noqa: S101
        if self._dialogue is not None:
            self.envelope.mail_from, self._options = path, options
        await self.push(reply)

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:
        """The mail server's answer; a recipient that it refuses is none of this mail's."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None  # noqa: S101
        if self._dialogue is None:
            await self.push("503 5.5.1 Need MAIL command")
            return
        path, options, problem = _read_path(arg, _RECIPIENT_OPTIONS)
        if problem or path == "<>":
            await self.push(problem or "501 5.1.3 Bad recipient address syntax")
            return
        is_taken, reply = await self._passing.add(self._dialogue, path, options)
        if is_taken:
            self.envelope.rcpt_tos.append(path)
            self._recipient_options.append(tuple(options))
        await self.push(reply)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Takes all of the mail before the mail server gets any of it; what then follows is `Passing.on`."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None  # noqa: S101
        assert self.session is not None  # noqa: S101
        if self._dialogue is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._read_content()
        dialogue, self._dialogue = self._dialogue, None
        if content is None:
            await self._passing.drop(dialogue)
            await self._end("552 5.3.4 The mail is larger than the gate takes")
            return
        self._is_passing = True
        try:
            await self._end(await self._passing.on(dialogue, content, self._way()))
        finally:
            self._is_passing = False

    async def _end(self, reply: str) -> None:
        self._forget()
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(reply)

    def _way(self) -> dict[str, Any]:
        """How this mail came, for whoever judges it."""
        assert self.envelope is not None  # noqa: S101
        assert self.session is not None  # noqa: S101
        return {
            "sender": self.envelope.mail_from or "",
            "recipients": tuple(self.envelope.rcpt_tos),
            "options": tuple(self._options),
            "recipient_options": tuple(self._recipient_options),
            "login": self.login,
            "is_trusted": self.is_trusted and bool(self._origin),
            "client": self.client,
            "helo": str(self.session.host_name or ""),
        }

    async def _read_content(self) -> bytes | None:
        """What comes before the lone dot, dots still doubled; None for too much. Only CRLF ends a line."""
        pieces: list[bytes] = []
        size, before, limit = 0, b"\r\n", self.data_size_limit or 0
        while True:
            self._reset_timeout()
            try:
                piece = await self._reader.readuntil(b".\r\n")
            except asyncio.LimitOverrunError as exc:
                piece = await self._reader.readexactly(exc.consumed)
            is_end = piece.endswith(b".\r\n") and (before + piece)[-5:] == b"\r\n.\r\n"
            size += len(piece)
            if size <= limit + 3:
                pieces.append(piece[:-3] if is_end else piece)
            else:
                pieces.clear()
            if is_end:
                return b"".join(pieces) if size <= limit + 3 else None
            before = (before + piece)[-4:]

    async def smtp_RSET(self, arg: str) -> None:
        await self._let_go()
        await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        await self._let_go()
        await super().smtp_QUIT(arg)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._let_go()
        await super().smtp_EHLO(hostname)

    async def _let_go(self) -> None:
        dialogue, self._dialogue = self._dialogue, None
        self._forget()
        if dialogue is not None:
            await self._passing.drop(dialogue)

    def _forget(self) -> None:
        # Postfix tells where a mail came from before each of them.
        self._origin, self._options, self._recipient_options = [], [], []

    @property
    def is_busy(self) -> bool:
        """Whether a mail is under way."""
        return self._dialogue is not None or self._is_passing

    def say_goodbye(self) -> None:
        """End a connection that only waits."""
        if self.transport is not None:
            self._writer.write(b"421 4.3.2 The gate is closing; please come back\r\n")
            self.transport.close()
        self._doors.discard(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._doors.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._doors.discard(self)
        dialogue, self._dialogue = self._dialogue, None
        if dialogue is not None:
            dialogue.close()
        super().connection_lost(error)

    async def handle_exception(self, error: Exception) -> str:
        """Whatever breaks here, the sender keeps its mail and tries again."""
        note_broken(error)
        await self._let_go()
        return "451 4.3.0 The gate broke; please send again"


_COMMANDS = tuple(name for name in dir(Door) if name.startswith(("smtp_", "auth_")))


def _read_path(arg: str | None, known: set[str]) -> tuple[str, list[str], str]:
    """(path in angle brackets, options, what is wrong with it)."""
    told = _PATH.match(arg or "")
    if told is None:
        return "", [], "501 5.5.4 Bad address syntax"
    path = told[1] if told[1].startswith("<") else f"<{told[1]}>"
    options = told[2].split()
    strange = [one for one in options if one.partition("=")[0].upper() not in known]
    if strange:
        return path, options, "555 5.5.4 Unsupported option"
    return path, options, ""
