"""What is wrong in a playbook, where, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `shown_line` is the line as it was written."""

    file: str
    line: int
    column: int
    text: str
    shown_line: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """file:line:column, what is wrong, the line with a mark under the place, the remedy."""
        head = f"{self.file}:{self.line}:{self.column}: {self.text}"
        shown, at = _window(self.shown_line, self.column)
        lines = [head, f"    {shown}", "    " + " " * at + "^"] if shown.strip() else [head]
        return "\n".join([*lines, f"    {self.remedy}"] if self.remedy else lines)


class PlaybookError(Exception):
    """A playbook cannot be used. `problems` holds every mistake that was found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = "The playbook has a mistake" if count == 1 else f"The playbook has {count} mistakes"
        super().__init__(f"{head}:\n" + "\n".join(map(str, self.problems)))


class Source:
    """A file being read: collects its problems and knows its lines."""

    def __init__(self, file: str, text: str = "") -> None:
        self.file = file
        self._text = text
        self.problems: list[Problem] = []

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, cut where YAML cuts them."""
        return re.split("\r\n|[\n\r\x85\u2028\u2029]", self._text)

    def add(self, line: int, column: int, text: str, remedy: str = "") -> None:
        """Note a problem; `line` and `column` count from 1."""
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        self.problems.append(Problem(self.file, line, column, text, shown, remedy))


def suggestion(word: str, known: Iterable[str]) -> str:
    """ "Did you mean ...?" where something near is known, else the list of what is known."""
    from difflib import get_close_matches

    known = sorted(known)
    near = get_close_matches(word, known, 1, 0.6) or get_close_matches(word.lower(), known, 1, 0.6)
    if near:
        hidden = (
            "" if word.isascii() or not near[0].isascii() else " Type it anew: a sign in it is not Latin."
        )
        return f"Did you mean `{near[0]}`?{hidden}"
    if not known:
        return "There is none yet."
    return "Known: " + ", ".join(known[:40]) + ("." if len(known) <= 40 else " ...")


def _window(line: str, column: int) -> tuple[str, int]:
    """At most 100 characters of the line around the column, tabs as spaces, and where the mark goes."""
    line, at = line.expandtabs(1), max(0, column - 1)
    if len(line) <= 100:
        return line, at
    start = max(0, min(at - 40, len(line) - 98))
    left = "…" if start else ""
    piece = line[start : start + 98]
    return left + piece + ("…" if start + 98 < len(line) else ""), at - start + len(left)
