"""The files of words behind names and sentences: a language is a file, a wrong one is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from languages import copy_shipped, what_is_said, write_little

from complaint_gift.learned import colleagues
from complaint_gift.learned.colleagues import people
from complaint_gift.learned.sentences import split
from complaint_gift.learned.vocabulary import WORDS, vocabulary
from complaint_gift.text.wordfiles import Vocabulary

GERMAN = {
    "sentences": {"short": "bzw"},
    "colleagues": {
        "capitals": ["[ÄÖÜ]"],
        "small": ["[äöüß]"],
        "abbreviated": ["Hr"],
        "titles": ["Frau"],
        "addressed": ["Liebe"],
        "roles": ["{waiter}(?:in)?"],
        "not_ours": "einem",
        "places": ["in ihrer filiale"],
        "acts": ["schrie"],
        "blame": ["unverschämt"],
        "rude": ["beleidigte mich"],
        "praise": ["nett"],
        "private": ["mein mann"],
        "nobody": ["Gestern"],
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and a third that says little."""
    english = copy_shipped("complaint_gift.learned", "languages", tmp_path)
    write_little(tmp_path / "de.yaml", GERMAN, english, holes={"waiter": ["kellner"]})
    return tmp_path


@pytest.fixture
def german(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORDS, "told", WORDS.read(folder))


def told(text: str) -> list[str]:
    """Names and roles; `!` is blamed, `!!` insulted somebody."""
    return [one.name + "!" * (one.is_blamed + one.is_rude) for one in people(text)]


SAID = [
    ("Die Kellnerin dort war unverschämt.", ["Kellnerin!"]),
    ("Die Kellnerin dort war nett und unverschämt.", ["Kellnerin"]),
    ("Mit einem Kellner war es unverschämt.", []),
    ("Gestern kam Frau Müßig zu uns.", ["Frau Müßig!"]),
    ("Liebe Frau Müßig, so geht es nicht.", []),
    ("Frau Öster beleidigte mich.", ["Frau Öster!!"]),
    ("Dann kam Göran in Ihrer Filiale.", ["Göran!"]),
    ("Dort stand Göran schrie laut.", ["Göran!"]),
    ("Mein Mann Göran schrie laut.", []),
    ("Wir fragten Hr. Göran schrie laut.", ["Göran!"]),
]


@pytest.mark.parametrize(("text", "_"), SAID)
def test_nobody_is_meant_in_a_language_without_a_file(text: str, _: object) -> None:
    assert told(text) == []


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("text", "found"), SAID)
def test_a_file_alone_tells_who_is_meant(text: str, found: list[str]) -> None:
    assert told(text) == found


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The manager at the till was rude.", ["manager at the till!"]),
        ("Dear Mr. Hale, the fridge is warm.", []),
        ("Менеджер Мария Петрова нахамила мне.", ["Мария Петрова!!"]),
        ("Мой менеджер не пришёл.", ["менеджер!"]),
    ],
)
def test_a_third_language_leaves_the_others_as_they_are(text: str, found: list[str]) -> None:
    assert told(text) == found


def test_a_file_tells_after_which_words_a_sentence_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Das Kabel bzw. Der Stecker ist ab."
    assert len(split(text)) == 2
    monkeypatch.setattr(WORDS, "told", WORDS.read(folder))
    assert len(split(text)) == 1
    assert len(split("Ask Mr. Hale. Это ул. Мира.")) == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("short: bzw", "long: bzw", "languages/de.yaml, sentences: short missing"),
        ("short: bzw", "short: [bzw]", "languages/de.yaml, sentences.short has to be one text"),
        ("short: bzw", "short: Bzw", "languages/de.yaml, sentences.short: 'Bzw' is never found"),
        ("  titles:", "  tittles:", "languages/de.yaml, colleagues: titles missing"),
        ("  titles:", "  more: []\n  titles:", "languages/de.yaml, colleagues: nobody asks for more"),
        ("- schrie", "- schr(ie", "languages/de.yaml, colleagues.acts: 'schr(ie' is no regular expression"),
        ("- schrie", r"- \w*", r"languages/de.yaml, colleagues.acts: '\\w*' would match the empty text"),
        ("- schrie", "- 5", "languages/de.yaml, colleagues.acts has to be a list of texts"),
        ("{waiter}", "{porter}", "uses porter, which is not among the holes above"),
        ("[äöüß]", "[äöüß]+", "learned/languages, colleagues.small: '[äöüß]+' has to be letters in brackets"),
        ("language: de", "language: fr", "languages/de.yaml says that its language is fr"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, said: str
) -> None:
    assert said in what_is_said(
        folder / "de.yaml", old, new, lambda folder: colleagues._compiled(WORDS.read(folder))
    )


@pytest.mark.parametrize("missing", [key for key in vocabulary().lists if key[0] == "colleagues"])
def test_every_list_is_asked_for(missing: tuple[str, str]) -> None:
    whole = vocabulary()
    lists = {key: entries for key, entries in whole.lists.items() if key != missing}
    with pytest.raises(KeyError, match=missing[1]):
        colleagues._compiled(Vocabulary(lists=lists, words=whole.words))
