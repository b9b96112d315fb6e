"""A mail server that takes everything, a desk that rules by words, and a gate between them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from complaint_gift.plugin import Fate, Leaving, Outgoing, Ruling, Source, Unreachable
from complaint_gift_email.gate import GateListener, GateSettings


@dataclass
class Sink:
    """A mail server of a few lines on a socket, so that it can misbehave at any point.

    `answers`: what to say instead of 250 by command (DATA is the answer to the mail); None hangs up.
    """

    answers: dict[str, str | None] = field(default_factory=dict)
    offers: tuple[str, ...] = (
        "PIPELINING",
        "8BITMIME",
        "SMTPUTF8",
        "XFORWARD NAME ADDR PROTO HELO",
        "DSN",
        "SIZE",
    )
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def start(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        self._links: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        with suppress(OSError):
            # shutdown wakes the thread that waits in accept
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for link in self._links:
            link.close()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._links.append(link)
            threading.Thread(target=self._talk, args=(link,), daemon=True).start()

    def _talk(self, link: socket.socket) -> None:
        with link, link.makefile("rb") as lines:
            try:
                self._say(link, "220 sink ESMTP")
                while line := lines.readline():
                    if not self._hear(link, lines, line.decode("utf-8", "surrogateescape").rstrip("\r\n")):
                        return
            except OSError:
                return

    def _hear(self, link: socket.socket, lines: Any, line: str) -> bool:
        command = line.split(" ")[0].upper()
        self.heard.append(line)
        if command in ("EHLO", "LHLO"):
            told = ["250-sink", *(f"250-{one}" for one in self.offers), "250 HELP"]
            self._say(link, "\r\n".join(told))
        elif command == "QUIT":
            self._say(link, "221 bye")
            return False
        elif command == "DATA":
            self._say(link, self.answers.get("354") or "354 go")
            if "354" in self.answers:
                return True
            pieces = []
            while (part := lines.readline()) != b".\r\n":
                pieces.append(part[1:] if part.startswith(b".") else part)
                if not part:
                    return False
            return self._answer(link, "DATA", lambda: self.mails.append(b"".join(pieces)))
        else:
            return self._answer(link, command, lambda: None)
        return True

    def _answer(self, link: socket.socket, command: str, deed: Callable[[], None]) -> bool:
        answer = self.answers.get(command, "250 2.0.0 taken as 4711")
        if answer is None:
            return False
        if answer.startswith("2"):
            deed()
        self._say(link, answer)
        return True

    def _say(self, link: socket.socket, line: str) -> None:
        link.sendall(line.encode() + b"\r\n")


@dataclass
class ScriptedDesk:
    """Holds what says FAULT, tells about what says MISSING; remembers everything. `trouble` breaks a step.

    `is_lenient`: its playbook can stop nothing by itself; then `rows` are what leaves, with its state.
    """

    kept: dict[str, Outgoing] = field(default_factory=dict)
    asked: list[Outgoing] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    trouble: dict[str, Exception] = field(default_factory=dict)
    is_lenient: bool = False
    rows: dict[str, str] = field(default_factory=dict)
    left: list[Leaving] = field(default_factory=list)
    judged: list[int] = field(default_factory=list)

    def _break(self, step: str) -> None:
        if step in self.trouble:
            raise self.trouble[step]

    def rule(self, outgoing: Outgoing, stop: Fate) -> Ruling:
        self.asked.append(outgoing)
        self._break("rule")
        if "FAULT" in outgoing.text:
            return Ruling(stop, decision="hold", sentence="Do not blame. (no-blame)")
        return Ruling(Fate.TELL if "MISSING" in outgoing.text else Fate.PASS)

    def keep(self, outgoing: Outgoing, ruling: Ruling) -> Ruling:
        self._break("keep")
        self.kept.setdefault(outgoing.key, outgoing)
        number = list(self.kept).index(outgoing.key) + 1
        return replace(ruling, number=number, link=f"https://cg.example.com/held/{number}")

    def confirm(self, ruling: Ruling) -> None:
        self.confirmed.append(ruling.number)

    def forget(self, ruling: Ruling) -> None:
        self.forgotten.append(ruling.number)

    def stops(self, stop: Fate) -> bool:
        return not self.is_lenient or stop is not Fate.TELL

    def note(
        self, source: str, leaving: Sequence[Leaving], sent: Sequence[str], unsent: Sequence[str]
    ) -> Mapping[str, int]:
        for step, given in (("admit", leaving), ("sent", sent), ("unsent", unsent)):
            if given:
                self._break(step)
        self.left += leaving
        self.rows |= {one.key: "passing" for one in leaving} | dict.fromkeys(sent, "sent")
        for key in unsent:
            self.rows.pop(key, None)
        return {key: list(self.rows).index(key) + 1 for key in sent}

    def judge(self, number: int) -> None:
        self._break("judge")
        self.judged.append(number)

    def advise(self, draft: Outgoing) -> None:
        """Nothing is found in drafts."""

    def memory(self, source: str) -> Any:
        return self

    def whereabouts(self, messages: Sequence[str]) -> Mapping[str, str]:
        self._break("memory")
        return {}

    def conversation(self, number: str) -> None:
        """None is known."""

    def take(self, source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
        return True

    def branch(self) -> None:
        """Nothing to do in a process of its own."""


DOWN = Unreachable("the database cannot be reached")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gate_settings(upstream: int, **more: Any) -> dict[str, Any]:
    """As the configuration's schema loads them."""
    told = {"port": free_port(), "upstream": {"host": "127.0.0.1", "port": upstream, "security": "none"}}
    return dict(GateSettings().load({**told, **more}))


@contextmanager
def a_gate(desk: ScriptedDesk, upstream: int, **more: Any) -> Iterator[int]:
    """An open gate; gives its port. `own` are settings of the source beside `gate`.

    It judges in threads, with a desk that remembers; `processes` makes it several processes.
    """
    own = more.pop("own", {})
    settings = gate_settings(upstream, **more)
    listener = GateListener(Source("mail", "email", {"thread_secret": "", **own, "gate": settings}), desk)
    try:
        if settings["processes"]:
            listener.prepare()
        listener.start()
        yield settings["port"]
    finally:
        listener.stop()


def a_mail(text: str = "Thank you.", **headers: str) -> bytes:
    mail = EmailMessage()
    told = {
        "From": "Support <support@shop.test>",
        "To": "client@example.test",
        "Subject": "Re: Жалоба на доставку",
        "Message-ID": "<1@shop.test>",
        "In-Reply-To": "<0@example.test>",
    }
    for name, value in {**told, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes(policy=SMTP)


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.01)
    return False


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)
