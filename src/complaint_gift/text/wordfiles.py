"""Words of languages from files, words/<language>.yaml: a new language is a new file, a wrong one is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from complaint_gift.text.building import building
from complaint_gift.text.cachefile import CacheFile
from complaint_gift.text.folding import fold
from complaint_gift.text.listing import listed

# The file that says which lists there are and of which kind; every other has to have the same.
MEASURE = "en"
_NUMBERS = ("numbers", "times", "alone", "counts")
_CURRENCIES = "currencies"
_HOLE = re.compile(r"\{([!<]?)([a-z_]+)( \(?)?\}")
# A word or the beginning of one can be read: most entries are no more, and need not be compiled to be tried.
_PLAIN = re.compile(r"[\w '’-](?:[\w '’-]|\\w[*+]?)*")
_NEVER = "(?!)"
_FORMAT = 1  # of what is kept of these files


class BadWords(Exception):
    """A file of words cannot be used: which one, where in it, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What all languages say together: expressions, plain words and what words stand for, by part and name.

    Numbers go by their name alone, currencies by code; `by_language` has plain words of each language apart,
    `shown` the texts for people.
    """

    lists: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    words: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    by_language: dict[tuple[str, str], dict[str, frozenset[str]]] = field(default_factory=dict)
    numbers: dict[str, dict[str, float]] = field(default_factory=lambda: {name: {} for name in _NUMBERS})
    currencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    meanings: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    shown: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)


_shapes: list[Shape] = []


class Shape:
    """A regular expression: {name} stands for any entry of a list, {!name} for none of them before.

    {<name } says that one of them stands before, with what stands between behind its name.

    It is compiled when it is first looked for, so that no import waits for the files that `told` reads.
    """

    def __init__(
        self, told: Callable[[], Vocabulary], part: str, shape: str, flags: re.RegexFlag = re.I
    ) -> None:
        self.told = told
        self.part = part
        self.shape = shape
        self.flags = flags
        _shapes.append(self)

    def search(self, text: str) -> re.Match[str] | None:
        """As of a pattern."""
        return _compiled(self.told(), self).search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """As of a pattern."""
        return _compiled(self.told(), self).match(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of a pattern."""
        return _compiled(self.told(), self).finditer(text)

    def pattern(self) -> re.Pattern[str]:
        """The pattern itself, for many texts."""
        return _compiled(self.told(), self)

    def names(self) -> Iterator[str]:
        """The lists that it asks for."""
        return (hole[2] for hole in _HOLE.finditer(self.shape))


def warm() -> None:
    """Read the files and compile every shape now, so that no text waits for it."""
    for shape in _shapes:
        shape.pattern()


def any_of(entries: Iterable[str]) -> str:
    """An expression for one of several; nothing matches where there are none."""
    joined = "|".join(entries)
    return f"(?:{joined})" if joined else _NEVER


@cache
def _compiled(words: Vocabulary, shape: Shape) -> re.Pattern[str]:
    def fill(hole: re.Match[str]) -> str:
        entries = words.lists[shape.part, hole[2]]
        if hole[1] == "!":
            return "".join(f"(?<!{re.escape(word)} )" for word in entries)
        if hole[1]:
            return any_of(rf"(?<=(?<!\w){re.escape(word + hole[3])})" for word in entries)
        return any_of(entries)

    return re.compile(_HOLE.sub(fill, shape.shape), shape.flags)


class WordFolder:
    """The words of a package, from <folder>/<language>.yaml in it: read when they are first asked for.

    Entries of the parts in `shown` are not looked for in texts, but texts for people themselves.
    """

    def __init__(
        self, package: str, folder: str, parts: Collection[str] = (), shown: Collection[str] = ()
    ) -> None:
        self.told: Vocabulary | None = None
        self.place = f"{package.rpartition('.')[2]}/{folder}"
        self._package, self._folder, self._parts, self._shown = package, folder, parts, shown

    def vocabulary(self) -> Vocabulary:
        """Every language there is."""
        if self.told is None:
            self.told = self.read(files(self._package).joinpath(self._folder))
        return self.told

    def read(self, folder: Traversable) -> Vocabulary:
        """The languages of a folder in the order of their names. Raises BadWords."""
        return read(folder, self.place, self._parts, self._shown)


@building()
def read(folder: Traversable, place: str, parts: Collection[str], shown: Collection[str] = ()) -> Vocabulary:
    """The languages of a folder in the order of their names; `place` is its name in what goes wrong.

    A language may leave out a whole part. Raises BadWords.
    """
    parts = (*parts, *shown)
    raws = {name: _told(f"{place}/{name}", raw, parts) for name, raw in loaded(folder, place).items()}
    measure = raws[f"{MEASURE}.yaml"]
    told = Vocabulary()
    for name, raw in raws.items():
        file = f"{place}/{name}"
        holes = _holes(file, raw.get("holes", {}))
        for part in (part for part in parts if part in raw):
            _compare(f"{file}, {part}", raw[part], measure[part])
            for key, value in raw[part].items():
                spot = _Place(f"{file}, {part}.{key}", holes, raw["language"])
                if part in shown:
                    told.shown.setdefault((part, key), {})[spot.language] = _shown(spot.where, value)
                else:
                    _add(told, (part, key), spot, value, measure[part][key])
    return told


def loaded(folder: Traversable, place: str) -> dict[str, Mapping[str, Any]]:
    """The files of a folder in the order of their names, each as the mapping that it is. Raises BadWords."""
    file = CacheFile("words", str(folder), f"{_FORMAT}")
    kept = file.load().get("files")
    old, used, found = kept if isinstance(kept, dict) else {}, {}, {}
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")):
        content = folder.joinpath(name).read_text("utf-8")
        key = hashlib.sha256(content.encode()).hexdigest()
        used[key] = old[key] if isinstance(old.get(key), dict) else _parsed(f"{place}/{name}", content)
        found[name] = _in_its_language(f"{place}/{name}", used[key])
    if f"{MEASURE}.yaml" not in found:
        raise BadWords(f"{place}/{MEASURE}.yaml is missing: it says what there is to be told")
    if used.keys() != old.keys():
        file.save({"files": used})
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file something stands, and what may be used there."""

    where: str
    holes: Mapping[str, str]
    language: str = ""


def _add(told: Vocabulary, key: tuple[str, str], place: _Place, value: object, model: object) -> None:
    """What one language says under one name; `model` is what stands there in the file that is the measure."""
    name = key[1]
    if name in _NUMBERS:
        told.numbers[name].update(_counted(place.where, value))
    elif name == _CURRENCIES:
        for code, words in _mapping(place.where, value).items():
            told.currencies[code] = (
                *told.currencies.get(code, ()),
                *_entries(_Place(f"{place.where}.{code}", place.holes), words),
            )
    elif isinstance(model, dict):
        told.meanings.setdefault(key, {}).update(_meanings(place.where, value))
    elif isinstance(model, str):
        words = _words(place.where, value)
        told.words[key] = told.words.get(key, frozenset()) | words
        told.by_language.setdefault(key, {})[place.language] = words
    else:
        told.lists[key] = (*told.lists.get(key, ()), *_entries(place, value))


def _parsed(file: str, text: str) -> Mapping[str, Any]:
    try:
        return _mapping(file, YAML(typ="safe").load(text))
    except YAMLError as error:
        raise BadWords(f"{file} is no YAML: {error}") from error


def _in_its_language(file: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    if "language" not in raw:
        raise BadWords(f"{file} needs language")
    if not file.endswith(f"/{raw['language']}.yaml"):
        raise BadWords(f"{file} says that its language is {raw['language']}")
    return raw


def _told(file: str, raw: Mapping[str, Any], parts: Collection[str]) -> Mapping[str, Any]:
    known = {"holes", *parts}
    if unknown := raw.keys() - known - {"language"}:
        raise BadWords(f"{file}: nobody asks for {named(unknown)}; known are {named(known)}")
    if file.endswith(f"/{MEASURE}.yaml") and (missing := {*parts} - raw.keys()):
        raise BadWords(f"{file} needs {named(missing)}")
    for part in raw.keys() - {"language"}:
        _mapping(f"{file}, {part}", raw[part])
    return raw


def _compare(place: str, own: Mapping[str, Any], measure: Mapping[str, Any]) -> None:
    if missing := measure.keys() - own.keys():
        raise BadWords(f"{place}: {named(missing)} missing; [] or '' says that there is nothing")
    if unknown := own.keys() - measure.keys():
        raise BadWords(f"{place}: nobody asks for {named(unknown)}")


def named(names: Iterable[str]) -> str:
    """Names in one line, for what is told of a file."""
    return ", ".join(sorted(names))


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


def _meanings(where: str, value: object) -> Mapping[str, str]:
    words = _mapping(where, value)
    wrong = [word for word, meaning in words.items() if not isinstance(meaning, str)]
    if wrong:
        raise BadWords(f"{where}: {', '.join(wrong)} needs a text")
    return words


def _shown(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadWords(f"{where} has to be a text that people are shown")
    return value


def _words(where: str, value: object) -> frozenset[str]:
    """Plain words, each as the words of a text are compared."""
    if not isinstance(value, str):
        raise BadWords(f"{where} has to be one text with spaces between the words")
    words = listed(value)
    for word in sorted(words):
        if fold(word) != word:
            raise BadWords(f"{where}: {word!r} is never found, texts are read as {fold(word)!r}")
    return words


def _holes(file: str, raw: Mapping[str, Any]) -> dict[str, str]:
    holes: dict[str, str] = {}
    for name, value in raw.items():  # one may use those before it
        holes[name] = any_of(_entries(_Place(f"{file}, holes.{name}", holes), value))
    return holes


def _entries(place: _Place, value: object) -> list[str]:
    """Regular expressions with their holes filled; each can be read and needs a character at least."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise BadWords(
            f"{place.where} has to be a list of texts; quote words that YAML takes for something else"
        )
    filled = []
    for entry in value:
        unknown = [hole[2] for hole in _HOLE.finditer(entry) if hole[2] not in place.holes]
        if unknown:
            raise BadWords(
                f"{place.where}: {entry!r} uses {', '.join(unknown)}, which is not among the holes above"
            )
        filled.append(_HOLE.sub(lambda hole: place.holes[hole[2]], entry))
        _try(place.where, entry, filled[-1])
    return filled


def _try(where: str, entry: str, filled: str) -> None:
    if _PLAIN.fullmatch(filled):
        return
    try:
        is_empty = re.compile(filled, re.I).fullmatch("") is not None
    except re.error as error:
        raise BadWords(f"{where}: {entry!r} is no regular expression: {error}") from error
    if is_empty:
        raise BadWords(f"{where}: {entry!r} would match the empty text")
