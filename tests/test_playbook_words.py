"""The files of what people are shown in a rule's text: a language is a file, a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from languages import copy_shipped, what_is_said

from complaint_gift.playbook.rendering import fill
from complaint_gift.playbook.rule_files import SLOTS
from complaint_gift.playbook.vocabulary import WORDS, vocabulary
from complaint_gift.text.wordfiles import BadWords

GERMAN = """language: de
rendering:
  customer_name: (Name)
  order: (Bestellnummer)
  event_date: (Datum)
dates:
  day: "{day}. {month}"
  months: Januar Februar März April Mai Juni Juli August September Oktober November Dezember
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and a third."""
    copy_shipped("complaint_gift.playbook", "words", tmp_path)
    (tmp_path / "de.yaml").write_text(GERMAN, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Dear (name), (order) of (date)"),
        ("ru", "Dear (имя), (номер заказа) of (дата)"),
        ("de", "Dear (name), (order) of (date)"),
    ],
)
def test_an_open_slot_is_shown_in_the_language_or_in_english(language: str, shown: str) -> None:
    assert fill("Dear {customer_name}, {order} of {event_date}", {}, language) == shown


def test_a_file_tells_what_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORDS, "told", WORDS.read(folder))
    assert fill("{order}, {event_date}", {"event_date": "3.12."}, "de") == "(Bestellnummer), 3.12."
    assert fill("{order}", {}, "ru") == "(номер заказа)"


@pytest.mark.parametrize(
    ("given", "language", "said"),
    [
        ("2026-05-03", "en", "3 May"),
        ("2026-05-03", "ru", "3 мая"),
        ("2026-12-31T23:50:00Z", "de", "31. Dezember"),
        ("2026-13-03", "en", "2026-13-03"),
        ("last Friday", "en", "last Friday"),
    ],
)
def test_a_day_that_a_program_wrote_is_said_as_people_say_it(
    given: str, language: str, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WORDS, "told", WORDS.read(folder))
    assert fill("of {event_date}", {"event_date": given}, language) == f"Of {said}"


def test_what_is_shown_stands_for_slots_that_there_are() -> None:
    assert {slot for part, slot in vocabulary().shown if part == "rendering"} <= SLOTS


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  order: (Bestellnummer)\n", "", "playbook/words/de.yaml, rendering: order missing"),
        ("order:", "orders: (x)\n  order:", "playbook/words/de.yaml, rendering: nobody asks for orders"),
        ("(Bestellnummer)", "5", "playbook/words/de.yaml, rendering.order has to be a text"),
        ("(Bestellnummer)", "''", "playbook/words/de.yaml, rendering.order has to be a text"),
        ("rendering:", "rending:", "playbook/words/de.yaml: nobody asks for rending; known are"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, said: str
) -> None:
    assert said in what_is_said(folder / "de.yaml", old, new, WORDS.read)


def test_the_file_by_which_the_others_go_needs_what_is_shown(folder: Path) -> None:
    (folder / "en.yaml").write_text("language: en\n", "utf-8")
    with pytest.raises(BadWords, match=r"playbook/words/en\.yaml needs dates, rendering"):
        WORDS.read(folder)
