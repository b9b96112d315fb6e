"""The queue: RQ as a doorbell. It carries a job's name and the id of a row, and may lose both."""

from __future__ import annotations

import os
import secrets
import threading
import time
import weakref
from typing import Literal

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from complaint_gift.service.ports import Bell

QUEUE = "complaint-gift"
JOBS = {
    "delivery": "complaint_gift.jobs.process_delivery",
    "action": "complaint_gift.jobs.perform_action",
}
JOB_SECONDS = 120  # a job that hangs so long is ended; its row's lease is over by then
FAILURE_SECONDS = 3600
RING_SECONDS = 0.5
WORK_SECONDS = 10.0
MOMENT_SECONDS = 0.05

log = structlog.get_logger(__name__)


def connect_to_ring(url: str) -> redis.Redis:
    """For the web side: half a second and no second try, because the answer to a webhook may not wait."""
    return _connect(url, RING_SECONDS, Retry(NoBackoff(), 0))


def connect_to_work(url: str) -> redis.Redis:
    """For workers, which may wait; RQ itself lengthens the time-out for its blocking call."""
    return _connect(url, WORK_SECONDS, Retry(NoBackoff(), 1))


def _connect(url: str, seconds: float, retry: Retry) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=retry,
        health_check_interval=0,
    )


def open_queue(connection: redis.Redis) -> Queue:
    """Our one queue. JSON, because pickle in a shared Redis is code execution."""
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=JOB_SECONDS)


class RqBell:
    """Rings by enqueueing the id of a row; what cannot be rung is found by the next sweep."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def ring(self, kind: Literal["delivery", "action"], row_id: int) -> None:
        """Enqueue it; never raises, waits about a second at most."""
        try:
            self.queue.enqueue_call(
                JOBS[kind],
                args=(row_id,),
                # Unique for each ring: RQ queues one id twice anyway, and only rows can tell a repetition.
                job_id=f"{kind}-{row_id}-{secrets.token_hex(4)}",
                result_ttl=0,
                failure_ttl=FAILURE_SECONDS,
                description=kind,
            )
        except Exception as exc:
            log.warning("bell-not-rung", kind=kind, row=row_id, error=type(exc).__name__)


class QuickBell:
    """Hands rings to a thread and returns at once; the rings of a moment become one for each kind.

    An enqueue takes longer than the whole rest of an answer to a webhook. One ring is enough for many
    rows, because a job works off whatever waits besides its own row. For processes that live long: what
    the thread holds when a process is killed is left to the sweep.
    """

    def __init__(self, bell: Bell, *, moment: float = MOMENT_SECONDS) -> None:
        self._bell = bell
        self._moment = moment
        self._be_born()
        ours = weakref.ref(self)

        def reborn() -> None:
            if (inherited := ours()) is not None:
                inherited._be_born()

        os.register_at_fork(after_in_child=reborn)

    def _be_born(self) -> None:
        # Also in every forked child: the thread stayed with the parent, and so did its rings.
        self._rung: dict[Literal["delivery", "action"], int] = {}
        self._heard = threading.Event()
        self._starting = threading.Lock()
        self._ringer: threading.Thread | None = None

    def ring(self, kind: Literal["delivery", "action"], row_id: int) -> None:
        """Never raises, never waits. The oldest row of a moment stands for the others."""
        self._rung.setdefault(kind, row_id)
        self._heard.set()
        if self._ringer is None or not self._ringer.is_alive():
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._ringer is None or not self._ringer.is_alive():
                self._ringer = threading.Thread(target=self._listen, name="bell", daemon=True)
                self._ringer.start()

    def _listen(self) -> None:
        while True:
            self._heard.wait()
            self._heard.clear()
            for kind in ("delivery", "action"):
                row_id = self._rung.pop(kind, None)
                if row_id is not None:
                    self._bell.ring(kind, row_id)
            time.sleep(self._moment)


class SilentBell:
    """Rings nothing; for commands that leave the work to the next sweep."""

    def ring(self, kind: Literal["delivery", "action"], row_id: int) -> None:
        """Nothing happens."""


def waiting(queue: Queue) -> int:
    """How many rings wait; raises redis.RedisError."""
    return int(queue.count)
