"""An event loop in a thread of its own, for as long as a door of the gate is open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

START_SECONDS = 15.0
STOP_SECONDS = 10.0  # for those in the middle of a mail


class Opening:
    """Runs one coroutine, which sets `ready` once it listens and ends when `ending` is set."""

    def __init__(self, name: str) -> None:
        self.ready, self.ending = threading.Event(), asyncio.Event()
        self._name = name
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None

    def start(self, run: Coroutine[Any, Any, None]) -> bool:
        """False when it is not ready in time."""
        self._thread = threading.Thread(target=self._serve, args=(run,), name=self._name, daemon=True)
        self._thread.start()
        return self.ready.wait(START_SECONDS)

    def stop(self) -> bool:
        """Let it end, and wait for that; False when it was not running any more."""
        if self._thread is None or not self._thread.is_alive():
            return False
        self._loop.call_soon_threadsafe(self.ending.set)
        self._thread.join(STOP_SECONDS + 10)
        return True

    def _serve(self, run: Coroutine[Any, Any, None]) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(run)
        finally:
            self._loop.close()
