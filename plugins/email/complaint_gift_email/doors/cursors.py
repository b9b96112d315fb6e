"""Where we are in each folder of a mailbox: one small file in the source's folder, replaced as a whole."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import NamedTuple

from complaint_gift.plugin import Source, Unreachable

DAY = 86_400
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The folders of a mailbox are read by threads of their own, which write the same file.
_lock = threading.Lock()


class Place(NamedTuple):
    """What was read last. `moved` is when, in seconds; 0 where an older version of us did not say."""

    validity: int
    uid: int
    moved: float = 0.0

    def day(self) -> str:
        """The day before we read last, as IMAP writes it: `3-Mar-2025`. Servers live in other time zones."""
        told = time.gmtime(max(self.moved - DAY, 0))
        return f"{told.tm_mday}-{_MONTHS[told.tm_mon - 1]}-{told.tm_year}"


class Cursors:
    """The places of one source. A file that cannot be read is no new mailbox: mail would be passed over."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._path = source.folder / "imap.json" if source.folder else None
        self._kept: dict[str, list[float]] = {}

    def begun(self) -> bool:
        """Whether anything was ever read. Raises Unreachable."""
        return bool(self._read())

    def place(self, folder: str) -> Place | None:
        """None for a folder that was never looked at. Raises Unreachable."""
        found = self._read().get(folder)
        if found is None:
            return None
        moved = found[2] if len(found) > 2 else self._changed()
        return Place(int(found[0]), int(found[1]), moved)

    def move(self, folder: str, validity: int, uid: int, moved: float = 0.0) -> None:
        """Keep the place. Raises Unreachable."""
        with _lock:
            self._kept = self._read() | {folder: [validity, uid, moved or time.time()]}
            if self._path is None:
                return
            fresh = self._path.with_suffix(".new")
            try:
                with fresh.open("w", encoding="utf-8") as file:
                    file.write(json.dumps(self._kept))
                    file.flush()
                    # A file that is empty after a power cut would say that nothing was ever read.
                    os.fsync(file.fileno())
                fresh.replace(self._path)
            except OSError as exc:
                raise self._away(f"cannot be written ({exc.strerror})") from exc

    def _changed(self) -> float:
        return self._path.stat().st_mtime if self._path is not None else 0.0

    def _read(self) -> dict[str, list[float]]:
        if self._path is None:
            return self._kept
        try:
            told = json.loads(self._path.read_text("utf-8"))
            return {str(name): [float(n) for n in place] for name, place in told.items() if len(place) >= 2}
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise self._away(f"cannot be read ({exc.strerror})") from exc
        except (ValueError, TypeError, AttributeError) as exc:
            text = "says nothing; put it right, or remove it to begin with the mail that comes from now on"
            raise self._away(text) from exc

    def _away(self, why: str) -> Unreachable:
        return Unreachable(f"{self._name}: the file of places {self._path} {why}.")
