"""The files of words behind promises: a language is a file, a wrong one is told with its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from languages import copy_shipped, what_is_said, write

from complaint_gift.promises import OfficeHours, find_promises, find_times, times
from complaint_gift.promises.vocabulary import read
from complaint_gift.text.wordfiles import BadWords

SENT = datetime(2026, 11, 25, 11, tzinfo=UTC)
OWN: dict[str, Any] = {
    "language": "de",
    "script": "[a-zäöüß]",
    "numbers": {"zwei": 2},
    "units": {"day": ["tagen"]},
    "clocks": {"mittag": "12:00"},
    "sums": ["kronen"],
    "holes": {"bis": "bis(?: zum)?"},
    "times": [
        {"find": "(?P<limit>{bis}) {date}", "as": {"date": True}},
        {"find": "in {n} {unit}", "as": {"span": True}},
    ],
}


def emptied(value: Any) -> Any:
    """The same names, without a word."""
    if isinstance(value, dict):
        return {name: emptied(inner) for name, inner in value.items()}
    return "(?!)" if isinstance(value, str) else type(value)()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and a third that says little."""
    english = copy_shipped("complaint_gift.promises", "words", tmp_path)
    nothing = {name: emptied(value) for name, value in english.items()}
    nothing |= {"parts": {}, "classes": {"act": []}, "joined": "-"}
    nothing |= {"days": [[] for _ in range(7)], "months": [[] for _ in range(12)]}
    write(tmp_path / "de.yaml", nothing | {"ordinals": [[] for _ in range(31)]} | OWN)
    return tmp_path


def said(text: str) -> list[str]:
    return [text[when.start : when.end] for when in find_times(text, SENT, OfficeHours(UTC))]


TIMES = [
    ("Das Geld kommt bis zum 12.12.", ["bis zum 12.12"]),
    ("Wir melden uns in zwei Tagen.", ["in zwei Tagen"]),
    ("Das Geld kommt bis 12.12 zurück.", ["bis 12.12"]),
]


@pytest.mark.parametrize(("text", "found"), TIMES)
def test_a_file_alone_makes_a_language_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str]
) -> None:
    assert not set(found) & set(said(text))
    words = read(folder)
    monkeypatch.setattr(times, "vocabularies", lambda: words)
    assert said(text) == found


def test_a_third_language_tells_its_own_sums_from_dates(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = read(folder)
    monkeypatch.setattr(times, "vocabularies", lambda: words)
    assert "bis 12.12" not in said("Es kostet bis 12.12 Kronen.")


@pytest.mark.parametrize(
    ("text", "is_promise"),
    [
        ("We will call you on 12.12.", True),
        ("We will pay you 12.12 euros.", False),
        ("We will pay you 12.12 EUR.", False),
        ("We will pay you EUR 12.12.", False),
        ("Мы вернём вам 12.12.", True),
        ("Мы вернём вам 12.12 руб.", False),
        ("Мы вернём вам 12.12 ₽.", False),
    ],
)
def test_what_is_behind_two_numbers_tells_a_sum_from_a_date(text: str, is_promise: bool) -> None:
    assert bool(find_promises(text, sent_at=SENT)) is is_promise


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("language: de", "language: fr", "de.yaml says that its language is fr"),
        ("language: de", "language: [", "de.yaml is no YAML"),
        ("sums:", "summen:", "promises/words/de.yaml: sums missing"),
        ("sums:", "more: []\nsums:", "promises/words/de.yaml: nobody asks for more"),
        ("- kronen", "- 5", "de.yaml, sums[0] has to be a text"),
        ("- kronen", "- kro(nen", "de.yaml, sums[0]: 'kro(nen' is no regular expression"),
        ("{bis}", "{bsi}", "de.yaml, times[0] uses bsi, which is not among the holes above"),
        ("bis(?: zum)?", "bis(?: zum", "de.yaml, times[0]: "),
        ("informal: false", "informal: often", "de.yaml, informal has to be true or false"),
        ("zwei: 2", "zwei: viel", "de.yaml, numbers.zwei has to be a number"),
        ("day:", "tag:", "de.yaml, units: nobody counts in tag"),
        ("mittag: 12:00", "mittag: zwölf", "de.yaml, clocks.mittag: 'zwölf' is no time of day"),
        ("negation:", "nein:", "de.yaml, grammar: negation missing"),
        ("booking: (?!)", "booking: (?!", "de.yaml, booking: '(?!' is no regular expression"),
        ("  act:", "  tun:", "de.yaml, classes: act missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, told: str
) -> None:
    assert told in what_is_said(folder / "de.yaml", old, new, read)


def test_a_week_has_seven_days(folder: Path) -> None:
    path = folder / "ru.yaml"
    text = re.sub(r"  - \[воскресенье,.*\n", "", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    with pytest.raises(BadWords, match=r"promises/words/ru\.yaml, days needs 7 lists of words, not 6"):
        read(folder)


def test_without_the_file_that_says_what_there_is_nothing_is_read(folder: Path) -> None:
    (folder / "en.yaml").unlink()
    with pytest.raises(BadWords, match=r"en\.yaml is missing"):
        read(folder)
