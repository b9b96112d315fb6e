"""How fast we may write: Jira allows 20 writes to an issue in 2 seconds and 100 in 30, or asks for a pause.

Kept in the private folder of the source, so that all processes of a machine share it; in memory without one.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from complaint_gift.plugin import Unreachable

WINDOWS = ((20, 2.0), (100, 30.0))
LONGEST_PAUSE = 3600.0
UNSAID_PAUSE = 60.0
# What Jira calls a budget that is used up for everybody, not a burst of ours.
QUOTA = "jira-quota"
# Too many writes to one issue; others may go on.
PER_ISSUE = "jira-per-issue-on-write"


class Pace:
    """Raises Unreachable with the time to wait instead of asking when Jira would say no anyway."""

    def __init__(self, source: str, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.source = source
        self._path = folder / "pace.json" if folder else None
        self._clock = clock
        self._memory: dict[str, Any] = {}
        self._lock = threading.Lock()

    def require_open(self) -> None:
        """Before anything is asked: is the connection paused?"""
        wait = _number(self._peek().get("paused_until")) - self._clock()
        if wait > 0:
            text = "Jira's quota for us is used up; everything waits until it is given back"
            raise Unreachable(f"{self.source}: {text}.", retry_after=min(wait, LONGEST_PAUSE), code=QUOTA)

    def pause(self, seconds: float | None) -> None:
        """A quota is used up: nobody asks until it is over."""
        until = self._clock() + min(seconds or UNSAID_PAUSE, LONGEST_PAUSE)
        with self._changing() as kept:
            kept["paused_until"] = max(until, _number(kept.get("paused_until")))

    def hold(self, issue: str, seconds: float | None) -> None:
        """Jira counts otherwise than we do: nobody writes to this issue until it is over."""
        until = self._clock() + min(seconds or WINDOWS[0][1], LONGEST_PAUSE)
        with self._changing() as kept:
            kept["held"] = _waiting(kept, self._clock()) | {issue: until}

    def count_write(self, issue: str) -> None:
        """Before a write to an issue: is it within the limits? Counts it if so."""
        now = self._clock()
        with self._changing() as kept:
            writes = kept.get("writes")
            recent = {
                name: [at for at in times if now - WINDOWS[-1][1] < at <= now]
                for name, times in (writes.items() if isinstance(writes, dict) else ())
                if isinstance(times, list)
            }
            mine = recent.get(issue, [])
            waits = [mine[-most] + span - now for most, span in WINDOWS if len(mine) >= most]
            kept["held"] = _waiting(kept, now)
            waits.append(kept["held"].get(issue, now) - now)
            kept["writes"] = {name: times for name, times in recent.items() if times}
            if max(waits) > 0:
                text = f"issue {issue} has been written to as often as Jira allows; the rest follows"
                raise Unreachable(f"{self.source}: {text}.", retry_after=max(waits))
            kept["writes"][issue] = [*mine, now]

    def _peek(self) -> dict[str, Any]:
        return _read(self._path) if self._path else self._memory

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        with self._lock:
            if self._path is None:
                yield self._memory
                return
            with _locked(self._path.with_suffix(".lock")):
                kept = _read(self._path)
                try:
                    yield kept
                finally:
                    fresh = self._path.with_suffix(".new")
                    fresh.write_text(json.dumps(kept), "utf-8")
                    fresh.replace(self._path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The kernel frees the lock of a process that dies."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, Any]:
    """A file that cannot be read counts as empty: Jira itself still says no."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _waiting(kept: dict[str, Any], now: float) -> dict[str, float]:
    """Issues that nobody writes to yet, and until when."""
    held = kept.get("held")
    times = {name: _number(until) for name, until in held.items()} if isinstance(held, dict) else {}
    return {name: until for name, until in times.items() if now < until <= now + LONGEST_PAUSE}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
