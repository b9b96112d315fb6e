"""One process tree: starts programs, starts them again when they end, stops them in order.

Every program is tied to this process (see `leash`), so nothing is left even after kill -9. Each gets a
process group of its own: Ctrl-C reaches the supervisor alone, which then stops one stage after the other.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from complaint_gift.runtime.leash import leashed

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0  # running so long, a program has earned a quick restart again
LOOK_SECONDS = 0.5
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. Lower stages stop first; `patience` is how long a stop may take, in seconds."""

    name: str
    command: Sequence[str]
    stage: int = 0
    patience: float = 15.0
    on_orphaned: signal.Signals = signal.SIGTERM


class Startable(Protocol):
    """A part that knows how to start and stop itself, such as the embedded Valkey."""

    def start(self) -> None:
        """Begin, or begin anew after `stop`. The text of what it raises is shown, so it is a sentence."""

    def poll(self) -> int | None:
        """The exit status, below 0 for a signal as in `subprocess`; None while it runs or never ran."""

    def stop(self) -> None:
        """End it with all that it left and wait for that; nothing happens when it has ended already."""


@dataclass(slots=True)
class Child:
    """A program and its present process. Moments are seconds of the supervisor's clock."""

    name: str
    part: Startable
    stage: int = 0
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0
    running: bool = False


@dataclass(slots=True)
class Spawned:
    """A program as a part: a leashed process, its output in a log file or on ours."""

    program: Program
    environ: Mapping[str, str]
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        out = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(  # noqa: S603 - the command is ours, no shell reads it
                leashed(list(self.program.command), self.program.on_orphaned),
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                process_group=0,
            )
        finally:
            if out:
                out.close()

    def poll(self) -> int | None:
        return self.process.poll() if self.process else None

    def ask_to_stop(self) -> None:
        """SIGTERM to the program alone, without waiting for it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Ask, wait, then kill the whole group."""
        if self.process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.program.patience)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to its whole group, at once."""
        if self.process is None:
            return
        # The group may hold children of a leader that is already gone.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Supervisor:
    """Runs parts until a signal says stop. `say` gets one sentence for each thing that happens."""

    def __init__(self, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.children: list[Child] = []
        self.say = say
        self.clock = clock
        self._asked = 0
        self._wake: tuple[int, int] | None = None

    def add(self, name: str, part: Startable, *, stage: int = 0) -> None:
        """Parts start in the order in which they were added."""
        self.children.append(Child(name, part, stage))

    def run(self, is_ready: Callable[[], bool], on_ready: Callable[[], None]) -> int:
        """Start everything, keep it running, stop it in order; gives the exit status 0.

        `on_ready` is called once, as soon as `is_ready` says so. An error of the first start of a part is
        raised after the others were stopped.
        """
        ready = False
        with self._signals():
            try:
                for child in self.children:
                    if self._asked:
                        break
                    self._start(child)
                while not self._asked:
                    self._look_after()
                    if not ready and is_ready():
                        ready = True
                        on_ready()
                    self._sleep(LOOK_SECONDS)
                self.say("Stopping …")
            finally:
                self.stop()
        return 0

    def stop(self) -> None:
        """Stop stage after stage, the parts of one stage at the same time."""
        for stage in sorted({child.stage for child in self.children}):
            members = [child.part for child in self.children if child.stage == stage and child.running]
            for part in members:
                if isinstance(part, Spawned):
                    part.ask_to_stop()
            for part in members:
                self._wait_or_hurry(part)
                part.stop()
        for child in self.children:
            child.running = False

    def _wait_or_hurry(self, part: Startable) -> None:
        """Wait for a part that was asked to stop; a second Ctrl-C ends the waiting."""
        if not isinstance(part, Spawned):
            return
        until = self.clock() + part.program.patience
        while part.poll() is None and self.clock() < until and self._asked < 2:
            self._sleep(0.1)
        part.kill()

    def _start(self, child: Child) -> None:
        child.part.start()
        child.started = self.clock()
        child.running = True

    def _look_after(self) -> None:
        for child in self.children:
            if child.running:
                self._notice_end(child)
            elif self.clock() >= child.start_at:
                self._start_again(child)

    def _notice_end(self, child: Child) -> None:
        status = child.part.poll()
        if status is None:
            return
        child.running = False
        steady = self.clock() - child.started >= STEADY_SECONDS
        child.failures = 1 if steady else child.failures + 1
        pause = pause_after(child.failures)
        child.start_at = self.clock() + pause
        child.part.stop()
        log = getattr(child.part, "log", None)
        why = f" What it said is in {log}." if log else ""
        self.say(f"{child.name} ended ({describe(status)}); it starts again in {pause:g} s.{why}")

    def _start_again(self, child: Child) -> None:
        try:
            self._start(child)
        except Exception as exc:
            child.failures += 1
            pause = pause_after(child.failures)
            child.start_at = self.clock() + pause
            self.say(f"{child.name} does not start: {exc} It is tried again in {pause:g} s.")

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Count what asks us to stop, and wake up for it and for every child that ends."""
        reading, writing = os.pipe()
        for end in (reading, writing):
            os.set_blocking(end, False)
        before = {sent: signal.signal(sent, self._note) for sent in STOPPING}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        old_wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._wake = (reading, writing)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_wakeup)
            for sent, handler in before.items():
                signal.signal(sent, handler)
            self._wake = None
            os.close(reading)
            os.close(writing)

    def _note(self, _: int, __: FrameType | None) -> None:
        self._asked += 1

    def _sleep(self, seconds: float) -> None:
        if self._wake is None:
            time.sleep(seconds)
            return
        reading, _ = self._wake
        if select.select([reading], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(reading, 1024)


def pause_after(failures: int) -> float:
    """Seconds to wait before the next start: 0.5, 1, 2 ... 30."""
    return min(FIRST_PAUSE * 2.0 ** max(failures - 1, 0), LONGEST_PAUSE)


def describe(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
