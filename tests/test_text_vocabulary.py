"""The files of words by which a text is read: a language is a file, a wrong one is told with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from languages import copy_shipped, what_is_said, write_little

from complaint_gift.text import Text, lemmas, new_part, vocabulary, wordfiles
from complaint_gift.text.smallwords import small_words
from complaint_gift.text.vocabulary import WORDS, read
from complaint_gift.text.wordfiles import BadWords
from complaint_gift.text.words import interned

DUTCH = {
    "history": {"opens": ["op"], "wrote": ["schreef"], "titles": ["Oorspronkelijk bericht"]},
    "sentences": {"leading": "dhr", "trailing": "enz"},
    "tokens": {
        "ordinals": ["de"],
        "clause": "maar",
        "condition": "mits",
        "negators": "geen",
        "not_really": ["geen twijfel"],
        "would_have": ["zou hebben"],
    },
    "words": {"irregular": {"zo'n": "zo een"}},
    "lemmas": {"as_they_are": "lampen"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, and one more that says little."""
    english = copy_shipped("complaint_gift.text", "languages", tmp_path, ("de", "en", "ru"))
    write_little(tmp_path / "nl.yaml", DUTCH, english)
    return tmp_path


MODULES = [import_module(f"complaint_gift.text.{name}") for name in ("history", "tokens")]


@pytest.fixture
def dutch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(WORDS, "told", read(folder))
    clear()
    yield
    clear()


def clear() -> None:
    interned.clear()
    lemmas.cache_clear()


def sentences(text: str) -> int:
    return sum(word is None for word in Text(text).words)


def position(text: Text, form: str) -> int:
    return next(at for at, word in enumerate(text.words) if word is not None and word.form == form)


MAILS = [
    "Dank u wel.\n\nOp ma 3 mei 10:15 Anna schreef:\nhallo",
    "Dank u wel.\n-- Oorspronkelijk bericht --\nhallo",
]


@pytest.mark.parametrize("mail", MAILS)
def test_an_older_mail_in_a_language_without_a_file_stays(mail: str) -> None:
    assert "hallo" in new_part(mail)


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize("mail", [*MAILS, "Danke.\n\nAm 3. Mai 2026 um 10:15 Anna schrieb:\nhallo"])
def test_a_file_tells_where_an_older_mail_begins(mail: str) -> None:
    assert "hallo" not in new_part(mail)


ABBREVIATED = "Dag dhr. Klein wacht. Lampen enz. zijn er."


def test_without_its_file_an_abbreviation_ends_a_sentence() -> None:
    assert sentences(ABBREVIATED) == 4


@pytest.mark.usefixtures("dutch")
def test_a_file_tells_which_full_stops_end_no_sentence() -> None:
    assert sentences(ABBREVIATED) == 2
    assert sentences("Dear Mr. Klein, no. 5 is here.") == 1


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize(
    ("sentence", "word", "is_negated"),
    [
        ("wij hebben geen lamp", "lamp", True),
        ("wij hebben geen twijfel", "twijfel", False),
        ("geen tijd maar wel een lamp", "lamp", False),
        ("we have no lamp", "lamp", True),
        ("у нас нет лампы", "лампы", True),
    ],
)
def test_a_file_tells_what_denies(sentence: str, word: str, is_negated: bool) -> None:
    text = Text(sentence)
    assert (text.is_negated(position(text, word)) is not None) is is_negated


@pytest.mark.usefixtures("dutch")
def test_a_file_tells_what_a_clause_hangs_on_and_what_would_have_been() -> None:
    text = Text("mits de lamp brandt")
    assert text.is_conditional(position(text, "lamp"))
    text = Text("wij zou hebben gebeld")
    assert text.is_counterfactual(position(text, "gebeld"))


@pytest.mark.usefixtures("dutch")
def test_a_file_tells_contractions_ordinals_and_words_that_mean_themselves() -> None:
    assert [word.form for word in Text("zo'n 2de lamp").words if word] == ["zo", "een", "2de", "lamp"]
    assert lemmas("lampen", "nl") == {"lampen"}
    assert [word.form for word in Text("don't").words if word] == ["do", "not"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("language: nl", "language: be", "text/languages/nl.yaml says that its language is be"),
        ("schreef", "schr(eef", "text/languages/nl.yaml, history.wrote: 'schr(eef' is no regular expression"),
        ("leading: dhr", "leading: Dhr", "text/languages/nl.yaml, sentences.leading: 'Dhr' is never found"),
        ("zo'n: zo een", "zo'n: 5", "text/languages/nl.yaml, words.irregular: zo'n needs a text"),
        ("lemmas:", "lemons:", "text/languages/nl.yaml: nobody asks for lemons"),
        ("shield: ''", "", "text/languages/nl.yaml, tokens: shield missing"),
        ("geen twijfel", "geen", "tokens.not_really: 'geen' has to be two words"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    folder: Path, old: str, new: str, told: str
) -> None:
    assert told in what_is_said(folder / "nl.yaml", old, new, lambda folder: small_words(read(folder)))


def test_every_shape_finds_its_lists_in_the_shipped_files() -> None:
    shapes = [
        value for module in MODULES for value in vars(module).values() if isinstance(value, wordfiles.Shape)
    ]
    asked = {(shape.part, name) for shape in shapes if shape.pattern() for name in shape.names()}
    by_themselves = {("tokens", "not_really"), ("tokens", "would_have")}
    assert asked | by_themselves == set(vocabulary.vocabulary().lists)


def test_files_are_parsed_once_and_what_is_kept_of_them_may_be_spoilt(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("CG_CACHE", str(cache))
    first = read(folder)
    monkeypatch.setattr(wordfiles, "_parsed", lambda *_: pytest.fail("parsed again"))
    assert read(folder).words == first.words
    monkeypatch.undo()
    monkeypatch.setenv("CG_CACHE", str(cache))
    (kept,) = cache.glob("words-*.json")
    whole = json.loads(kept.read_text("utf-8"))
    for spoilt in ("{", "[]", json.dumps(whole | {"files": []}), json.dumps(whole | {"files": {"x": 1}})):
        kept.write_text(spoilt, "utf-8")
        assert read(folder).words == first.words


def test_a_wrong_file_is_told_at_every_start(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_CACHE", str(tmp_path / "cache"))
    (folder / "nl.yaml").write_text("language: nl\nhistory: {opens: op}\n", "utf-8")
    for _ in range(2):
        with pytest.raises(BadWords, match=r"nl\.yaml"):
            read(folder)


def test_the_file_by_which_the_others_go_is_missed(folder: Path) -> None:
    (folder / "en.yaml").unlink()
    with pytest.raises(BadWords, match=r"text/languages/en\.yaml is missing"):
        read(folder)
