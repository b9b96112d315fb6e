"""The files of stock words: a language is a file, a wrong one is told with its file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from languages import copy_shipped, what_is_said, write

from complaint_gift.learned import lexicon, stockwords
from complaint_gift.text.wordfiles import BadWords

GERMAN = {
    "language": "de",
    "classes": {"boss": "chef|chefin|filialleit*"},
    "kinds": {"complaint": "kaputt|defekt", "praise-strong": "sehr zufrieden"},
    "triggers": {"asks-manager": "mit _2 @boss _1 sprechen", "court": "(anwalt|klage)"},
    "sure": {"health": "notaufnahme"},
    "harmless": {"court": "klage _1 ueber"},
    "denied": "(kein|keine|keinen) _1 [|]",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and a third that says little."""
    copy_shipped("complaint_gift.learned", "words", tmp_path)
    write(tmp_path / "de.yaml", GERMAN)
    return tmp_path


@pytest.fixture
def german(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = stockwords.read(folder)
    monkeypatch.setattr(lexicon, "words", lambda: read)


SAID = [
    ("Ich will mit Ihrem Filialleiter sprechen.", {"asks-manager"}),
    ("Mein Anwalt schreibt Ihnen.", {"court"}),
    ("Ich brauche keinen Anwalt.", set()),
    ("Wir fuhren in die Notaufnahme.", {"health"}),
]


@pytest.mark.parametrize(("text", "_"), SAID)
def test_nothing_is_heard_in_a_language_without_a_file(text: str, _: object) -> None:
    assert not lexicon.triggers(text)


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("text", "triggers"), SAID)
def test_a_file_alone_tells_what_is_urgent(text: str, triggers: set[str]) -> None:
    assert lexicon.triggers(text) == triggers


@pytest.mark.usefixtures("german")
def test_a_third_language_leaves_the_others_as_they_are() -> None:
    assert list(lexicon.complaining_words("Das Kabel ist kaputt, the lid is broken.")) == ["kaputt", "broken"]
    assert lexicon.kind("Wir sind sehr zufrieden, besten Dank.") != lexicon.kind(
        "Wir sind froh, besten Dank."
    )
    assert lexicon.triggers("See you in small claims court.") == {"court"}
    assert "court" in lexicon.triggers("Подаю на вас в суд!")


def test_every_shipped_file_says_something_of_every_kind_and_trigger() -> None:
    for words in stockwords.words():
        assert all(plain for plain, _ in words.kinds.values())
        assert words.triggers.keys() == words.sure.keys() >= words.certain.keys()
        assert words.denied
        assert words.insisted


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("triggers:", "trigers:", "words/de.yaml:7:1, trigers is asked for by nobody; known are certain, cl"),
        (
            "  court: (a",
            "  curt: (a",
            "words/de.yaml:9:3, triggers.curt is asked for by nobody; known are as",
        ),
        ("complaint:", "complain:", "words/de.yaml:5:3, kinds.complain is asked for by nobody"),
        ("notaufnahme", "5", "words/de.yaml:11:3, sure.health has to be a text"),
        ("boss: chef|chefin|filialleit*", "boss: [chef]", "words/de.yaml:3:3, classes.boss has to be a text"),
        (
            "@boss _1",
            "@bosss _1",
            "de.yaml:8:17, triggers.asks-manager: 'mit _2 @bosss _1 sprechen' uses bosss",
        ),
        (
            "(anwalt|klage)",
            "(anwalt|klage",
            "de.yaml:9:10, triggers.court: '(anwalt|klage' is no expression: m",
        ),
        (
            "(anwalt|klage)",
            "|\n    anwalt\n    [kla",
            "de.yaml:11:5, triggers.court: '[kla' is no expression",
        ),
        (
            "(anwalt|klage)",
            r"(?<=x) klage",
            "de.yaml:9:10, triggers.court: '(?<=x) klage' is no expression: in",
        ),
        ("(kein|keine|keinen)", "(kein", "words/de.yaml:14:9, denied: '(kein _1 [|]' is no expression"),
        ("sure:\n  health: notaufnahme", "sure: [health]", "words/de.yaml:10:1, sure has to be a mapping"),
        ("language: de", "language: fr", "words/de.yaml says that its language is fr"),
        ("language: de\n", "", "words/de.yaml needs language"),
        ("klage _1 ueber", '"klage', "words/de.yaml is no YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, said: str
) -> None:
    assert said in what_is_said(folder / "de.yaml", old, new, stockwords.read)


def test_without_the_file_that_is_the_measure_nothing_is_read(folder: Path) -> None:
    (folder / "en.yaml").unlink()
    with pytest.raises(BadWords, match=r"learned/words/en\.yaml is missing"):
        stockwords.read(folder)
