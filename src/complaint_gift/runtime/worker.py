"""The RQ worker that we run: one queue, JSON, our own two jobs and nothing else.

What RQ leaves open is closed here or by the rows (see each comment): rows are claimed by a lease, and
`sweep` rings again for whatever a killed worker or a lost queue left lying.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

import redis
import structlog
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from complaint_gift.runtime import ending
from complaint_gift.runtime.leash import tie_to_parent
from complaint_gift.runtime.parts import Parts, hold, keep_fresh
from complaint_gift.runtime.queue import JOBS, connect_to_work, open_queue
from complaint_gift.runtime.valkey import url_of
from complaint_gift.service.ports import StoreUnavailable

# With RQ's defaults an idle worker sleeps 405 s and a dead one is noticed after ten minutes.
WORKER_TTL = 20
MAINTENANCE_SECONDS = 5
MONITORING_SECONDS = 2
BEAT_SECONDS = 5.0
KNOWN_JOBS = frozenset(JOBS.values())

log = structlog.get_logger(__name__)


class GuardedWorker(Worker):
    """Forks a work-horse for each job, ties it to itself, and runs only jobs that we would have made."""

    log_result_lifespan = False
    log_job_description = False
    max_connection_wait_time = 5.0  # after Redis comes back, nobody should wait a minute

    def __init__(self, connection: redis.Redis, *, beat: Callable[[], object]) -> None:
        """`beat` says in the database that we live."""
        # One queue: a worker that listens on two loses a job for good when it dies between pop and start.
        super().__init__(
            [open_queue(connection)],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_SECONDS,
            job_monitoring_interval=MONITORING_SECONDS,
            log_job_description=False,
        )
        self._beat = beat
        self._beaten_at = 0.0

    def _set_ip_address(self, connection: redis.Redis) -> None:
        # RQ asks CLIENT INFO, which redis-py cannot read when the path of a unix socket has a space in it.
        self.ip_address = "unknown"

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Also tell the database, so that /readyz needs no Redis to know that somebody works."""
        super().heartbeat(timeout, pipeline)
        if time.monotonic() - self._beaten_at >= BEAT_SECONDS and not self.is_horse:
            self._beaten_at = time.monotonic()
            self._beat()

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Fork a horse for one of our jobs; throw away what is none, unread."""
        if not is_ours(job):
            log.warning("foreign-job-dropped", job=job.id)
            job.delete()
            return
        ending.listen()  # before the fork, so that the horse is never without
        super().execute_job(job, queue)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the horse: go down with the worker, or two would work on one row after a restart."""
        tie_to_parent(int(self.pid or 0), signal.SIGKILL)
        super().main_work_horse(job, queue)

    def handle_warm_shutdown_request(self) -> None:
        """A job of many rows shall not be waited for until its last one."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.horse_pid, ending.ASK)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log what kind of error it was and where; its words may quote a customer."""
        kind, _, trace = exc_info
        frames = traceback.extract_tb(trace)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        log.error("job-failed", job=job.id, error=getattr(kind, "__name__", str(kind)), where=where)

    def handle_job_failure(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        """Keep no traceback in Redis: it may quote what a customer wrote."""
        if "exc_string" in kwargs:
            kwargs["exc_string"] = _kind_of_failure(str(kwargs["exc_string"]))
        super().handle_job_failure(job, queue, *args, **kwargs)


def is_ours(job: Job) -> bool:
    """True for a job with the name, the one integer and nothing else that our bell would give it.

    JSON stops code in the arguments; this stops `os.system` as the name and callbacks at the end.
    """
    try:
        named, args, kwargs = job.func_name, job.args, job.kwargs
    except Exception:  # a payload that is no JSON, or JSON of another shape
        return False
    hooks = (job._success_callback_name, job._failure_callback_name, job._stopped_callback_name)
    number = args[0] if isinstance(args, (list, tuple)) and len(args) == 1 else None
    return (
        named in KNOWN_JOBS
        and type(number) is int
        and not kwargs
        and not any(hooks)
        and not getattr(job, "webhooks", None)
    )


def _kind_of_failure(text: str) -> str:
    last = text.strip().rpartition("\n")[2]
    return last.split(":")[0][:200] if last else "failed"


def name_of_beat() -> str:
    """How this process calls itself in the database."""
    return f"worker:{os.uname().nodename}:{os.getpid()}"


def start_worker(parts: Parts) -> None:
    """Work until a signal says stop. Rules are loaded before the first fork, changed ones beside the work."""
    name = name_of_beat()

    def beat() -> None:
        try:
            parts.service.beat(name)
        except StoreUnavailable as exc:
            log.error("worker-without-database", problem=str(exc))

    hold(parts)
    url = parts.settings.redis_url or url_of(parts.settings.valkey_folder)
    parts.service.warm()
    keep_fresh(parts.playbook, prepare=parts.service.warm)
    worker = GuardedWorker(connect_to_work(url), beat=beat)
    worker.work(logging_level="WARNING")
