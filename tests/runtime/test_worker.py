"""Each trap of RQ, with a real Valkey and real processes that are killed."""

import ast
import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from processes import children_of, is_alive, wait_until
from rq import Callback, Queue, Retry
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

import complaint_gift
from complaint_gift.runtime import queue as module
from complaint_gift.runtime.queue import JOBS, RqBell, connect_to_ring, connect_to_work, open_queue
from complaint_gift.runtime.valkey import EmbeddedValkey
from complaint_gift.runtime.worker import GuardedWorker, is_ours, start_worker

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).resolve().parents[1] / "support"
StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connection(server: EmbeddedValkey) -> Iterator[redis.Redis]:
    if server.poll() is not None:
        server.start()
    connection = connect_to_work(server.url)
    connection.flushall()
    yield connection
    connection.close()


@pytest.fixture
def bell(
    server: EmbeddedValkey, connection: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RqBell]:
    monkeypatch.setitem(JOBS, "delivery", "rung.work")
    monkeypatch.setitem(JOBS, "action", "rung.work")
    ringing = connect_to_ring(server.url)
    yield RqBell(open_queue(ringing))
    ringing.close()


@pytest.fixture
def start(server: EmbeddedValkey, connection: redis.Redis, tmp_path: Path) -> Iterator[StartWorker]:
    started: list[subprocess.Popen[bytes]] = []

    def go(**habits: object) -> subprocess.Popen[bytes]:
        if habits:
            text = json.dumps({name.removeprefix("row"): habit for name, habit in habits.items()})
            (tmp_path / "habits").write_text(text)
        environ = os.environ | {"PYTHONPATH": str(SUPPORT), "RUNG_FOLDER": str(tmp_path)}
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(SUPPORT / "rung.py"), server.url], env=environ, stdout=log, stderr=log
            )
        started.append(process)
        return process

    yield go
    for process in started:
        if process.poll() is None:
            kill_tree(process)
        process.wait()


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    for pid in [*children_of(process.pid), process.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def journal(folder: Path) -> list[tuple[str, int, int]]:
    path = folder / "journal"
    rows = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(what, int(number), int(pid)) for what, number, pid, _ in rows]


def happened(folder: Path, what: str, number: int = 0) -> bool:
    return any(row[:2] == (what, number) for row in journal(folder))


def test_rung_row_is_worked_on_and_leaves_nothing_in_the_queue(tmp_path, start, bell, connection) -> None:
    start()
    bell.ring("delivery", 7)
    assert wait_until(lambda: happened(tmp_path, "ended", 7))
    assert wait_until(lambda: not list(connection.scan_iter("rq:job:*")))
    assert happened(tmp_path, "beat")


def test_payload_is_json_and_holds_an_id_only(bell, connection) -> None:
    bell.ring("action", 12)
    (key,) = connection.scan_iter("rq:job:*")
    job = Job.fetch(key.decode().removeprefix("rq:job:"), connection, serializer=JSONSerializer)
    assert (job.args, job.kwargs, job.func_name, job.description) == ([12], {}, "rung.work", "action")
    assert job.retries_left is None


def test_worker_killed_alone_takes_its_horse_along(tmp_path, start, bell) -> None:
    worker = start(row1=30)
    bell.ring("delivery", 1)
    assert wait_until(lambda: happened(tmp_path, "began", 1))
    horse = next(pid for what, _, pid in journal(tmp_path) if what == "began")
    worker.kill()
    assert wait_until(lambda: not is_alive(horse), 3)
    assert not happened(tmp_path, "ended", 1)


def test_killed_tree_does_not_stop_the_next_worker(tmp_path, start, bell) -> None:
    worker = start(row1=30)
    bell.ring("delivery", 1)
    assert wait_until(lambda: happened(tmp_path, "began", 1))
    kill_tree(worker)
    start(row1=0)
    bell.ring("delivery", 1)  # what the sweep does once the lease of the row is over
    assert wait_until(lambda: happened(tmp_path, "ended", 1))


def test_worker_takes_a_socket_with_a_space_in_its_path(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / "my data")
    server.start()
    try:
        with connect_to_work(server.url) as connection:
            assert GuardedWorker(connection, beat=lambda: None).name
    finally:
        server.stop()


def test_changed_rules_are_loaded_beside_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[object] = []
    playbook = SlowPlaybook(2.0)
    parts = SimpleNamespace(
        settings=SimpleNamespace(redis_url="redis://nobody", valkey_folder=tmp_path),
        playbook=playbook,
        service=SimpleNamespace(warm=lambda book=None: warmed.append(book), beat=lambda name: None),
    )
    seen: list[object] = []

    class Jobs:
        """Takes ten jobs while the rules are being loaded."""

        def __init__(self, *_: object, **__: object) -> None:
            assert warmed == [None], "nothing is left to load when the first job comes"

        def work(self, **_: object) -> None:
            assert playbook.loading.wait(10)
            for _ in range(10):
                seen.append(playbook())
            assert wait_until(lambda: playbook() == "new")

    monkeypatch.setattr("complaint_gift.runtime.parts.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("complaint_gift.runtime.worker.GuardedWorker", Jobs)
    monkeypatch.setattr("complaint_gift.runtime.worker.connect_to_work", lambda url: None)
    monkeypatch.setattr("complaint_gift.runtime.parts._held", [])
    start_worker(parts)  # type: ignore[arg-type]
    assert seen == ["old"] * 10
    assert warmed == [None, "new"], "nobody uses new rules before they are warm"


class SlowPlaybook:
    """Takes its time to load; `loading` says when it began."""

    problems = None

    def __init__(self, seconds: float) -> None:
        self.seconds, self.current, self.loading = seconds, "old", threading.Event()

    def __call__(self) -> str:
        return self.current

    def refresh(self, prepare: Callable[[str], object]) -> bool:
        if self.loading.is_set():
            return False
        self.loading.set()
        time.sleep(self.seconds)
        prepare("new")
        self.current = "new"
        return False


def test_idle_worker_looks_around_within_seconds(connection) -> None:
    worker = GuardedWorker(connection, beat=lambda: None)
    assert worker.dequeue_timeout == 5
    assert worker.maintenance_interval == 5
    assert worker.job_monitoring_interval == 2


def test_worker_listens_on_one_queue_that_survives_its_death(start, bell, connection, tmp_path) -> None:
    worker = GuardedWorker(connection, beat=lambda: None)
    assert [queue.name for queue in worker.queues] == [module.QUEUE]
    # Popped, then dead before the start: the id waits in the intermediate list, it is not lost.
    bell.ring("delivery", 3)
    queue = open_queue(connection)
    connection.blmove(queue.key, queue.intermediate_queue_key, 1)
    assert connection.llen(queue.intermediate_queue_key) == 1


def test_horse_that_dies_fails_its_job_and_not_the_worker(tmp_path, start, bell, connection) -> None:
    worker = start(row1="die")
    bell.ring("delivery", 1)
    bell.ring("delivery", 2)
    assert wait_until(lambda: happened(tmp_path, "ended", 2))
    assert worker.poll() is None
    assert len(FailedJobRegistry(queue=open_queue(connection))) == 1


def test_failed_job_is_kept_an_hour_and_says_no_word_of_a_customer(tmp_path, start, bell, connection) -> None:
    start(row1="raise")
    bell.ring("delivery", 1)
    queue = open_queue(connection)
    registry = FailedJobRegistry(queue=queue)
    assert wait_until(lambda: len(registry) == 1)
    (job_id,) = registry.get_job_ids()
    everything = b"".join(
        connection.dump(key) or b"" for key in connection.scan_iter("*") if connection.type(key) != b"stream"
    )
    result = Job.fetch(job_id, connection, serializer=JSONSerializer).latest_result()
    assert result is not None
    assert result.exc_string == "ValueError"
    assert b"soup" not in everything
    assert "soup" not in (tmp_path / "log").read_text()
    assert connection.ttl(f"rq:job:{job_id}") <= module.FAILURE_SECONDS


def test_worker_outlives_a_killed_server(tmp_path, start, bell, server: EmbeddedValkey) -> None:
    worker = start(row1=2)
    bell.ring("delivery", 1)
    assert wait_until(lambda: happened(tmp_path, "began", 1))
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: server.poll() is not None)
    time.sleep(0.5)
    server.start()
    assert wait_until(lambda: happened(tmp_path, "ended", 1))
    bell.ring("delivery", 2)
    assert wait_until(lambda: happened(tmp_path, "ended", 2) or worker.poll() is not None, 20)


@pytest.mark.alone
def test_bell_never_raises_and_gives_up_within_a_second(bell, server: EmbeddedValkey) -> None:
    server.stop()
    began = time.monotonic()
    bell.ring("delivery", 1)
    assert time.monotonic() - began < 1.0
    server.start()
    server_process = server.pid
    os.kill(server_process, signal.SIGSTOP)
    try:
        began = time.monotonic()
        bell.ring("delivery", 1)
        assert time.monotonic() - began < 2.0
    finally:
        os.kill(server_process, signal.SIGCONT)


def test_warm_stop_lets_the_job_end(tmp_path, start, bell) -> None:
    worker = start(row1=2)
    bell.ring("delivery", 1)
    assert wait_until(lambda: happened(tmp_path, "began", 1))
    worker.terminate()
    assert worker.wait(15) == 0
    assert happened(tmp_path, "ended", 1)


def test_warm_stop_asks_a_job_of_many_rows_to_come_to_its_end(tmp_path, start, bell) -> None:
    worker = start(row1="many")
    bell.ring("delivery", 1)
    assert wait_until(lambda: happened(tmp_path, "began", 1))
    worker.terminate()
    assert worker.wait(20) == 0
    assert happened(tmp_path, "asked", 1)


def test_foreign_jobs_are_dropped_and_never_run(tmp_path, start, bell, connection) -> None:
    marker = tmp_path / "executed"
    plain = Queue(module.QUEUE, connection=connection, serializer=JSONSerializer)
    plain.enqueue_call("os.system", args=(f"touch {marker}",))
    plain.enqueue_call("rung.work", args=("7",))
    plain.enqueue_call("rung.work", args=(7,), kwargs={"more": 1})
    plain.enqueue_call("rung.work", args=(7,), on_success=Callback("os.abort"))

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {marker}",)

    bomb = plain.enqueue_call("rung.work", args=(1,))
    connection.hset(f"rq:job:{bomb.id}", "data", pickle.dumps(Bomb()))
    start()
    bell.ring("delivery", 9)
    assert wait_until(lambda: happened(tmp_path, "ended", 9))
    assert not marker.exists()
    assert [row[1] for row in journal(tmp_path) if row[0] == "began"] == [9]


def test_same_row_rung_twice_is_two_jobs_for_the_rows_to_tell_apart(bell, connection) -> None:
    bell.ring("delivery", 5)
    bell.ring("delivery", 5)
    assert open_queue(connection).count == 2


def test_repeated_job_stays_ours(connection) -> None:
    queue = Queue(module.QUEUE, connection=connection, serializer=JSONSerializer)
    job = queue.enqueue_call("complaint_gift.jobs.process_delivery", args=(1,), retry=Retry(max=2))
    assert job.get_status() == JobStatus.QUEUED
    assert is_ours(job)


def test_nothing_of_ours_uses_the_cron_of_rq_or_pickle() -> None:
    found = []
    for path in Path(complaint_gift.__file__).parent.rglob("*.py"):
        if "training" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)]
            module_name = getattr(node, "module", "") or ""
            if any(name in ("pickle", "rq.cron", "rq.scheduler") for name in [*names, module_name]):
                found.append(str(path))
    assert found == []
