"""The current playbook of an installation: reloaded when its files change, kept when they are wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from complaint_gift.playbook.book import Playbook
from complaint_gift.playbook.loading import DEFAULT, load_playbook, yaml_files
from complaint_gift.playbook.problems import PlaybookError


class LivePlaybook:
    """Call it for the current playbook. `problems` tells why the newest files are not in use, if so."""

    def __init__(self, folder: Path | None = None, *, profile: str | None = None) -> None:
        self._folder = folder
        self._profile = profile
        self._lock = threading.Lock()
        self._stamp = self._state()
        self._current = load_playbook(folder, profile=profile)
        self.problems: PlaybookError | None = None

    def __call__(self) -> Playbook:
        return self._current

    def reload(self, prepare: Callable[[Playbook], object] | None = None) -> bool:
        """Load again; True when a new playbook is in use. A wrong one changes nothing but `problems`.

        `prepare` gets the new one before anybody else does.
        """
        with self._lock:
            stamp = self._state()
            try:
                fresh = load_playbook(self._folder, profile=self._profile)
            except PlaybookError as error:
                self.problems, self._stamp = error, stamp
                return False
            changed = fresh.hash != self._current.hash
            if changed and prepare is not None:
                prepare(fresh)
            # Whatever else went wrong before is no mistake of the files: they are tried again.
            self.problems, self._stamp = None, stamp
            self._current = fresh if changed else self._current
            return changed

    def refresh(self, prepare: Callable[[Playbook], object] | None = None) -> bool:
        """Reload if a file was added, removed or written since; cheap enough to call every few seconds."""
        return self.reload(prepare) if self._state() != self._stamp else False

    def _state(self) -> tuple[tuple[str, int, int], ...]:
        folder = self._folder or DEFAULT
        return tuple(map(_state_of, yaml_files(folder)))


def _state_of(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError:  # a link that leads nowhere, or a file removed just now: loading tells it
        return str(path), 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size
