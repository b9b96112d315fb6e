"""What was read before: parsed files by their content, so that a start need not parse YAML again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from complaint_gift.playbook.tree import Node
from complaint_gift.text.cachefile import CacheFile

_FORMAT = 1
_SOURCES = ("playbook", "rules", "text")


class Memory:
    """Parsed documents by the hash of their file, and the hashes of folders that had no mistake."""

    def __init__(self, root: Path) -> None:
        self._file = CacheFile("playbook", str(root.resolve()), _code_stamp())
        self._old: dict[str, list[Any]] = {}
        self._sound: list[str] = []
        self._used: dict[str, list[Any]] = {}
        self._changed = False
        self._load()

    def _load(self) -> None:
        kept = self._file.load()
        try:
            self._old, self._sound = dict(kept["files"]), [str(one) for one in kept["sound"]]
        except (ValueError, KeyError, TypeError):
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
        if self._changed:
            self._file.save({"files": self._used, "sound": self._sound})


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
