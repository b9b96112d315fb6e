"""What we have written already, for helpdesks that cannot be asked: one small file for each mark."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

KEPT = 30 * 86_400.0


class Journal(Protocol):
    """Remembers ids by mark. No ids mean: it was begun, and the answer has not come."""

    def read(self, mark: str) -> tuple[str, ...] | None:
        """None when nothing was begun."""

    def write(self, mark: str, ids: Sequence[str]) -> None:
        """Remember; durable when this returns."""

    def forget(self, mark: str) -> None:
        """It did not happen."""


class MemoryJournal:
    """For one process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, ...]] = {}

    def read(self, mark: str) -> tuple[str, ...] | None:
        """See Journal."""
        return self._kept.get(mark)

    def write(self, mark: str, ids: Sequence[str]) -> None:
        """See Journal."""
        self._kept[mark] = tuple(ids)

    def forget(self, mark: str) -> None:
        """See Journal."""
        self._kept.pop(mark, None)


class FileJournal:
    """For all processes of one machine; each mark is worked on by one of them at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, mark: str) -> tuple[str, ...] | None:
        """See Journal. What cannot be read counts as begun: better one note too few than two."""
        try:
            kept = json.loads(self._file(mark).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return ()
        return tuple(str(one) for one in kept) if isinstance(kept, list) else ()

    def write(self, mark: str, ids: Sequence[str]) -> None:
        """See Journal."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._file(mark)
        if not file.exists():
            self._clear()
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(list(ids)), "utf-8")
        fresh.replace(file)

    def forget(self, mark: str) -> None:
        """See Journal."""
        self._file(mark).unlink(missing_ok=True)

    def _file(self, mark: str) -> Path:
        return self.folder / f"{hashlib.sha256(mark.encode()).hexdigest()[:32]}.json"

    def _clear(self) -> None:
        before = time.time() - KEPT
        for file in self.folder.iterdir():
            try:
                if file.stat().st_mtime < before:
                    file.unlink()
            except FileNotFoundError:
                continue  # another worker was faster
