"""The hot path: one delivery made durable, answered as soon as it is on the disk.

One thread per process writes for all: whatever waits goes into one statement and one commit, and
everybody is released after it. A commit of its own for each request would cost more than the rest of an
answer: SQLite has one writer at a time, and on both databases threads that wait keep each other from work.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Sequence
from queue import SimpleQueue

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import NewDelivery
from complaint_gift.store.faults import is_weather, unavailable
from complaint_gift.store.intake import Answer, Intake, Row, row_of

BATCH = 64  # rows of one statement: 320 values, and SQLite may stop at 999
PATIENCE = 10.0  # seconds that a request waits for its commit
MOMENT = 0.002  # seconds in which those who are just behind may join, where there are any
_GLANCE = 0.5  # seconds after which a waiting request looks whether the writer still lives


class _Waiter:
    """One request that waits for its row. `gate` opens when `answer` is there."""

    __slots__ = ("answer", "gate", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.answer: Answer | None = None
        self.gate = threading.Lock()
        self.gate.acquire()

    def release(self, answer: Answer) -> None:
        """Let the request go on. Twice is harmless: a row may be handed in again after a writer died."""
        if self.gate.locked():
            self.answer = answer
            self.gate.release()


class Inbox:
    """Takes deliveries in; `intake` knows how its kind of database does that. Survives a fork."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._be_born()
        ours = weakref.ref(self)

        def reborn() -> None:
            if (inherited := ours()) is not None:
                inherited._intake.forget()
                inherited._be_born()

        os.register_at_fork(after_in_child=reborn)

    def _be_born(self) -> None:
        # Also in every forked child: the thread stayed with the parent, locks may be held by nobody.
        self._waiting: SimpleQueue[_Waiter | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._writer: threading.Thread | None = None
        self._closing = False
        self._busy_since: float | None = None

    def keep(self, delivery: NewDelivery) -> tuple[int, bool]:
        """Durably insert; gives (id, whether it is new). Raises StoreUnavailable.

        Gives up after PATIENCE seconds; a row that still arrives makes a retry a duplicate.
        """
        waiter = _Waiter(row_of(delivery))
        writer = self._hand_in(waiter)
        deadline = time.monotonic() + PATIENCE
        while not waiter.gate.acquire(timeout=_GLANCE):
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"the database {self._intake.place} did not take a row within {PATIENCE:.0f} s; "
                    "look for a full disk, a long backup or a stopped process"
                )
            if not writer.is_alive():
                writer = self._hand_in(waiter)
        answer = waiter.answer
        if isinstance(answer, tuple):
            return answer
        error = answer or RuntimeError("a delivery was released without an answer")
        if is_weather(error):
            raise unavailable(error, self._intake.place) from error
        raise error

    def alive(self) -> bool:
        """False when it is closed or stuck in one commit. A writer that is not there (yet) is started."""
        busy_since = self._busy_since
        is_stuck = busy_since is not None and time.monotonic() - busy_since > PATIENCE
        return not self._closing and not is_stuck

    def close(self) -> None:
        """Write what waits, then end the thread."""
        self._closing = True
        self._waiting.put(None)
        if self._writer is not None:
            self._writer.join(PATIENCE)

    def _hand_in(self, waiter: _Waiter) -> threading.Thread:
        if self._closing:
            raise StoreUnavailable(f"the database {self._intake.place} is being closed by this process")
        self._waiting.put(waiter)
        writer = self._writer
        return writer if writer is not None and writer.is_alive() else self._start()

    def _start(self) -> threading.Thread:
        with self._starting:
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="delivery-writer", daemon=True)
                self._writer.start()
            return self._writer

    def _write(self) -> None:
        size, self._busy_since = 1, None
        try:
            while batch := self._take(MOMENT if size > 1 else 0.0):
                self._busy_since = time.monotonic()
                answers = self._insert([waiter.row for waiter in batch])
                self._busy_since = None
                for waiter, answer in zip(batch, answers, strict=True):
                    waiter.release(answer)
                size = len(batch)
        finally:
            self._intake.close()

    def _insert(self, rows: Sequence[Row]) -> Sequence[Answer]:
        try:
            return self._intake.insert(rows)
        except Exception as error:
            self._intake.close()
            return [error] * len(rows)

    def _take(self, pause: float) -> list[_Waiter]:
        """Whatever waits, at most BATCH; empty when closing and nothing is left."""
        first = self._waiting.get()
        if first is None:
            return []
        if pause:
            time.sleep(pause)
        batch = [first]
        while len(batch) < BATCH and not self._waiting.empty():
            waiter = self._waiting.get()
            if waiter is None:
                self._waiting.put(None)  # the end is for the next round
                break
            batch.append(waiter)
        return batch
