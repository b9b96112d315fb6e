"""Holds the playbook in use and takes a changed one from its folder without a restart."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from complaint_gift.playbook import Playbook

LOOK_SECONDS = 2.0
MOST_FILES = 10_000

log = structlog.get_logger(__name__)


class Shelf:
    """Call it for the current playbook. A changed folder is looked at every two seconds at most.

    A bad change keeps the old rules; `problem` says what is wrong with it. Files are looked at and not
    watched, because network volumes and mounted configuration tell nobody when they change.
    """

    def __init__(
        self,
        load: Callable[[], Playbook],
        folder: Path | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load once; raises what `load` raises."""
        self._load = load
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._print = fingerprint(folder)
        self._looked = clock()
        self._playbook = load()
        self.problem = ""

    def __call__(self) -> Playbook:
        """The playbook in use; a reload goes on beside, this call does not wait for it."""
        if self._folder is not None and self._clock() - self._looked >= LOOK_SECONDS:
            self._looked = self._clock()
            threading.Thread(target=self.refresh, name="playbook-reload", daemon=True).start()
        return self._playbook

    def refresh(self) -> bool:
        """Look now and reload here if something changed; True when there are new rules."""
        if self._folder is None or not self._lock.acquire(blocking=False):
            return False
        try:
            self._looked = self._clock()
            now = fingerprint(self._folder)
            if now == self._print:
                return False
            self._print = now
            return self._reload()
        finally:
            self._lock.release()

    def _reload(self) -> bool:
        try:
            fresh = self._load()
        except Exception as exc:
            self.problem = str(exc)
            log.error("playbook-not-reloaded", problem=self.problem, kept=self._playbook.hash)
            return False
        self.problem = ""
        is_new = fresh.hash != self._playbook.hash
        self._playbook = fresh
        log.info("playbook-reloaded", hash=fresh.hash)
        return is_new


def fingerprint(folder: Path | None) -> frozenset[tuple[str, int, int]]:
    """What the files of a folder look like from outside: path, time of change, size."""
    if folder is None:
        return frozenset()
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith("..")]
        for name in files:
            try:
                facts = os.stat(os.path.join(place, name))
            except OSError:
                continue
            seen.add((os.path.join(place, name), facts.st_mtime_ns, facts.st_size))
        if len(seen) > MOST_FILES:
            break
    return frozenset(seen)
