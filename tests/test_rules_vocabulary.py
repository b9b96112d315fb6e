"""The files of words behind amounts and personal data: a language is a file, a wrong one is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from languages import copy_shipped, what_is_said, write_little

from complaint_gift.rules import (
    amounts,
    detectors,
    kinds,
    money,
    overlap,
    privacy,
    recall,
    slots,
    vocabulary,
    writer,
)
from complaint_gift.rules.amounts import promised
from complaint_gift.rules.context import Context
from complaint_gift.rules.detectors import DETECTORS
from complaint_gift.rules.privacy import Disclosure
from complaint_gift.rules.situation import Situation
from complaint_gift.rules.vocabulary import WORDS, BadWords, read
from complaint_gift.text import Text, wordfiles

GERMAN = {
    "amounts": {
        "told": [r"{named}(?: \w+)? betrug", "statt"],
        "gives": ["erstatt"],
        "cannot": ["können wir nicht"],
        "to_pay": [r"erstatten\w*"],
        "breaks": ["sondern"],
        "giving": ["überweisen", "erstatten"],
        "giving_more": ["ihnen"],
        "goes_to": ["zurück"],
    },
    "money": {
        "numbers": {"fünfzig": 50, "zwei": 2},
        "times": {"hundert": 100},
        "names": ["pfund"],
        "multiples": [r"tsd\."],
        "units": [r"pfund\w?"],
        "thousands": ["tsd"],
        "currencies": {"GBP": ["pfund"]},
    },
    "detectors": {
        "card": ["karte"],
        "ending_in": ["endet auf"],
        "passport": ["reisepass"],
        "addresses": [r"\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|weg|gasse) \d{1,4}[a-z]?\b"],
        "address_hints": [r"(?:straße|weg|gasse) \d"],
        "nth": [r"\."],
        "months": ["dezember"],
        "born": ["geburtstag"],
    },
    "kinds": {"money": "pfund", "not_names": "sie ihnen"},
    "overlap": {"empty": "angelegenheit kunde"},
    "frequency": {"common": "leider"},
    "writer": {
        "titles": "herr frau",
        "greeting": "guten tag",
        "women": "frau",
        "men": "herr",
        "women_end": "ine",
    },
    "recall": {"further": ["außerdem"], "continues": ["weil"]},
    "languages": {"small_words": "wij niet"},
    "slots": {
        "slot": ["vorname"],
        "places": ["für"],
        "suggested": ["uhrzeit"],
        "greeting": ["moin"],
        "field": [r"kunden_\w+"],
        "field_hints": ["kunden_"],
        "capitals": ["KUNDENNUMMER"],
        "capital_hints": ["NUMMER"],
        "day_month": [r"TT\.MM"],
        "year": ["JJ"],
        "mask_hints": ["TT"],
        "by_date": ["am"],
        "greets_nobody": ["Guten Tag ,"],
        "template": ["vorlage"],
    },
    "privacy": {"ours": ["rufen sie uns", "unser"], "their": ["ihre"], "mailbox": ["adresse"]},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and a third that says little."""
    english = copy_shipped("complaint_gift.rules", "words", tmp_path)
    write_little(tmp_path / "de.yaml", GERMAN, english, holes={"named": ["preis", "rechnung"]})
    return tmp_path


@pytest.fixture
def german(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(WORDS, "told", read(folder))
    overlap.keys_of.cache_clear()
    yield
    overlap.keys_of.cache_clear()


def sums(text: str) -> list[tuple[float, str]]:
    return [(one.value, one.code) for one in promised(Text(text))]


def disclosed(text: str) -> list[str]:
    found = Disclosure().find(Situation(Text(text), {}, Context()))
    return [text[fault.start : fault.end] for fault in found]


ONLY_IN_GERMAN = [
    ("Der Preis damals betrug 80 EUR.", [(80, "EUR")], []),
    ("Leider können wir nicht mehr erstatten 80 EUR.", [(80, "EUR")], []),
    ("Wir überweisen Ihnen 250 zurück.", [], [(250, "")]),
    ("Wir erstatten 40 Pfund.", [], [(40, "GBP")]),
    ("Wir erstatten £2 Tsd.", [(2, "GBP")], [(2000, "GBP")]),
    ("Sie erhalten zwei hundert fünfzig Pfund.", [], [(250, "GBP")]),
]


@pytest.mark.parametrize(("text", "without", "_"), ONLY_IN_GERMAN)
def test_words_of_a_language_without_a_file_mean_nothing(
    text: str, without: list[tuple[float, str]], _: object
) -> None:
    assert sums(text) == without


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("text", "_", "found"), ONLY_IN_GERMAN)
def test_a_file_alone_makes_a_language_known(text: str, _: object, found: list[tuple[float, str]]) -> None:
    assert sums(text) == found


@pytest.mark.usefixtures("german")
def test_a_third_language_tells_whose_a_contact_is_and_leaves_the_others_as_they_are() -> None:
    assert disclosed("Das Paket ging an ihre Adresse anna@firma.de.") == ["anna@firma.de"]
    assert not disclosed("Rufen Sie uns gern an: anna@gmail.com.")
    assert disclosed("The parcel was sent to anna@gmail.com.") == ["anna@gmail.com"]
    assert sums("Вернём 500 рублей, the price was £30.") == [(500, "РУБ")]


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("card", "Ihre Karte endet auf 1234.", "Karte endet auf 1234"),
        ("passport", "Reisepass Nr. C01234567", "Reisepass Nr. C01234567"),
        ("address", "Wir fahren in die Lindenstraße 12.", "Lindenstraße 12"),
        ("date", "Seit 3. Dezember ist es da.", "3. Dezember"),
        ("birth", "Ihr Geburtstag am 3. Dezember 1980", "Geburtstag am 3. Dezember 1980"),
    ],
)
def test_a_third_language_tells_personal_data_by_its_own_words(name: str, text: str, found: str) -> None:
    finders = {**DETECTORS, "birth": detectors.find_births}
    assert [text[start:end] for start, end in finders[name](text)] == [found]


@pytest.mark.parametrize("name", ["card", "passport", "address", "date", "birth"])
def test_without_the_words_of_a_language_its_personal_data_is_not_told(name: str) -> None:
    text = "Karte endet auf 1234, Reisepass C01234567, Lindenstraße 12, Geburtstag am 3. Dezember 1980"
    finders = {**DETECTORS, "birth": detectors.find_births}
    assert not list(finders[name](text))


OPEN = [
    ("Wir rufen an um (Uhrzeit).", "(Uhrzeit)"),
    ("Das ist für (Vorname).", "(Vorname)"),
    ("Hier steht [vorname].", "[vorname]"),
    ("Moin kunden_name, danke.", "Moin kunden_name"),
    ("Ihre KUNDENNUMMER steht oben.", "KUNDENNUMMER"),
    ("Wir kommen am TT.MM.JJJJ.", "TT.MM.JJJJ"),
    ("Guten Tag , danke.", "Guten Tag ,"),
    ("Vorlage 4:\ndanke", "Vorlage 4:"),
]


@pytest.mark.parametrize(("text", "_"), OPEN)
def test_slots_of_a_language_without_a_file_are_none(text: str, _: str) -> None:
    assert not list(slots.find_placeholders(text))


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("text", "found"), [*OPEN, ("Dear (name), до (время)", "(name)")])
def test_a_third_language_has_its_own_slots(text: str, found: str) -> None:
    assert [text[start:end] for start, end in slots.find_placeholders(text)][:1] == [found]


def means(text: str) -> set[str]:
    return set(overlap.meaning(Text(text)))


WRITTEN = "Leider eine Angelegenheit mit fünfzig Lampen"


def test_words_that_say_nothing_are_unknown_without_the_file() -> None:
    assert {"leide", "angel"} <= means(WRITTEN)
    assert "50" not in means(WRITTEN)


@pytest.mark.usefixtures("german")
def test_a_third_language_says_which_words_say_nothing() -> None:
    assert not {"leide", "angel"} & means(WRITTEN)
    assert {"50", "lampe"} <= means(WRITTEN)
    assert not means("This matter, вопрос")


@pytest.mark.usefixtures("german")
def test_a_third_language_says_what_is_no_name_and_what_is_money() -> None:
    of = {word.form: kinds.kinds_of(word) for word in Text("wir zahlen Ihnen vier Pfund, Anna").words if word}
    assert (of["ihnen"], of["pfund"], of["anna"]) == ((), ("name", "money"), ("name",))


@pytest.mark.usefixtures("german")
def test_a_third_language_says_where_the_next_point_begins() -> None:
    pieces = recall._pieces(Text("Die Lampe flackert außerdem fehlt das Kabel."), frozenset(), own_words=True)
    assert [piece for piece, _ in pieces] == ["Die Lampe flackert", "fehlt das Kabel"]


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("name", "reply", "is_wrong"),
    [
        ("Frau Anna Klein", "Guten Tag Frau Klein, es tut uns leid.", False),
        ("Frau Anna Klein", "Guten Tag Herr Klein, es tut uns leid.", True),
        ("Frau Anna Klein", "Guten Tag Frau Gross, es tut uns leid.", True),
        ("Sabine Klein", "Guten Tag Herr Klein, es tut uns leid.", True),
        ("Mrs Anna Klein", "Dear Mr Klein, we are sorry.", True),
        ("Анна Петровна Клейн", "Уважаемый господин Клейн, простите.", True),
    ],
)
def test_a_third_language_greets_in_its_own_words(name: str, reply: str, is_wrong: bool) -> None:
    situation = Situation(Text(reply), {}, Context(customer_name=name))
    assert any(fault.start is not None for fault in writer.Address().find(situation)) is is_wrong


@pytest.mark.usefixtures("german")
def test_small_words_alone_tell_a_language() -> None:
    assert writer.language_of("Wij hebben het niet gezien, wij zijn er niet.") == "de"
    assert writer.language_of("We have not seen it and we are not there.") == "en"


def test_every_shape_finds_its_lists_in_the_shipped_files() -> None:
    shapes = [
        value
        for module in (amounts, detectors, money, privacy, recall)
        for value in vars(module).values()
        if isinstance(value, wordfiles.Shape)
    ]
    shapes += [shape for pair in slots._SHAPES for shape in pair]
    asked = {(shape.part, name) for shape in shapes if shape.pattern() for name in shape.names()}
    by_themselves = {("money", "articles"), ("money", "joined"), ("money", "whose"), ("privacy", "flat")}
    assert asked | by_themselves == set(vocabulary.vocabulary().lists)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("language: de", "language: fr", "de.yaml says that its language is fr"),
        ("language: de", "language: [", "de.yaml is no YAML"),
        ("language: de", "tongue: de", "de.yaml needs language"),
        ("privacy:", "piracy:", "de.yaml: nobody asks for piracy; known are amounts"),
        ("  told:", "  tolled:", "de.yaml, amounts: told missing"),
        ("  told:", "  more: []\n  told:", "de.yaml, amounts: nobody asks for more"),
        ("- sondern", "- son(dern", "de.yaml, amounts.breaks: 'son(dern' is no regular expression"),
        ("- sondern", "- s?", "de.yaml, amounts.breaks: 's?' would match the empty text"),
        ("- sondern", "- 5", "de.yaml, amounts.breaks has to be a list of texts"),
        ("{named}", "{nmaed}", "uses nmaed, which is not among the holes above"),
        ("fünfzig: 50", "fünfzig: viel", "de.yaml, money.numbers: fünfzig needs a number"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, said: str
) -> None:
    assert said in what_is_said(folder / "de.yaml", old, new, read)


def test_a_language_may_leave_out_a_whole_part_but_the_measure_may_not(folder: Path) -> None:
    (folder / "de.yaml").unlink()
    without = read(folder).lists
    (folder / "de.yaml").write_text("language: de\n", "utf-8")
    assert read(folder).lists == without
    english = (folder / "en.yaml").read_text("utf-8")
    (folder / "en.yaml").write_text(english[: english.index("privacy:")], "utf-8")
    with pytest.raises(BadWords, match=r"rules/words/en\.yaml needs .*privacy"):
        read(folder)


def test_without_the_file_that_says_which_lists_there_are_nothing_is_read(folder: Path) -> None:
    (folder / "en.yaml").unlink()
    with pytest.raises(BadWords, match=r"en\.yaml is missing"):
        read(folder)


PLAIN = {"en": "small: {empty: thing time}", "de": "small: {empty: ding straße}"}


def plain(folder: Path, german: str) -> wordfiles.Vocabulary:
    for language, words in (PLAIN | {"de": german}).items():
        (folder / f"{language}.yaml").write_text(f"language: {language}\n{words}\n", "utf-8")
    return wordfiles.read(folder, "some/words", ["small"])


def test_plain_words_of_all_languages_are_one_set(tmp_path: Path) -> None:
    assert plain(tmp_path, PLAIN["de"]).words["small", "empty"] == {"thing", "time", "ding", "straße"}


@pytest.mark.parametrize(
    ("german", "said"),
    [
        ("small: {empty: [ding]}", "some/words/de.yaml, small.empty has to be one text"),
        ("small: {empty: ding Zeit}", "some/words/de.yaml, small.empty: 'Zeit' is never found, .* 'zeit'"),
        ("small: {}", "some/words/de.yaml, small: empty missing"),
    ],
)
def test_plain_words_that_cannot_be_used_are_told_with_their_place(
    tmp_path: Path, german: str, said: str
) -> None:
    with pytest.raises(BadWords, match=said):
        plain(tmp_path, german)


@given(st.from_regex(wordfiles._PLAIN, fullmatch=True))
def test_an_entry_that_is_taken_as_it_is_can_be_read_and_needs_a_character(entry: str) -> None:
    assert re.compile(entry, re.I).fullmatch("") is None
