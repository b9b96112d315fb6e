"""Opens the gate's port and closes it again: an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
import socket
import ssl
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import structlog
from aiosmtpd.smtp import AuthResult, LoginPassword

from complaint_gift.plugin import Desk, Fate, PluginError, Source
from complaint_gift_email.gate.closing import shut
from complaint_gift_email.gate.crew import Crew, Hands, Threads
from complaint_gift_email.gate.door import Door
from complaint_gift_email.gate.judging import Judging
from complaint_gift_email.gate.ledger import Ledger
from complaint_gift_email.gate.opening import STOP_SECONDS, Opening
from complaint_gift_email.gate.passing import Passing
from complaint_gift_email.gate.places import bind
from complaint_gift_email.gate.pool import Pool

THREADS = 8
MOST_PROCESSES = 4

log = structlog.get_logger(__name__)


class GateListener:
    """See complaint_gift.plugin.Listener. `is_recording`: what went out is put into its conversation."""

    def __init__(
        self,
        source: Source,
        desk: Desk,
        *,
        is_recording: bool = False,
    ) -> None:
        self.name = f"gate of {source.name}"
        self._source, self._desk = source, desk
        self._settings = source.settings["gate"]
        self._judging = Judging(source, desk, is_recording=is_recording)
        self._crew: Crew | None = None
        self._host = socket.gethostname()
        self._trusted = tuple(ip_network(one) for one in self._settings["trusted"])
        self._users = {user["name"].casefold(): user["password"] for user in self._settings["users"]}
        self._doors: set[Door] = set()
        self._opening: Opening | None = None

    def prepare(self) -> None:
        """Make the processes that judge. They are forks: no thread may run yet."""
        size = processes_of(self._settings)
        if size:
            self._crew = Crew(self._judging.do, size, self._desk.branch)
            self._crew.fork()

    @property
    def is_broken(self) -> bool:
        """Whether this gate should be closed and started anew."""
        return self._crew is not None and not self._crew.is_whole

    def start(self) -> None:
        """Listen; raises PlaceTaken in a sentence."""
        # It logs every line of every mail.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        place = self._settings["host"], self._settings["port"]
        made = bind(self._source.name, place, shown="{}:{}".format(*place), key="port")
        self._opening = Opening(self.name)
        if not self._opening.start(self._run(made, self._opening)):
            raise PluginError(f"{self._source.name}: the gate did not open in time; see the log")

    def stop(self) -> None:
        """Take nothing new, let what is under way end."""
        is_ended = self._opening is not None and self._opening.stop()
        if self._crew is not None and not is_ended:
            self._crew.end()

    async def _run(self, made: socket.socket, opening: Opening) -> None:
        helpers: Hands = self._crew or Threads(self._judging.do, THREADS)
        await helpers.open()
        stop = Fate(self._settings["on_error"])
        passing = Passing(
            Pool(self._settings["upstream"], self._host),
            helpers,
            Ledger(self._source.name, self._desk),
            lambda: self._desk.stops(stop),
        )
        context = _context(self._settings)
        is_implicit = context is not None and self._settings["tls"] == "implicit"
        server = await asyncio.get_running_loop().create_server(
            lambda: self._open_door(passing, None if is_implicit else context),
            sock=made,
            ssl=context if is_implicit else None,
            backlog=256,
        )
        log.info("gate-open", source=self._source.name, port=self._settings["port"])
        opening.ready.set()
        await opening.ending.wait()
        await shut(server)
        await self._drain()
        await passing.close()

    async def _drain(self) -> None:
        """Those in the middle of a mail may end it; the others are told goodbye."""
        until = asyncio.get_running_loop().time() + STOP_SECONDS
        while self._doors and asyncio.get_running_loop().time() < until:
            for door in [door for door in self._doors if not door.is_busy]:
                door.say_goodbye()
            await asyncio.sleep(0.05)
        for door in list(self._doors):
            door.say_goodbye()
        await asyncio.sleep(0.05)  # a closed connection is let go of by the loop, in its next rounds

    def _open_door(self, passing: Passing, context: ssl.SSLContext | None) -> Door:
        settings = self._settings
        door = Door(
            passing,
            self._trusted,
            self._doors,
            data_size_limit=settings["largest_mb"] * 1_000_000,
            enable_SMTPUTF8=True,
            hostname=self._host,
            ident="Complaint Gift",
            tls_context=context,
            auth_require_tls=bool(settings["certificate"]) and settings["tls"] == "starttls",
            authenticator=self._let_in,
            auth_exclude_mechanism=[] if self._users else ["LOGIN", "PLAIN"],
            timeout=300,
            loop=asyncio.get_running_loop(),
        )
        return door

    def _let_in(self, _: Any, __: Any, ___: Any, mechanism: str, given: Any) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        name = given.login.decode("utf-8", "replace")
        known = self._users.get(name.casefold(), "")
        password = given.password.decode("utf-8", "replace")
        # Compared also for a name that nobody bears, so that the time tells nothing.
        is_right = hmac.compare_digest(_digest(password), _digest(known)) and bool(known)
        if not is_right:
            log.warning("gate-wrong-password", source=self._source.name)
        return AuthResult(success=is_right, handled=False, auth_data=name)


def processes_of(settings: Mapping[str, Any]) -> int:
    """How many processes judge: as configured, else one for each processor, four at most."""
    wished = settings["processes"]
    return min(os.cpu_count() or 1, MOST_PROCESSES) if wished is None else int(wished)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _context(settings: Any) -> ssl.SSLContext | None:
    if not settings["certificate"]:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings["certificate"], settings["key"])
    return context
