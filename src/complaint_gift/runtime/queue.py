"""The queue: RQ as a doorbell. It carries a job's name and the id of a row, and may lose both."""

from __future__ import annotations

import secrets
from typing import Literal

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

QUEUE = "complaint-gift"
JOBS = {
    "delivery": "complaint_gift.jobs.process_delivery",
    "action": "complaint_gift.jobs.perform_action",
}
JOB_SECONDS = 120  # a job that hangs so long is ended; its row's lease is over by then
FAILURE_SECONDS = 3600
RING_SECONDS = 0.5
WORK_SECONDS = 10.0

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


class SilentBell:
    """Rings nothing; for commands that leave the work to the next sweep."""

    def ring(self, kind: Literal["delivery", "action"], row_id: int) -> None:
        """Nothing happens."""


def waiting(queue: Queue) -> int:
    """How many rings wait; raises redis.RedisError."""
    return int(queue.count)
