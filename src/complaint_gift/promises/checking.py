"""Whether the files of words have all that is asked of them, before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any

from complaint_gift.text.wordfiles import MEASURE, BadWords, loaded, named

PLACE = "promises/words"
_OWN_NAMES = frozenset(("numbers", "units", "clocks", "holes", "parts", "classes"))
_MEANING = "as"
_UNITS = frozenset(("minute", "hour", "full-day", "day", "week", "fortnight", "month"))
_LENGTHS = {"days": 7, "months": 12, "ordinals": 31}
_CLOCK = re.compile(r"(?:[01]\d|2[0-4]):[0-5]\d")
_KINDS = {str: "a text", bool: "true or false", list: "a list", dict: "a mapping of names", float: "a number"}
_HOLE = re.compile(r"\{([A-Za-z]\w*)\}")


def languages(folder: Traversable) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file of a folder with its place, in the order of the names. Raises BadWords."""
    raws = loaded(folder, PLACE)
    measure = raws[f"{MEASURE}.yaml"]
    for name, raw in raws.items():
        file = f"{PLACE}/{name}"
        _compare(file, raw, measure)
        _look_at(file, raw)
        yield file, raw


def filled(place: str, pattern: str, holes: Mapping[str, str]) -> str:
    """A pattern with its holes filled. Raises BadWords."""
    unknown = [name for name in _HOLE.findall(pattern) if name not in holes]
    if unknown:
        raise BadWords(f"{place} uses {named(unknown)}, which is not among the holes above")
    return _HOLE.sub(lambda hole: holes[hole[1]], pattern)


def compiled(
    place: str, pattern: str, holes: Mapping[str, str], before: str = r"(?<!\w)", behind: str = r"(?!\w)"
) -> re.Pattern[str]:
    """A pattern that can be read. Raises BadWords."""
    try:
        return re.compile(f"{before}(?:{filled(place, pattern, holes)}){behind}")
    except re.error as error:
        raise BadWords(f"{place}: {pattern!r} is no regular expression: {error}") from error


def _compare(place: str, own: Any, model: Any, *, has_own_names: bool = False) -> None:
    """Raise BadWords where something of another kind stands than in the file that is the measure."""
    if _kind(own) is not _kind(model):
        raise BadWords(f"{place} has to be {_KINDS[_kind(model)]}; quote what YAML takes for something else")
    if isinstance(own, list) and model:
        for number, value in enumerate(own):
            _compare(f"{place}[{number}]", value, model[0])
    elif isinstance(own, dict) and has_own_names:
        for name, value in own.items():
            _compare(f"{place}.{name}", value, next(iter(model.values())))
    elif isinstance(own, dict):
        _compare_names(place, own, model)


def _compare_names(place: str, own: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    if missing := model.keys() - own.keys():
        raise BadWords(f"{place}: {named(missing)} missing; [] says that there is nothing")
    if unknown := own.keys() - model.keys():
        raise BadWords(f"{place}: nobody asks for {named(map(str, unknown))}")
    for name in own.keys() - {_MEANING}:
        inside = f"{place}.{name}" if "," in place else f"{place}, {name}"
        _compare(inside, own[name], model[name], has_own_names=name in _OWN_NAMES)


def _kind(value: object) -> type:
    return float if type(value) is int else type(value)


def _look_at(file: str, raw: Mapping[str, Any]) -> None:
    """What is not told by its kind alone: a week has seven days, a clock shows a time."""
    for name, length in _LENGTHS.items():
        if len(raw[name]) != length:
            raise BadWords(f"{file}, {name} needs {length} lists of words, not {len(raw[name])}")
    if unknown := raw["units"].keys() - _UNITS:
        raise BadWords(f"{file}, units: nobody counts in {named(unknown)}; known are {named(_UNITS)}")
    for part in ("clocks", "parts"):
        for words, clock in raw[part].items():
            if not _CLOCK.fullmatch(clock):
                raise BadWords(f"{file}, {part}.{words}: {clock!r} is no time of day such as '18:00'")
    if unknown := {*raw["grammar"]["verbs"], "act"} - raw["classes"].keys():
        raise BadWords(f"{file}, classes: {named(unknown)} missing")
