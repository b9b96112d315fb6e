"""Connections to the mail server that are open and rest; a mail must not wait for a greeting each time."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from complaint_gift_email.gate.dialogue import Away, Dialogue, Reply

MOST_RESTING = 16
RESTING_SECONDS = 20.0
GOODBYE = 421


class Pool:
    """Belongs to one event loop."""

    def __init__(self, settings: Mapping[str, Any], name: str) -> None:
        self._settings, self._name = settings, name
        self._resting: deque[tuple[float, Dialogue]] = deque()

    async def begin(self, start: Callable[[Dialogue], Awaitable[Reply]]) -> tuple[Dialogue, Reply]:
        """A connection that `start` has said something on, and the answer. Raises Away.

        A rested connection may have been closed from the other side, which shows only now; then another one
        tries.
        """
        while rested := self._take():
            with contextlib.suppress(Away):
                reply = await start(rested)
                if reply.code != GOODBYE:
                    return rested, reply
            rested.close()
        fresh = Dialogue(self._settings, self._name)
        await fresh.open()
        return fresh, await start(fresh)

    def _take(self) -> Dialogue | None:
        while self._resting:
            since, dialogue = self._resting.pop()
            if dialogue.is_open and time.monotonic() - since < RESTING_SECONDS:
                return dialogue
            dialogue.close()
        return None

    def give(self, dialogue: Dialogue) -> None:
        """Take it back; it must be at the start of a transaction."""
        if not dialogue.is_open:
            dialogue.close()
            return
        self._resting.append((time.monotonic(), dialogue))
        while len(self._resting) > MOST_RESTING or (
            self._resting and time.monotonic() - self._resting[0][0] > RESTING_SECONDS
        ):
            self._resting.popleft()[1].close()

    async def close(self) -> None:
        """Say goodbye on all of them."""
        while self._resting:
            await self._resting.pop()[1].quit()
