"""The words by which a case is worked on: a language is a file, a wrong one is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from languages import copy_shipped, what_is_said

from complaint_gift.service.people import find_named
from complaint_gift.service.turns import is_mere_thanks
from complaint_gift.service.vocabulary import WORDS

POLISH = """language: pl
turns:
  thanks: dziękuj dzięki
  but: ale
people:
  greeting: ['dzień dobry']
  behind_name: ek
  ending: a ę
  case_ending: 'm'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and a third."""
    copy_shipped("complaint_gift.service", "words", tmp_path)
    (tmp_path / "pl.yaml").write_text(POLISH, "utf-8")
    return tmp_path


@pytest.fixture
def polish(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORDS, "told", WORDS.read(folder))


THANKS = [("Dziękuję bardzo!", True), ("Dzięki, ale lampa nie działa", False)]


@pytest.mark.parametrize(("text", "_"), THANKS)
def test_thanks_in_a_language_without_a_file_are_none(text: str, _: bool) -> None:
    assert not is_mere_thanks(text)


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("text", "is_thanks"),
    [*THANKS, ("Thanks!", True), ("Thanks but no", False), ("Спасибо вам", True), ("Спасибо, но нет", False)],
)
def test_a_file_tells_what_mere_thanks_are(text: str, is_thanks: bool) -> None:
    assert is_mere_thanks(text) is is_thanks


NAMED = ["Wczoraj widziałam Annę u was.", "Wczoraj był Annaek u was.", "Wczoraj byłam z Annam tutaj."]


@pytest.mark.parametrize("text", NAMED)
def test_a_name_in_a_case_of_a_language_without_a_file_is_missed(text: str) -> None:
    assert not find_named([text], ["Anna"])


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize("text", NAMED)
def test_a_file_tells_the_cases_of_names(text: str) -> None:
    assert find_named([text], ["Anna"])


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("Dzień dobry, Anna, lampa nie działa.", "Anna", False),
        ("Вчера с Анной мы не договорились.", "Анна", True),
        ("Вчера с Аннаek мы не договорились.", "Анна", False),
        ("We went to Danas house.", "Dana", True),
        ("We went to Danach house.", "Dana", False),
    ],
)
def test_a_third_language_greets_and_leaves_the_others_as_they_are(
    text: str, name: str, is_named: bool
) -> None:
    assert bool(find_named([text], [name])) is is_named


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  but: ale\n", "", "service/words/pl.yaml, turns: but missing"),
        ("but: ale", "but: [ale]", "service/words/pl.yaml, turns.but has to be one text"),
        ("but: ale", "but: Ale", "service/words/pl.yaml, turns.but: 'Ale' is never found"),
        ("ending: a ę", "endings: a ę", "service/words/pl.yaml, people: ending missing"),
        ("['dzień dobry']", "dzień", "service/words/pl.yaml, people.greeting has to be a list of texts"),
        ("['dzień dobry']", "['dzień(']", "service/words/pl.yaml, people.greeting: 'dzień(' is no regular"),
        ("turns:", "returns:", "service/words/pl.yaml: nobody asks for returns; known are"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, said: str
) -> None:
    assert said in what_is_said(folder / "pl.yaml", old, new, WORDS.read)
