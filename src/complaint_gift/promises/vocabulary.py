"""The words by which a language tells when, from words/<language>.yaml: a new language is a new file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from complaint_gift.promises.checking import compiled, filled, languages
from complaint_gift.text.lemmas import future

_HOLE = re.compile(r"\{(\w+)\}")
_DIGITS = "\\d"


@dataclass(frozen=True, slots=True)
class TimePattern:
    """One way to say when, and what it means. A sentence with none of `needs` cannot hold it."""

    find: re.Pattern[str]
    meaning: Mapping[str, Any]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The small words of a language: what opens a clause, and what tells an event from a deadline."""

    questions: frozenset[str]
    conditions: frozenset[str]
    of_times: frozenset[str]
    contents: frozenset[str]
    joiners: frozenset[str]
    subjects: frozenset[str]
    past_verb: re.Pattern[str]
    own_verb: re.Pattern[str]
    deadline: re.Pattern[str]
    awaited: re.Pattern[str]
    negation: re.Pattern[str]
    has_bare_clauses: bool
    doing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one file says; words are folded (lower case, ё as е)."""

    language: str
    script: re.Pattern[str]
    times: tuple[TimePattern, ...]
    clocks: re.Pattern[str]
    hours: tuple[re.Pattern[str], ...]
    spoken: tuple[TimePattern, ...]
    numbers: Mapping[str, float]
    units: Mapping[str, str]
    days: Mapping[str, int]
    months: Mapping[str, int]
    ordinals: Mapping[str, int]
    clock_times: Mapping[str, str]
    parts: Mapping[str, str]
    mornings: frozenset[str]
    is_informal: bool
    afternoon: frozenset[str]
    past: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    start: frozenset[str]
    about: frozenset[str]
    booked: frozenset[str]
    booking: re.Pattern[str]
    counted_from: re.Pattern[str]
    told_at: re.Pattern[str]
    determiners: frozenset[str]
    follows: frozenset[str]
    grammar: Grammar
    verbs: frozenset[str]
    people: Mapping[str, frozenset[str]]
    mine: re.Pattern[str]
    infinitive: re.Pattern[str]
    commitments: tuple[str, ...]
    unless: tuple[str, ...]
    vague: tuple[str, ...]
    reported: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]

    def is_either_half(self, hour: str, minute: str | None) -> bool:
        """Whether an hour of the clock can be one of the morning or of the evening."""
        is_clock = minute is not None and not self.is_informal
        return not (is_clock or hour.startswith("0") or (hour.isdigit() and int(hour) > 12))


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Every language there is, in the order of its name."""
    return read(files("complaint_gift.promises").joinpath("words"))


def read(folder: Traversable) -> tuple[Vocabulary, ...]:
    """The languages of a folder. Raises BadWords."""
    return tuple(_made(file, raw) for file, raw in languages(folder))


@lru_cache(maxsize=20_000)
def is_verb(form: str) -> bool:
    """Whether a form tells what is to be done: text, отдадим, приедет."""
    return bool(future(form)) or any(form in words.verbs for words in vocabularies())


@cache
def people(part: str) -> frozenset[str]:
    """The words of every language that tell who does something: `me`, `acting`, `greetings` ..."""
    return frozenset(word for words in vocabularies() for word in words.people[part])


_DAY_LISTS = ("mornings", "afternoon", "past", "before", "after", "start")
_LISTS = (*_DAY_LISTS, "about", "booked", "determiners", "follows")


def _made(file: str, raw: Mapping[str, Any]) -> Vocabulary:
    numbers, lists = _numbers(raw["numbers"], raw["joined"]), _lists(raw)
    holes, needs = _holes(file, raw, numbers, lists), _needs(lists)
    return Vocabulary(
        language=raw["language"],
        script=_expression(file, raw, "script"),
        times=tuple(
            _pattern(f"{file}, times[{number}]", entry, holes, needs)
            for number, entry in enumerate(raw["times"])
        ),
        clocks=re.compile(rf"(?<!\w)(?P<clock>{_any(raw['clocks'])})(?!\w)"),
        hours=tuple(
            compiled(f"{file}, {key}", raw[key], holes, behind="") for key in ("hours", "slots", "bare_hours")
        ),
        spoken=tuple(
            _pattern(f"{file}, spoken[{number}]", entry, holes, needs)
            for number, entry in enumerate(raw["spoken"])
        ),
        numbers=numbers,
        units=lists["units"],
        days=lists["days"],
        months=lists["months"],
        ordinals=lists["ordinals"],
        clock_times=raw["clocks"],
        parts=raw["parts"],
        is_informal=raw["informal"],
        booking=_expression(file, raw, "booking"),
        counted_from=_expression(file, raw, "counted_from"),
        told_at=_expression(file, raw, "told_at"),
        grammar=_grammar(file, raw["grammar"]),
        verbs=frozenset(word for name in raw["grammar"]["verbs"] for word in raw["classes"][name]),
        people={name: frozenset(words) for name, words in raw["people"].items()},
        mine=_expression(file, raw, "mine"),
        infinitive=_expression(file, raw, "infinitive"),
        commitments=tuple(raw["commitments"]),
        unless=tuple(raw["unless"]),
        vague=tuple(raw["vague"]),
        reported=tuple(raw["reported"]),
        classes={name: tuple(members) for name, members in raw["classes"].items()},
        **{name: frozenset(raw[name]) for name in _LISTS},
    )


def _lists(raw: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every word with what it counts: the unit, or the number of the day, the month, the place in a row."""
    return {
        "units": {word: unit for unit, words in raw["units"].items() for word in words},
        "days": {word: number for number, words in enumerate(raw["days"]) for word in words},
        "months": {word: number for number, words in enumerate(raw["months"], start=1) for word in words},
        "ordinals": {word: number for number, words in enumerate(raw["ordinals"], start=1) for word in words},
    }


def _needs(lists: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Of each hole the words of which one has to occur."""
    words = {"unit": "units", "day": "days", "month": "months"}
    found = {hole: frozenset(lists[name]) for hole, name in words.items()}
    return found | {name: frozenset((_DIGITS,)) for name in ("date", "slash", "iso")}


def _grammar(file: str, raw: Mapping[str, Any]) -> Grammar:
    return Grammar(
        questions=frozenset(raw["questions"]),
        conditions=frozenset(raw["conditions"]),
        of_times=frozenset(raw["of_times"]),
        contents=frozenset(raw["contents"]),
        joiners=frozenset(raw["joiners"]),
        subjects=frozenset(raw["subjects"]),
        past_verb=_expression(file, raw, "past_verb", "grammar."),
        own_verb=_expression(file, raw, "own_verb", "grammar."),
        negation=_expression(file, raw, "negation", "grammar."),
        deadline=_expression(file, raw, "deadline", "grammar."),
        awaited=_expression(file, raw, "awaited", "grammar."),
        has_bare_clauses=raw["bare_clauses"],
        doing=frozenset(raw["doing"]),
    )


def _numbers(written: Mapping[str, float], joined: str) -> dict[str, float]:
    """With those of two words: "twenty-five", "двадцати пяти"."""
    numbers = {str(word): float(value) for word, value in written.items()}
    tens = {word: value for word, value in numbers.items() if value in (20, 30, 40)}
    ones = {word: value for word, value in numbers.items() if 1 <= value <= 9 and value % 1 == 0}
    ones = {word: value for word, value in ones.items() if " " not in word and len(word) > 2}
    return numbers | {f"{ten}{joined}{one}": tens[ten] + ones[one] for ten in tens for one in ones}


def _holes(
    file: str, raw: Mapping[str, Any], numbers: Mapping[str, float], lists: Mapping[str, Mapping[str, object]]
) -> dict[str, str]:
    number = rf"(?:\d{{1,3}}(?:[.,]\d)?|{_any(numbers)})"
    dom = rf"(?:[0-3]?\d|{_any(lists['ordinals'])})"
    day = rf"(?:{_any(lists['days'])})(?!\w)"
    codes = [rf"{re.escape(code)}(?!\w)" for code in raw["currencies"]]
    sums = "|".join((*_tried(f"{file}, sums", raw["sums"]), *codes, "[€$%]"))
    no_sum = "".join(rf"(?<!{re.escape(code)} )" for code in (*raw["currencies"], "€", "$", "£"))
    no_date = rf"(?![\d/]|\.\d| ?(?:{sums}))"
    holes = {
        "n": f"(?P<n>{number})",
        "most": f"(?P<most>{number})",
        "more": f"(?P<more>{number})",
        "unit": rf"(?P<unit>{_any(lists['units'])})(?!\w)(?:\.(?= ?\w))?",
        "suffix": rf"(?P<unit>{_any(lists['units'])})(?!\w)",
        "day": rf"(?P<day>{day})\.?",
        "day2": rf"(?P<day2>{day})\.?",
        "month": rf"(?P<month>{_any(lists['months'])})(?!\w)\.?",
        "dom": f"(?P<dom>{dom})",
        "anydom": dom,
        "money": f"(?:{sums})",
        "date": rf"(?<![\d.£$€]){no_sum}(?P<dom>[0-3]?\d)[./](?P<monthnumber>[01]?\d)"
        rf"(?:[./](?P<year>(?:20)?\d\d))?{no_date}",
        "dotted": rf"(?<![\d.£$€]){no_sum}(?P<dom>[0-3]?\d)\.(?P<monthnumber>[01]?\d)"
        rf"(?:\.(?P<year>(?:20)?\d\d))?{no_date}",
        "slash": r"(?<![\d/.])(?P<one>\d{1,2})/(?P<other>\d{1,2})(?:/(?P<year>(?:20)?\d\d))?(?![\d/])",
        "iso": r"(?<![\d-])(?P<year>20\d\d)-(?P<monthnumber>[01]\d)-(?P<dom>[0-3]\d)(?![\d-])",
    }
    for name, pattern in raw["holes"].items():  # one may use those before it
        holes[name] = f"(?:{filled(f'{file}, holes.{name}', pattern, holes)})"
    return holes


def _tried(place: str, entries: Iterable[str]) -> Iterator[str]:
    """Expressions that can be read."""
    return (compiled(f"{place}[{number}]", entry, {}, "", "").pattern for number, entry in enumerate(entries))


def _pattern(
    place: str, entry: Mapping[str, Any], holes: Mapping[str, str], needs: Mapping[str, frozenset[str]]
) -> TimePattern:
    names = set(_HOLE.findall(entry["find"]))
    needed = next((needs[name] for name in needs if name in names), frozenset[str]())
    return TimePattern(compiled(place, entry["find"], holes), entry["as"], needed)


def _expression(file: str, raw: Mapping[str, Any], name: str, of: str = "") -> re.Pattern[str]:
    return compiled(f"{file}, {of}{name}", raw[name], {}, before="", behind="")


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
