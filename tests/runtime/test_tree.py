"""`complaint-gift serve` as a whole: ready, stopped, killed, refused."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from processes import children_of, is_alive, wait_until

from complaint_gift.runtime import load_settings
from complaint_gift.runtime.tree import PortTaken, environment_of, programs_of, require_port

READY_SECONDS = 180  # a few seconds, unless the machine has other work
Start = Callable[..., "Running"]


class Running:
    """A started product: its process, its address, what it said."""

    def __init__(self, folder: Path, port: int, command: str) -> None:
        self.url, self.log = f"http://127.0.0.1:{port}", folder / "out"
        environ = os.environ | {"DATA": str(folder / "my data"), "PORT": str(port)}
        for name in ("CG_CONFIG", "DATABASE_URL", "REDIS_URL", "HOST"):
            environ.pop(name, None)
        program = str(Path(sys.executable).with_name("complaint-gift"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen([program, command], env=environ, stdout=out, stderr=out)

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def members(self) -> list[int]:
        return [self.process.pid, *children_of(self.process.pid)]

    def wait_until_ready(self) -> None:
        done = wait_until(lambda: "is ready" in self.said or self.process.poll() is not None, READY_SECONDS)
        assert done, self.said
        assert self.process.poll() is None, self.said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def go(port: int | None = None, command: str = "serve") -> Running:
        running = Running(tmp_path, port or free_port(), command)
        started.append(running)
        return running

    yield go
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_tree_is_ready_and_leaves_nothing_after_kill_nine(start: Start, command: str) -> None:
    running = start(command=command)
    running.wait_until_ready()
    assert requests.get(f"{running.url}/readyz", timeout=10).json()["status"] == "ok"
    members = running.members
    assert len(members) >= 7  # supervisor, Valkey, arbiter, two of web, ticker, two workers
    running.process.kill()
    running.process.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in members), 30)


@pytest.mark.slow
def test_ctrl_c_stops_all_of_it_cleanly_and_it_starts_again(start: Start) -> None:
    running = start()
    running.wait_until_ready()
    members = running.members
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 0
    assert not any(is_alive(pid) for pid in members)
    assert "Stopping …" in running.said
    again = start()
    again.wait_until_ready()


@pytest.mark.slow
def test_killed_part_comes_back(start: Start) -> None:
    running = start()
    running.wait_until_ready()
    for pid in running.members[1:]:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    time.sleep(1)

    def is_ready() -> bool:
        try:
            return requests.get(f"{running.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    assert wait_until(is_ready, READY_SECONDS), running.said
    assert running.process.poll() is None


@pytest.mark.slow
def test_second_start_on_the_same_data_is_refused_in_words(start: Start) -> None:
    first = start()
    first.wait_until_ready()
    second = start()
    assert second.process.wait(READY_SECONDS) == 2
    assert "already runs on the data folder" in second.said
    assert first.process.poll() is None


def test_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    settings = load_settings(None, {"DATA": str(tmp_path)})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port}.*PORT="):
            require_port(replace(settings, port=port))
    require_port(replace(settings, port=port))


def test_programs_find_everything_by_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text("workers: 3\n")
    settings = load_settings(Path("c.yaml"), {"DATA": "relative", "HOST": "::1"})
    environ = environment_of(settings)
    assert environ["DATA"] == str(tmp_path / "relative")
    assert environ["CG_CONFIG"] == str(tmp_path / "c.yaml")
    assert environ["REDIS_URL"].startswith("unix:///")
    names = [program.name for program in programs_of(settings)]
    assert [name for name in names if name != "ears"] == ["web", "ticker", "worker 1", "worker 2", "worker 3"]
    assert programs_of(settings, "other:app")[-5].command[-2:] == ["--application", "other:app"]
