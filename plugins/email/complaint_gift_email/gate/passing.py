"""The way of one mail through the gate: judged, kept if need be, handed over, answered. In this order.

Where nothing can stop a mail it is kept, handed over, answered and then judged: its sender need not wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

import structlog

from complaint_gift.plugin import Fate, PluginError, Ruling
from complaint_gift_email.gate.afterwards import Afterwards
from complaint_gift_email.gate.crew import Hands
from complaint_gift_email.gate.dialogue import Away, Dialogue, Lost, Reply, stuff
from complaint_gift_email.gate.judging import Weighed, note_broken, way_headers
from complaint_gift_email.gate.ledger import Ledger
from complaint_gift_email.gate.pool import Pool

AWAY = "451 4.4.1 The mail server behind the gate does not answer; please send again later"
DOWN = "451 4.3.0 Complaint Gift cannot look at this mail now; please send it again later"
LOST = "451 4.4.2 The mail server behind the gate did not answer; it may have the mail"
LONGEST_LINE = 480
LARGEST_UNJUDGED = 1_000_000  # what is larger is read sooner than it is written into a database

log = structlog.get_logger(__name__)


class Passing:
    """Everything that the clients of one gate share. Belongs to one event loop."""

    def __init__(self, pool: Pool, helpers: Hands, ledger: Ledger, may_stop: Callable[[], bool]) -> None:
        """`may_stop` tells whether any mail could be held or turned away now."""
        self._pool, self._helpers, self._ledger, self._may_stop = pool, helpers, ledger, may_stop
        self._unjudged = Afterwards(helpers)
        self._afterwards: set[asyncio.Task[None]] = set()

    async def begin(self, path: str, options: list[str], origin: list[str]) -> tuple[Dialogue | None, str]:
        """The mail server's answer to MAIL; without a dialogue nothing has begun."""
        self._unjudged.stir()

        async def start(dialogue: Dialogue) -> Reply:
            told = origin if "XFORWARD" in dialogue.offers else []
            lines = [f"XFORWARD {' '.join(told[at : at + 4])}" for at in range(0, len(told), 4)]
            lines.append(" ".join([f"MAIL FROM:{path}", *dialogue.accepted(options)]))
            return (await dialogue.ask_all(lines))[-1]

        try:
            dialogue, reply = await self._pool.begin(start)
        except Away as exc:
            return None, _say_away(exc)
        if reply.is_positive:
            return dialogue, reply.whole
        await self.drop(dialogue)
        return None, reply.whole

    async def add(self, dialogue: Dialogue, path: str, options: list[str]) -> tuple[bool, str]:
        """The mail server's answer to RCPT, and whether it takes mail for this address."""
        try:
            reply = await dialogue.ask(" ".join([f"RCPT TO:{path}", *dialogue.accepted(options)]))
        except Away as exc:
            return False, _say_away(exc)
        return reply.is_positive, reply.whole

    async def on(self, dialogue: Dialogue, content: bytes, way: dict[str, Any]) -> str:
        """The answer to the whole mail; `content` has its dots doubled as it came."""
        raw = content.replace(b"\r\n..", b"\r\n.")
        raw = raw[1:] if raw.startswith(b"..") else raw
        if self._may_stop() or len(raw) > LARGEST_UNJUDGED:
            return await self._judge_first(dialogue, raw, way)
        return await self._judge_later(dialogue, raw, way)

    async def _judge_later(self, dialogue: Dialogue, raw: bytes, way: dict[str, Any]) -> str:
        key = self._ledger.new_key()
        try:
            await self._ledger.admit(key, way_headers(way), raw)
        except PluginError as exc:
            self._later(self._ledger.mark_unsent(key))
            await self.drop(dialogue)
            return _say_down(exc)
        except Exception as exc:
            note_broken(exc)
            return await self._judge_first(dialogue, raw, way)
        except BaseException:
            dialogue.close()
            self._later(self._ledger.mark_unsent(key))
            raise

        async def went() -> None:
            # Before the sender hears of it: who hears of success never sends again.
            try:
                number = await self._ledger.mark_sent(key)
            except Exception as exc:
                note_broken(exc)  # the row stays as one whose end nobody knows, and is judged so
            else:
                if number:
                    self._unjudged.add(number)

        reply = await self._hand_over(
            dialogue, raw, way, went, lambda: self._later(self._ledger.mark_unsent(key))
        )
        self._unjudged.stir()
        return reply

    async def _judge_first(self, dialogue: Dialogue, raw: bytes, way: dict[str, Any]) -> str:
        began = time.perf_counter()
        try:
            weighed: Weighed = await self._helpers.ask("weigh", raw, way)
        except PluginError as exc:
            await self.drop(dialogue)
            return _say_down(exc)
        except BaseException:
            # Who sent it has hung up: nobody else shall have to close this.
            dialogue.close()
            raise
        ruling = weighed.ruling
        log.info("mail-judged", fate=ruling.fate.value, number=ruling.number, seconds=_since(began))
        if ruling.fate is Fate.HOLD:
            await self.drop(dialogue)
            return _say_held(ruling)
        if ruling.fate is Fate.REJECT:
            await self.drop(dialogue)
            return say_no(ruling)

        async def went() -> None:
            if weighed.is_awaited:
                self._later(self._helpers.ask("sent", weighed, raw if weighed.entry else b""))

        def came_back() -> None:
            if ruling.number:
                self._later(self._helpers.ask("unsent", ruling))

        return await self._hand_over(dialogue, raw, way, went, came_back)

    async def _hand_over(
        self,
        dialogue: Dialogue,
        raw: bytes,
        way: dict[str, Any],
        went: Callable[[], Awaitable[None]],
        came_back: Callable[[], None],
    ) -> str:
        """The mail server's answer. `went` or `came_back` is called, neither where that answer is lost."""
        content = stuff((b"" if way["is_trusted"] else _trace(way)) + raw)
        try:
            reply = await dialogue.ask("DATA")
            if reply.code == 354:
                reply = await dialogue.hand_over(content)
        except Away as exc:
            came_back()
            return _say_away(exc)
        except Lost as exc:
            # Its author sends it again, as always in such a case, and hears of the findings once.
            log.error("gate-answer-lost", why=str(exc))
            return LOST
        if reply.is_positive:
            self._pool.give(dialogue)
            await went()
        else:
            came_back()
            await self.drop(dialogue)
        return reply.whole

    def _later(self, task: Awaitable[Any]) -> None:
        """While the client has its answer already."""

        async def do() -> None:
            try:
                await task
            except Exception as exc:
                note_broken(exc)

        made = asyncio.get_running_loop().create_task(do())
        self._afterwards.add(made)
        made.add_done_callback(self._afterwards.discard)

    async def drop(self, dialogue: Dialogue) -> None:
        """End this mail on the mail server's side, and keep the connection if that works."""
        if dialogue.is_open and await dialogue.reset():
            self._pool.give(dialogue)
        else:
            dialogue.close()

    async def close(self) -> None:
        """Wait for what is under way after the answers."""
        if self._afterwards:
            await asyncio.wait(set(self._afterwards), timeout=5.0)
        await self._ledger.close()
        await self._unjudged.close()
        await self._pool.close()
        await self._helpers.close()


def _say_down(exc: PluginError) -> str:
    log.error("gate-cannot-look", why=str(exc))
    return DOWN


def _say_away(exc: Away) -> str:
    log.warning("gate-upstream-away", why=str(exc))
    return AWAY


def _say_held(ruling: Ruling) -> str:
    see = f"; {ruling.link}" if ruling.link else ""
    return f"250 2.0.0 Held until a lead has read it, number {ruling.number}{see}"[:LONGEST_LINE]


def say_no(ruling: Ruling) -> str:
    """Why it is refused, as answers of SMTP: one line or two, in ASCII."""
    lines = [f"Not sent: {ruling.sentence}"[: LONGEST_LINE - 20]]
    if ruling.link:
        lines.append(f"Why, and what to write instead: {ruling.link}")
    return "\r\n".join(f"550{' ' if line is lines[-1] else '-'}5.7.1 {line}" for line in lines)


def _trace(way: dict[str, Any]) -> bytes:
    """Where it came from, as every relay says; without this a loop would never end."""
    helo = "".join(letter for letter in way["helo"] if letter.isalnum() or letter in ".-_:[]")[:200]
    client = f"{helo or 'unknown'} ([{way['client']}])"
    line = f"Received: from {client}\r\n by complaint-gift with ESMTP; {formatdate(localtime=False)}\r\n"
    return line.encode("ascii", "replace")


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 4)
