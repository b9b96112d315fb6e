"""The ticker: periodic work from one process at a time, whoever holds the lease in the database."""

from __future__ import annotations

import os
import signal
import threading

import structlog

from complaint_gift.runtime.parts import Parts, keep_fresh
from complaint_gift.service.ports import StoreUnavailable

TICK_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Ticker:
    """Sweeps every few seconds while the lease is ours; a second ticker stands by."""

    def __init__(self, parts: Parts, *, every: float = TICK_SECONDS) -> None:
        self.parts = parts
        self.every = every
        self.owner = f"{os.uname().nodename}:{os.getpid()}"
        self._stopping = threading.Event()

    def run(self) -> None:
        """Tick until SIGTERM or SIGINT, then let go of the lease."""
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, lambda *_: self._stopping.set())
        keep_fresh(self.parts.playbook)
        while not self._stopping.is_set():
            self.tick()
            self._stopping.wait(self.every)
        self._let_go()

    def tick(self) -> bool:
        """One sweep if it is ours to do; never raises, because the next one may work."""
        try:
            return self.parts.service.tick(self.owner) is not None
        except StoreUnavailable as exc:
            log.error("tick-without-database", problem=str(exc))
        except Exception as exc:
            log.error("tick-broke", exc_info=exc)
        return False

    def _let_go(self) -> None:
        try:
            with self.parts.store.transaction() as rows:
                rows.drop_lease("ticker", self.owner)
        except StoreUnavailable:
            log.warning("lease-not-dropped", owner=self.owner)
