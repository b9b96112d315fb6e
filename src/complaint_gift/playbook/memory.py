"""What was read before: parsed files by their content, so that a start need not parse YAML again.

Kept as JSON in the user's cache folder, a file for each folder of rules; those used last stay. Whatever is
wrong with one, cannot be written or was removed by another process is ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from complaint_gift.playbook.tree import Node

_FORMAT = 1
_MOST_BYTES = 64_000_000
_MOST_FOLDERS = 8
_ABANDONED = 3600  # seconds after which nobody is still writing a file
_SOURCES = ("playbook", "rules", "text")


def cache_folder(environ: dict[str, str] | None = None) -> Path | None:
    """Where a user's caches live; None where there is no home."""
    env = os.environ if environ is None else environ
    if env.get("CG_CACHE"):
        return Path(env["CG_CACHE"])
    if env.get("XDG_CACHE_HOME"):
        return Path(env["XDG_CACHE_HOME"]) / "complaint-gift"
    return Path(env["HOME"]) / ".cache" / "complaint-gift" if env.get("HOME") else None


class Memory:
    """Parsed documents by the hash of their file, and the hashes of folders that had no mistake."""

    def __init__(self, root: Path) -> None:
        folder = cache_folder()
        name = hashlib.blake2s(
            str(root.resolve()).encode("utf-8", "surrogateescape"), digest_size=8
        ).hexdigest()
        self._path = folder / f"playbook-{name}.json" if folder is not None else None
        self._stamp = _code_stamp()
        self._old: dict[str, list[Any]] = {}
        self._sound: list[str] = []
        self._used: dict[str, list[Any]] = {}
        self._changed = False
        self._load()

    def _load(self) -> None:
        try:
            if self._path is None or self._path.stat().st_size > _MOST_BYTES:
                return
            kept = json.loads(self._path.read_bytes())
            if kept["stamp"] == self._stamp:
                self._old, self._sound = dict(kept["files"]), [str(one) for one in kept["sound"]]
                os.utime(self._path)  # it was used: others go before it
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return

    def documents(self, content: bytes) -> list[Node] | None:
        """The documents of a file with this content, None when it was never read without a mistake."""
        key = hashlib.sha256(content).hexdigest()
        packed = self._old.get(key)
        if packed is None:
            return None
        try:
            nodes = [unpack(one) for one in packed]
        except (ValueError, TypeError, IndexError, KeyError):
            return None
        self._used[key] = packed
        return nodes

    def keep(self, content: bytes, documents: Iterable[Node]) -> None:
        """Remember the documents of a file."""
        self._used[hashlib.sha256(content).hexdigest()] = [pack(node) for node in documents]
        self._changed = True

    def is_sound(self, digest: str) -> bool:
        """Whether a folder with this digest was found to be without a mistake."""
        return digest in self._sound

    def call_sound(self, digest: str) -> None:
        """Remember that it was."""
        self._sound = [*self._sound[-7:], digest]
        self._changed = True

    def save(self) -> None:
        """Write what was used this time, if anything is new."""
        if not self._changed or self._path is None:
            return
        whole = {"stamp": self._stamp, "files": self._used, "sound": self._sound}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(
                "w", dir=self._path.parent, suffix=".part", delete=False, encoding="utf-8"
            ) as part:
                json.dump(whole, part, ensure_ascii=False, separators=(",", ":"))
            os.replace(part.name, self._path)
            _purge(self._path.parent)
        except (OSError, ValueError):
            return


def _purge(folder: Path) -> None:
    """Remove what was used longest ago. Who reads a file meanwhile has it open or finds none and parses."""
    used = {path: _used_at(path) for path in (*folder.glob("playbook-*.json"), *folder.glob("tmp*.part"))}
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


def _code_stamp() -> str:
    """Changes with every version and, in a checkout, with every edit of the code that reads playbooks."""
    package = Path(__file__).parent.parent
    try:
        number = version("complaint-gift")
        edited = max(p.stat().st_mtime_ns for part in _SOURCES for p in (package / part).glob("*.py"))
    except (PackageNotFoundError, OSError, ValueError):
        return f"{_FORMAT}"
    return f"{_FORMAT} {number} {edited}"


def pack(node: Node) -> list[Any]:
    """A node as plain lists."""
    if node.kind == "map":
        entries = [[key, *node.keys[key], pack(value)] for key, value in node.entries.items()]
        return ["map", node.line, node.column, entries]
    if node.kind == "list":
        return ["list", node.line, node.column, [pack(item) for item in node.items]]
    return [node.kind, node.line, node.column, node.text, int(node.quoted), int(node.block)]


def unpack(packed: list[Any]) -> Node:
    """The node that was packed. Raises for anything else."""
    kind, line, column, content, *marks = packed
    if kind == "map":
        entries = {key: unpack(value) for key, _, _, value in content}
        return Node(kind, line, column, entries=entries, keys={key: (y, x) for key, y, x, _ in content})
    if kind == "list":
        return Node(kind, line, column, items=[unpack(item) for item in content])
    if kind not in ("text", "null") or not isinstance(content, str):
        raise ValueError(kind)
    return Node(kind, line, column, content, bool(marks[0]), bool(marks[1]))
