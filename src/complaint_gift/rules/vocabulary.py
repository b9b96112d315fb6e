"""The words of every language that money and personal data are told by, from words/<language>.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

# The file that says which lists there are; every other has to have the same.
_MEASURE = "en"
_PARTS = ("amounts", "money", "privacy")
_NUMBERS = ("numbers", "times", "alone", "counts")
_CURRENCIES = "currencies"
_HOLE = re.compile(r"\{(!?)([a-z_]+)\}")
_NEVER = "(?!)"


class BadWords(Exception):
    """A file of words cannot be used: which one, where in it, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What all languages say together: lists by part and name, numbers by name, currencies by code."""

    lists: Mapping[tuple[str, str], tuple[str, ...]]
    numbers: Mapping[str, Mapping[str, float]]
    currencies: Mapping[str, tuple[str, ...]]


_shapes: list[Shape] = []


class Shape:
    """A regular expression of a rule: {name} stands for any entry of a list, {!name} for none of them before.

    It is compiled when it is first looked for, so that no import waits for the files.
    """

    def __init__(self, part: str, shape: str) -> None:
        self.part = part
        self.shape = shape
        _shapes.append(self)

    def search(self, text: str) -> re.Match[str] | None:
        """As of a pattern."""
        return _compiled(vocabulary(), self).search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """As of a pattern."""
        return _compiled(vocabulary(), self).match(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of a pattern."""
        return _compiled(vocabulary(), self).finditer(text)

    def pattern(self) -> re.Pattern[str]:
        """The pattern itself, for many texts."""
        return _compiled(vocabulary(), self)


@cache
def vocabulary() -> Vocabulary:
    """Every language there is."""
    return read(files("complaint_gift.rules").joinpath("words"))


def warm() -> None:
    """Read the files and compile every shape now, so that no text waits for it."""
    for shape in _shapes:
        shape.pattern()


def read(folder: Traversable) -> Vocabulary:
    """The languages of a folder in the order of their names. Raises BadWords."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    raws = {name: _raw(name, folder.joinpath(name).read_text("utf-8")) for name in names}
    measure = raws.get(f"{_MEASURE}.yaml")
    if measure is None:
        raise BadWords(f"words/{_MEASURE}.yaml is missing: it says which lists there are")
    lists: dict[tuple[str, str], tuple[str, ...]] = {}
    numbers: dict[str, dict[str, float]] = {name: {} for name in _NUMBERS}
    currencies: dict[str, tuple[str, ...]] = {}
    for file, raw in raws.items():
        holes = _holes(file, raw["holes"])
        for part in _PARTS:
            _compare(file, part, raw[part], measure[part])
            for name, value in raw[part].items():
                where = f"words/{file}, {part}.{name}"
                if name in _NUMBERS:
                    numbers[name] |= _counted(where, value)
                elif name == _CURRENCIES:
                    for code, words in _mapping(where, value).items():
                        entries = _entries(f"{where}.{code}", words, holes)
                        currencies[code] = (*currencies.get(code, ()), *entries)
                else:
                    lists[part, name] = (*lists.get((part, name), ()), *_entries(where, value, holes))
    return Vocabulary(lists, numbers, currencies)


def any_of(entries: Iterable[str]) -> str:
    """An expression for one of several; nothing matches where there are none."""
    joined = "|".join(entries)
    return f"(?:{joined})" if joined else _NEVER


@cache
def _compiled(words: Vocabulary, shape: Shape) -> re.Pattern[str]:
    def fill(hole: re.Match[str]) -> str:
        entries = words.lists[shape.part, hole[2]]
        return "".join(f"(?<!{re.escape(word)} )" for word in entries) if hole[1] else any_of(entries)

    return re.compile(_HOLE.sub(fill, shape.shape), re.I)


def _raw(file: str, text: str) -> Mapping[str, Any]:
    try:
        raw = YAML(typ="safe").load(text)
    except YAMLError as error:
        raise BadWords(f"words/{file} is no YAML: {error}") from error
    wanted = {"language", "holes", *_PARTS}
    if set(_mapping(f"words/{file}", raw)) != wanted:
        raise BadWords(f"words/{file} needs exactly these keys: {', '.join(sorted(wanted))}")
    if raw["language"] != file.removesuffix(".yaml"):
        raise BadWords(f"words/{file} says that its language is {raw['language']}")
    for part in ("holes", *_PARTS):
        _mapping(f"words/{file}, {part}", raw[part])
    return raw  # type: ignore[no-any-return]


def _compare(file: str, part: str, own: Mapping[str, Any], measure: Mapping[str, Any]) -> None:
    missing, unknown = sorted(measure.keys() - own.keys()), sorted(own.keys() - measure.keys())
    if missing:
        raise BadWords(f"words/{file}, {part}: {', '.join(missing)} missing; [] says that there is nothing")
    if unknown:
        raise BadWords(f"words/{file}, {part}: nobody asks for {', '.join(unknown)}")


def _mapping(where: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadWords(f"{where} has to be a mapping of names")
    return value


def _counted(where: str, value: object) -> dict[str, float]:
    numbers = _mapping(where, value)
    wrong = [word for word, number in numbers.items() if type(number) not in (int, float)]
    if wrong:
        raise BadWords(f"{where}: {', '.join(wrong)} needs a number")
    return {word: float(number) for word, number in numbers.items()}


def _holes(file: str, raw: Mapping[str, Any]) -> dict[str, str]:
    holes: dict[str, str] = {}
    for name, value in raw.items():  # one may use those before it
        holes[name] = any_of(_entries(f"words/{file}, holes.{name}", value, holes))
    return holes


def _entries(where: str, value: object, holes: Mapping[str, str]) -> list[str]:
    """Regular expressions with their holes filled; each can be read and needs a character at least."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise BadWords(f"{where} has to be a list of texts; quote words that YAML takes for something else")
    filled = []
    for entry in value:
        unknown = [hole[2] for hole in _HOLE.finditer(entry) if hole[2] not in holes]
        if unknown:
            raise BadWords(
                f"{where}: {entry!r} uses {', '.join(unknown)}, which is not among the holes above"
            )
        filled.append(_HOLE.sub(lambda hole: holes[hole[2]], entry))
        _try(where, entry, filled[-1])
    return filled


def _try(where: str, entry: str, filled: str) -> None:
    try:
        is_empty = re.compile(filled, re.I).fullmatch("") is not None
    except re.error as error:
        raise BadWords(f"{where}: {entry!r} is no regular expression: {error}") from error
    if is_empty:
        raise BadWords(f"{where}: {entry!r} would match the empty text")
