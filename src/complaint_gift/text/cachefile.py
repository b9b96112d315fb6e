"""What was read before, kept as JSON in the user's cache folder so that a start need not parse YAML again.

A file for each folder that was read; those used last stay. Whatever is wrong with one, cannot be written or
was removed by another process is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MOST_BYTES = 64_000_000
_MOST_FOLDERS = 16  # of a kind: one installation has seven of words
_ABANDONED = 3600  # seconds after which nobody is still writing a file


def cache_folder(environ: dict[str, str] | None = None) -> Path | None:
    """Where a user's caches live; None where there is no home."""
    env = os.environ if environ is None else environ
    if env.get("CG_CACHE"):
        return Path(env["CG_CACHE"])
    if env.get("XDG_CACHE_HOME"):
        return Path(env["XDG_CACHE_HOME"]) / "complaint-gift"
    return Path(env["HOME"]) / ".cache" / "complaint-gift" if env.get("HOME") else None


class CacheFile:
    """`kind` begins its name, `folder` is what was read; what another `stamp` wrote counts as nothing."""

    def __init__(self, kind: str, folder: str, stamp: str) -> None:
        home = cache_folder()
        name = hashlib.blake2s(folder.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        self._kind = kind
        self._path = home / f"{kind}-{name}.json" if home is not None else None
        self._stamp = stamp

    def load(self) -> Mapping[str, Any]:
        """What was saved last, empty where there is nothing that can be used."""
        try:
            if self._path is None or self._path.stat().st_size > _MOST_BYTES:
                return {}
            kept = json.loads(self._path.read_bytes())
            if not isinstance(kept, dict) or kept.get("stamp") != self._stamp:
                return {}
            os.utime(self._path)  # it was used: others go before it
        except (OSError, ValueError, RecursionError):
            return {}
        return kept

    def save(self, content: Mapping[str, Any]) -> None:
        """Write it whole or not at all."""
        if self._path is None:
            return
        whole = {"stamp": self._stamp, **content}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(
                "w", dir=self._path.parent, suffix=".part", delete=False, encoding="utf-8"
            ) as part:
                json.dump(whole, part, ensure_ascii=False, separators=(",", ":"))
            os.replace(part.name, self._path)
            self._purge(self._path.parent)
        except (OSError, ValueError, TypeError):
            return

    def _purge(self, folder: Path) -> None:
        """Remove what was used longest ago. Who reads one meanwhile has it open or finds none and parses."""
        used = {
            path: _used_at(path) for path in (*folder.glob(f"{self._kind}-*.json"), *folder.glob("tmp*.part"))
        }
        kept = sorted((path for path in used if path.suffix == ".json"), key=lambda path: used[path])
        parts = [path for path in used if path.suffix == ".part" and used[path] < time.time() - _ABANDONED]
        for path in (*kept[:-_MOST_FOLDERS], *parts):
            path.unlink(missing_ok=True)


def _used_at(path: Path) -> float:
    """Seconds since 1970; 0 when it is gone by now."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
