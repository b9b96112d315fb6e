"""A YAML file as values that know where they stand, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

_MOST_SPOTS = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (1-based), what, the line as it stands there, and what to do."""

    file: str
    line: int
    column: int
    text: str
    shown_line: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    file: str
    line: int
    column: int
    shown_line: str

    def problem(self, text: str, remedy: str) -> Problem:
        return Problem(self.file, self.line, self.column, text, self.shown_line, remedy)


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in its place: a str, int, float, bool or None, a list of Spots, or a dict of Spots."""

    value: Any
    place: Place

    def items(self) -> Iterator[tuple[str, Spot]]:
        """The entries of a mapping, none for anything else."""
        if isinstance(self.value, dict):
            yield from self.value.items()


class DocumentError(Exception):
    """A file that cannot be used; `problems` has everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read_document(path: Path, text: str | None = None) -> Spot:
    """The file as a tree; raises DocumentError when it is no YAML, repeats a key or has an alias."""
    lines: list[str] = []
    start = Place(str(path), 1, 1, "")
    try:
        text = path.read_text("utf-8") if text is None else text
        lines = text.splitlines()
        # Not the round-trip loader: it marks folds inside texts with control characters.
        node = YAML(typ="safe", pure=True).compose(text)
    except (OSError, UnicodeDecodeError) as exc:
        raise DocumentError([start.problem(f"cannot be read: {exc}", "check path and permissions")]) from None
    except YAMLError as exc:
        mark = exc.problem_mark if isinstance(exc, MarkedYAMLError) else None
        place = _place(path, lines, mark)
        said = getattr(exc, "problem", None) or "is not YAML"
        raise DocumentError([place.problem(str(said), "correct the YAML here")]) from None
    if node is None:
        return Spot({}, start)
    problems: list[Problem] = []
    spot = _Tree(path, lines, problems).grow(node)
    if problems:
        raise DocumentError(problems)
    return spot


def merge(ours: Spot, default: Spot) -> Spot:
    """Mappings merged key by key; anything else of ours replaces the default."""
    if not isinstance(ours.value, dict) or not isinstance(default.value, dict):
        return ours
    merged: Mapping[str, Spot] = default.value | {
        key: merge(spot, default.value[key]) if key in default.value else spot
        for key, spot in ours.value.items()
    }
    return Spot(merged, ours.place)


def _place(path: Path, lines: list[str], mark: Any) -> Place:
    line = mark.line if mark is not None else 0
    shown = lines[line] if line < len(lines) else ""
    return Place(str(path), line + 1, (mark.column if mark is not None else 0) + 1, shown)


class _Tree:
    def __init__(self, path: Path, lines: list[str], problems: list[Problem]) -> None:
        self.path, self.lines, self.problems = path, lines, problems
        self.seen: set[int] = set()

    def grow(self, node: Any) -> Spot:
        place = _place(self.path, self.lines, node.start_mark)
        if id(node) in self.seen or len(self.seen) > _MOST_SPOTS:
            self.problems.append(
                place.problem("is an alias", "write the value out, aliases are not read here")
            )
            return Spot(None, place)
        self.seen.add(id(node))
        if node.id == "mapping":
            return Spot(self._mapping(node), place)
        if node.id == "sequence":
            return Spot([self.grow(child) for child in node.value], place)
        return Spot(self._scalar(node, place), place)

    def _mapping(self, node: Any) -> dict[str, Spot]:
        found: dict[str, Spot] = {}
        for key, child in node.value:
            place = _place(self.path, self.lines, key.start_mark)
            name = str(key.value)
            if name in found:
                self.problems.append(place.problem(f"{name!r} stands here twice", "keep one of the two"))
            found[name] = self.grow(child)
        return found

    def _scalar(self, node: Any, place: Place) -> Any:
        kind = str(node.tag).rpartition(":")[2]
        text = str(node.value)
        if kind in ("str", "timestamp"):
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            self.problems.append(place.problem(f"{text!r} is no number we read", "write it in digits"))
            return None
