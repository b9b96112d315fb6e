"""The stock words of messages, from words/<language>.yaml: a new language is a new file, a wrong one is told.

A file may leave out whatever its language has nothing to say about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from complaint_gift.learned.heads import KINDS, TRIGGERS
from complaint_gift.learned.wording import CLASS, Expressions, WrongExpression
from complaint_gift.text.wordfiles import BadWords, loaded, named

PLACE: Final = "learned/words"
_STRONG: Final = "-strong"
_TEXTS: Final = ("denied", "refused", "insisted", "settled", "reopened")
# What may be said under each name; every class is the language's own.
_NAMES: Final[Mapping[str, frozenset[str] | None]] = {
    "classes": None,
    "kinds": frozenset(kind + end for kind in KINDS for end in ("", _STRONG)),
    **dict.fromkeys(("triggers", "sure", "certain", "harmless"), frozenset(TRIGGERS)),
}


@dataclass(frozen=True)
class Words:
    """Compiled expressions of one language; `kinds` with a plain and a strong set each."""

    kinds: Mapping[str, tuple[Expressions, Expressions]]
    triggers: Mapping[str, Expressions]
    sure: Mapping[str, Expressions]
    certain: Mapping[str, Expressions]
    harmless: Mapping[str, Expressions]
    denied: Expressions
    refused: Expressions
    insisted: Expressions
    settled: Expressions
    reopened: Expressions


@lru_cache(maxsize=1)
def words() -> tuple[Words, ...]:
    """Every language there is, all are always asked: people mix."""
    return read(files("complaint_gift.learned").joinpath("words"))


def read(folder: Traversable) -> tuple[Words, ...]:
    """The languages of a folder in the order of their names. Raises BadWords."""
    raws = loaded(folder, PLACE)
    return tuple(_File(name, raw, folder.joinpath(name)).words() for name, raw in raws.items())


@dataclass(frozen=True)
class _File:
    """What one file says, and where it stands there."""

    name: str
    raw: Mapping[str, Any]
    path: Traversable

    def words(self) -> Words:
        """Raises BadWords."""
        self._check(self.raw, {"language", *_NAMES, *_TEXTS})
        for part, names in _NAMES.items():
            said = self.raw.get(part, {})
            if not isinstance(said, dict):
                raise self._wrong((part,), "has to be a mapping of names")
            self._check(said, names, part)
        for name, said in self.raw.get("classes", {}).items():
            self._text(("classes", name), said)
        kinds = self._compiled("kinds")
        none = Expressions(())
        return Words(
            {kind: (kinds.get(kind, none), kinds.get(kind + _STRONG, none)) for kind in KINDS},
            self._compiled("triggers"),
            self._compiled("sure"),
            self._compiled("certain"),
            self._compiled("harmless"),
            *(self._expressions((name,), self.raw.get(name, "")) for name in _TEXTS),
        )

    def _check(self, said: Mapping[Any, Any], known: Collection[str] | None, *keys: str) -> None:
        """Every name is asked for; the whole file is looked at part by part."""
        for name in said:
            if known is not None and name not in known:
                raise self._wrong((*keys, str(name)), f"is asked for by nobody; known are {named(known)}")

    def _text(self, keys: tuple[str, ...], said: object) -> str:
        if not isinstance(said, str):
            raise self._wrong(
                keys, "has to be a text, an expression a line; quote what YAML takes for something else"
            )
        return said

    def _compiled(self, part: str) -> dict[str, Expressions]:
        said = self.raw.get(part, {})
        return {name: self._expressions((part, name), lines) for name, lines in said.items()}

    def _expressions(self, keys: tuple[str, ...], said: object) -> Expressions:
        lines = self._text(keys, said).splitlines()
        classes = self.raw.get("classes", {})
        for line in lines:
            if unknown := set(CLASS.findall(line)) - classes.keys():
                raise self._wrong(
                    keys, f"{line!r} uses {named(unknown)}, which is not among the classes", line
                )
        try:
            return Expressions(lines, classes)
        except WrongExpression as error:
            raise self._wrong(
                keys, f"{error.expression!r} is no expression: {error}", error.expression
            ) from error

    def _wrong(self, keys: tuple[str, ...], problem: str, expression: str = "") -> BadWords:
        """The file, the line and column, the names on the way there, and what is wrong."""
        line, column = _found(self.path.read_text("utf-8").splitlines(), keys, expression)
        joined = ": " if expression else " "
        return BadWords(f"{PLACE}/{self.name}:{line}:{column}, {'.'.join(keys)}{joined}{problem}")


def _found(lines: list[str], keys: tuple[str, ...], expression: str) -> tuple[int, int]:
    """Line and column of an expression below some keys, or of the last of these."""
    at, column = 0, 1
    for key in keys:
        at = next((n for n in range(at, len(lines)) if lines[n].lstrip().startswith(f"{key}:")), at)
        column = len(lines[at]) - len(lines[at].lstrip()) + 1
    if expression:
        at = next((n for n in range(at, len(lines)) if expression in lines[n]), at)
        column = max(column, lines[at].find(expression) + 1)
    return at + 1, column
