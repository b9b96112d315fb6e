"""Rows of mails that leave before they are judged. Whoever comes while some are written is in the next group.

One thread writes for all: each mail needs two commits, and one for each would cost more than the rest.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from complaint_gift.plugin import Desk, Leaving, Unreachable

BATCH = 64
MOMENT_SECONDS = 0.004  # from one commit to the next: many who send at once share it
WRITE_SECONDS = 20.0


@dataclass(slots=True)
class _Group:
    """What is written with one commit."""

    leaving: list[Leaving] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    done: asyncio.Future[Mapping[str, int]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def is_full(self) -> bool:
        return len(self.leaving) + len(self.sent) + len(self.unsent) >= BATCH


class Ledger:
    """Belongs to one event loop. Everything raises PluginError."""

    def __init__(self, source: str, desk: Desk) -> None:
        self._source, self._desk = source, desk
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gate-ledger")
        self._groups: list[_Group] = []
        self._written = 0.0
        self._writing: asyncio.Task[None] | None = None

    @staticmethod
    def new_key() -> str:
        """For one attempt to send a mail."""
        return f"gate:{secrets.token_hex(16)}"

    async def admit(self, key: str, headers: Mapping[str, str], raw: bytes) -> None:
        """Keep a mail that is to be sent; it is on the disk when this returns."""
        group = self._group()
        group.leaving.append(Leaving(key, headers, raw))
        await _end_of(group)

    async def mark_sent(self, key: str) -> int:
        """The mail server has it; gives the number to judge it by, 0 for none."""
        group = self._group()
        group.sent.append(key)
        return (await _end_of(group)).get(key, 0)

    async def mark_unsent(self, key: str) -> None:
        """The mail server has it not: as if it never came."""
        group = self._group()
        group.unsent.append(key)
        await _end_of(group)

    def _group(self) -> _Group:
        """The one that is written next; whatever is in it already comes before what joins."""
        if not self._groups or self._groups[-1].is_full:
            made = _Group()
            made.done.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._groups.append(made)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())
        return self._groups[-1]

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._groups:
            if (pause := self._written + MOMENT_SECONDS - loop.time()) > 0:
                await asyncio.sleep(pause)
            self._written = loop.time()
            group = self._groups.pop(0)
            try:
                told = await loop.run_in_executor(
                    self._thread, self._desk.note, self._source, group.leaving, group.sent, group.unsent
                )
            except Exception as exc:
                group.done.set_exception(exc)
            else:
                group.done.set_result(told)
        self._writing = None

    async def close(self) -> None:
        """Write what waits."""
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()


async def _end_of(group: _Group) -> Mapping[str, int]:
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            # Shielded: others wait for the same one.
            return await asyncio.shield(group.done)
    except TimeoutError:
        raise Unreachable(f"the database did not take a mail in {WRITE_SECONDS:g} s") from None
