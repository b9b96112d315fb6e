"""Mails that have left are judged in quiet moments: whoever sends has the processors first.

Nothing is lost with what waits here. Each is a row, and a worker takes up what nobody has judged.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from complaint_gift_email.gate.crew import Hands
from complaint_gift_email.gate.judging import note_broken

QUIET_SECONDS = 0.1  # without a mail; then its author hears in the same second
LONGEST_SECONDS = 5.0  # that one waits for it; then one after the other is judged beside the sending
CLOSING_SECONDS = 5.0


class Afterwards:
    """Belongs to one event loop."""

    def __init__(self, helpers: Hands) -> None:
        self._helpers = helpers
        self._waiting: deque[tuple[float, int]] = deque()
        self._stirred = 0.0
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False

    def stir(self) -> None:
        """Somebody sends."""
        self._stirred = time.monotonic()

    def add(self, number: int) -> None:
        """Have this one judged."""
        self._waiting.append((time.monotonic(), number))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            since, number = self._waiting[0]
            pause = min(self._stirred + QUIET_SECONDS, since + LONGEST_SECONDS) - time.monotonic()
            if pause > 0 and not self._is_closing:
                await asyncio.sleep(min(pause, QUIET_SECONDS))
                continue
            self._waiting.popleft()
            try:
                await self._helpers.ask("judge", number)
            except Exception as exc:
                note_broken(exc)
        self._task = None

    async def close(self) -> None:
        """Judge what waits, as far as there is time; the rest is a worker's."""
        self._is_closing = True
        if self._task is not None:
            await asyncio.wait([self._task], timeout=CLOSING_SECONDS)
            self._waiting.clear()
