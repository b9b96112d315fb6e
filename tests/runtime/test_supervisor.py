"""Real processes under a real supervisor: restarted, stopped in order, never left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import is_alive, wait_until

from complaint_gift.runtime.supervisor import describe, pause_after

pytestmark = pytest.mark.slow

# A program that notes what happens to it; `deaf` ignores SIGTERM, `parent` has a child of its own.
PROGRAM = """
import os, signal, subprocess, sys, time
name, folder, habit = sys.argv[1:4]
def note(what):
    with open(f"{folder}/journal", "a") as file:
        file.write(f"{name} {what} {os.getpid()} {time.monotonic():.3f}\\n")
def stop(*_):
    note("stopped")
    raise SystemExit
signal.signal(signal.SIGTERM, signal.SIG_IGN if habit == "deaf" else stop)
if habit == "parent":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with open(f"{folder}/journal", "a") as file:
        file.write(f"{name}-child started {child.pid} 0\\n")
note("started")
if habit == "fails":
    sys.exit(7)
time.sleep(60)
"""

SUPERVISOR = """
import json, os, sys
from complaint_gift.runtime.supervisor import Program, Spawned, Supervisor
folder, parts = sys.argv[1], json.loads(sys.argv[2])
say = lambda text: print(text, flush=True)
supervisor = Supervisor(say)
for name, habit, stage in parts:
    command = [sys.executable, "-c", os.environ["PROGRAM"], name, folder, habit]
    program = Program(name, command, stage, patience=1.0)
    supervisor.add(name, Spawned(program, os.environ), stage=stage)
sys.exit(supervisor.run(lambda: True, lambda: say("ready")))
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def go(*parts: tuple[str, str, int]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(tmp_path), json.dumps(parts)],
            env=os.environ | {"PROGRAM": PROGRAM},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        wanted = sum(2 if habit == "parent" else 1 for _, habit, _ in parts)
        assert wait_until(lambda: len(journal(tmp_path)) >= wanted)
        return process

    yield go
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def journal(folder: Path) -> list[tuple[str, str, int, float]]:
    path = folder / "journal"
    rows = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(name, what, int(pid), float(at)) for name, what, pid, at in rows]


def pids(folder: Path) -> list[int]:
    return [pid for _, what, pid, _ in journal(folder) if what == "started"]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_stop_goes_stage_by_stage(tmp_path: Path, start: Start, sent: signal.Signals) -> None:
    process = start(("last", "", 2), ("first", "", 0), ("middle", "", 1))
    process.send_signal(sent)
    assert process.wait(15) == 0
    stopped = [name for name, what, _, _ in journal(tmp_path) if what == "stopped"]
    assert stopped == ["first", "middle", "last"]


def test_nothing_is_left_after_kill_nine(tmp_path: Path, start: Start) -> None:
    process = start(("one", "", 0), ("two", "", 1))
    process.kill()
    assert wait_until(lambda: not any(is_alive(pid) for pid in pids(tmp_path)))


def test_deaf_program_and_its_child_are_killed(tmp_path: Path, start: Start) -> None:
    process = start(("deaf", "deaf", 0), ("family", "parent", 0))
    process.terminate()
    assert process.wait(15) == 0
    assert not any(is_alive(pid) for pid in pids(tmp_path))


@pytest.mark.alone
def test_second_interrupt_does_not_wait(tmp_path: Path, start: Start) -> None:
    process = start(*[(f"deaf{number}", "deaf", number) for number in range(5)])
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    assert time.monotonic() - began < 2.5
    assert not any(is_alive(pid) for pid in pids(tmp_path))


def test_killed_program_starts_again(tmp_path: Path, start: Start) -> None:
    process = start(("one", "", 0))
    os.kill(pids(tmp_path)[0], signal.SIGKILL)
    assert wait_until(lambda: len(pids(tmp_path)) == 2)
    process.terminate()
    out, _ = process.communicate(timeout=15)
    assert "one ended (killed by SIGKILL); it starts again in 0.5 s." in out


@pytest.mark.alone
def test_failing_program_is_tried_ever_more_slowly(tmp_path: Path, start: Start) -> None:
    start(("one", "fails", 0))
    assert wait_until(lambda: len(pids(tmp_path)) >= 3)
    times = [at for _, what, _, at in journal(tmp_path) if what == "started"]
    assert times[2] - times[1] > times[1] - times[0] >= 0.5


def test_ready_is_said_once(tmp_path: Path, start: Start) -> None:
    process = start(("one", "", 0))
    time.sleep(1.2)
    process.terminate()
    out, _ = process.communicate(timeout=15)
    assert out.splitlines() == ["ready", "Stopping …"]


def test_pause_doubles_up_to_half_a_minute() -> None:
    assert [pause_after(n) for n in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
    assert pause_after(100) == 30.0


def test_exit_status_is_said_in_words() -> None:
    assert describe(3) == "exit status 3"
    assert describe(-9) == "killed by SIGKILL"
    assert describe(-200) == "killed by signal 200"
