"""The words by which a language tells when, from words/<language>.yaml: a new language is a new file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class TimePattern:
    """One way to say when, and what it means: days, span, weekday, date or end."""

    find: re.Pattern[str]
    meaning: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one file says; words are folded (lower case, ё as е)."""

    language: str
    times: tuple[TimePattern, ...]
    clocks: re.Pattern[str]
    hours: tuple[re.Pattern[str], ...]
    numbers: Mapping[str, float]
    units: Mapping[str, str]
    days: Mapping[str, int]
    months: Mapping[str, int]
    clock_times: Mapping[str, str]
    parts: Mapping[str, str]
    afternoon: frozenset[str]
    past: frozenset[str]
    before: frozenset[str]
    commitments: tuple[str, ...]
    vague: tuple[str, ...]


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Every language there is, in the order of its name."""
    folder = files("complaint_gift.promises").joinpath("words")
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name
    )
    return tuple(_load(entry.read_text("utf-8")) for entry in found)


def _load(text: str) -> Vocabulary:
    raw = YAML(typ="safe").load(text)
    numbers = {str(word): float(value) for word, value in raw["numbers"].items()}
    units = {word: unit for unit, words in raw["units"].items() for word in words}
    days = {word: number for number, words in enumerate(raw["days"]) for word in words}
    months = {word: number for number, words in enumerate(raw["months"], start=1) for word in words}
    holes = {
        "n": rf"(?P<n>\d{{1,3}}|{_any(numbers)})",
        "unit": rf"(?P<unit>{_any(units)})(?!\w)",
        "day": rf"(?P<day>{_any(days)})(?!\w)\.?",
        "month": rf"(?P<month>{_any(months)})(?!\w)\.?",
        "dom": r"(?P<dom>[0-3]?\d)",
        "dom2": r"(?P<dom2>[0-3]?\d)",
        "date": r"(?<![\d.])(?P<dom>[0-3]?\d)[./](?P<monthnumber>[01]?\d)"
        r"(?:[./](?P<year>(?:20)?\d\d))?(?![\d/]|\.\d)",
    }
    times = tuple(
        TimePattern(re.compile(r"(?<!\w)(?:" + _fill(entry["find"], holes) + r")(?!\w)"), entry["as"])
        for entry in raw["times"]
    )
    return Vocabulary(
        language=raw["language"],
        times=times,
        clocks=re.compile(rf"(?<!\w)(?P<clock>{_any(raw['clocks'])})(?!\w)"),
        hours=tuple(re.compile(r"(?<!\w)(?:" + raw[key] + ")") for key in ("hours", "bare_hours")),
        numbers=numbers,
        units=units,
        days=days,
        months=months,
        clock_times=raw["clocks"],
        parts=raw["parts"],
        afternoon=frozenset(raw["afternoon"]),
        past=frozenset(raw["past"]),
        before=frozenset(raw["before"]),
        commitments=tuple(raw["commitments"]),
        vague=tuple(raw["vague"]),
    )


def _any(words: Mapping[str, object]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _fill(pattern: str, holes: Mapping[str, str]) -> str:
    for name, value in holes.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern
