"""Signals: what counts, what silences a hit, how both layers speak."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.domain import Layer
from complaint_gift.rules.learned import decided, merged
from complaint_gift.rules.marks import Counts
from complaint_gift.rules.phrases import Classes
from complaint_gift.rules.regexes import compile_regex
from complaint_gift.rules.signals import (
    Dropped,
    Finder,
    Learned,
    Part,
    Phrase,
    SignalFinder,
    sentence_at,
)
from complaint_gift.rules.slots import find_placeholders
from complaint_gift.text import Text

CLASSES = Classes({})


def part(*phrases: str, unless: tuple[str, ...] = (), **counts: object) -> Part:
    """A signal called x."""
    return Part(
        "x",
        "en",
        tuple(Phrase(p, CLASSES) for p in phrases),
        tuple(Phrase(p, CLASSES) for p in unless),
        Counts(**counts),  # type: ignore[arg-type]
    )


def find(one: Part, text: str) -> tuple[list[str], list[str]]:
    """The words of hits, and the marks that silenced near-hits."""
    dropped: list[Dropped] = []
    hits = SignalFinder([one]).find(Text(text), dropped)
    return [text[h.start : h.end] for h in hits], [d.mark for d in dropped]


@pytest.mark.parametrize(
    ("counts", "text", "mark"),
    [
        ({}, "We refund you.", None),
        ({}, "We will not refund you.", "negated"),
        ({"negated": True}, "We will not refund you.", None),
        ({}, 'You wrote "refund".', "quoted"),
        ({"quoted": True}, 'You wrote "refund".', None),
        ({"conditional": False}, "If we refund you", "conditional"),
        ({}, "If we refund you", None),
        ({"counterfactual": False}, "We would have refund.", "counterfactual"),
        ({"question": False}, "Shall we refund you?", "question"),
        ({"mood": "question"}, "We refund you.", "statement"),
        ({"mood": "question"}, "Shall we refund you?", None),
        ({"mood": "statement"}, "Shall we refund you?", "question"),
    ],
)
def test_marks_silence_a_hit(counts: dict[str, object], text: str, mark: str | None) -> None:
    hits, marks = find(part("refund", **counts), text)
    assert (hits, marks) == ((["refund"], []) if mark is None else ([], [mark]))


@pytest.mark.parametrize("finder", [find_placeholders, compile_regex(r"\{\w+\}")])
@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("We are sorry that the letter began with {name}.", []),
        ("Dear {name}, the letter began badly.", ["{name}"]),
        ("Hi {name}. The letter began with {sum} - sorry!", ["{name}"]),
        ("{name}", ["{name}"]),
    ],
)
def test_an_exception_silences_what_no_phrase_has_found(finder: Finder, text: str, hits: list[str]) -> None:
    found, marks = find(replace(part(unless=("began with _1",)), finders=(finder,)), text)
    assert (found, marks) == (hits, ["unless"] * ("with {" in text))


def test_an_exception_that_is_remembered_moves_with_its_sentence() -> None:
    finder = SignalFinder([replace(part(unless=("began with _1",)), finders=(find_placeholders,))])
    one, other = "The letter began with {name}.", "Dear {name}, sorry."
    for text, starts in ((one, []), (f"{other} {one}", [5]), (f"{one} {other}", [35]), (one, [])):
        assert [hit.start for hit in finder.find(Text(text))] == starts


def test_a_negation_that_the_phrase_names_itself_does_not_silence_it() -> None:
    assert find(part("not our fault"), "It is not our fault.")[0] == ["not our fault"]


def test_unless_silences_only_where_it_touches_the_words_of_the_phrase() -> None:
    one = part("you (forgot|failed) _6", unless=("because we _4",))
    assert find(one, "You forgot it today, because we hid it.")[0] == [
        "You forgot it today, because we hid it"
    ]
    assert find(part("you _4 failed _6", unless=("because we",)), "You because we failed today.")[0] == []


def test_hits_within_one_another_become_the_widest() -> None:
    assert find(part("sorry", "we are sorry", "are sorry for"), "We are sorry for it.")[0] == [
        "We are sorry",
        "are sorry for",
    ]


SPEAKS = {
    "either": [("x", 0, 17, Layer.LEXICAL), ("x", 18, 30, Layer.LEARNED)],
    "alone": [("x", 18, 30, Layer.LEARNED)],
    "confirms": [],
}


@pytest.mark.parametrize("decides", ["either", "alone", "confirms"])
def test_the_learned_layer_adds_replaces_or_confirms(decides: str) -> None:
    text = Text("We refund it now. We pay soon.")
    one = Part("x", "en", (Phrase("we refund it now", CLASSES),), learned=Learned("head", 0.6, decides))
    finder = SignalFinder([one])
    learned = {"head": [(0, 17, 0.2), (18, 30, 0.9)]}
    hits = merged(finder.find(text), learned, finder.learned, text)
    wanted = [(n, s, 16 if layer is Layer.LEXICAL else e, layer) for n, s, e, layer in SPEAKS[decides]]
    assert [(h.signal, h.start, h.end, h.layer) for h in hits] == wanted


def test_confirmed_hits_stay_and_silence_about_a_head_leaves_words_alone() -> None:
    text = Text("We refund it now.")
    finder = SignalFinder(
        [Part("x", "en", (Phrase("refund", CLASSES),), learned=Learned("head", 0.6, "confirms"))]
    )
    hits = finder.find(text)
    assert merged(hits, {"head": [(0, 17, 0.7)]}, finder.learned, text) == hits
    assert merged(hits, {"other": [(0, 17, 0.1)]}, finder.learned, text) == hits


def test_the_threshold_of_the_sentence_s_language_decides() -> None:
    text = Text("We pay. Мы платим.")
    parts = [
        Part("x", "en", learned=Learned("head", 0.9)),
        Part("x", "ru", learned=Learned("head", 0.3)),
    ]
    finder = SignalFinder(parts)
    learned = {"head": [(0, 7, 0.5), (8, 18, 0.5)]}
    assert [hit.start for hit in merged([], learned, finder.learned, text)] == [8]


def test_words_of_another_signal_spare_a_sentence_that_the_learned_layer_alone_hears() -> None:
    text = Text("We regret it. We refund it.")
    fake = Learned("head", 0.6, spared_by=("regret",))
    finder = SignalFinder(
        [
            Part("fake", "en", (Phrase("refund", CLASSES),), learned=fake),
            Part("regret", "en", (Phrase("regret", CLASSES),)),
        ]
    )
    learned, dropped = {"head": [(0, 13, 0.9), (14, 27, 0.9)]}, list[Dropped]()
    hits = merged(finder.find(text), learned, finder.learned, text, dropped)
    assert [(hit.signal, hit.start) for hit in hits] == [("regret", 3), ("fake", 17)]
    assert [(one.hit.signal, one.hit.start, one.mark, one.by) for one in dropped] == [
        ("fake", 0, "spared", "regret")
    ]


@pytest.mark.parametrize(
    ("sentence", "heard"),
    [
        ("Not us.", False),
        ("They did not.", False),
        ("Это были мы.", False),
        ("The lamp was fine.", True),
        ("All of it has been done for you.", True),
        ("Лампа была целой.", True),
    ],
)
def test_of_a_terse_answer_no_fault_is_heard_by_the_learned_layer_alone(sentence: str, heard: bool) -> None:
    fault, element = Learned("no-proving-right", 0.5), Learned("own-the-mistake", 0.5)
    finder = SignalFinder([Part("proving", "en", learned=fault), Part("owning", "en", learned=element)])
    learned = {head: [(0, len(sentence), 0.9)] for head in ("no-proving-right", "own-the-mistake")}
    dropped: list[Dropped] = []
    hits = merged([], learned, finder.learned, Text(sentence), dropped)
    assert {hit.signal for hit in hits} == ({"proving", "owning"} if heard else {"owning"})
    assert [(one.hit.signal, one.mark) for one in dropped] == ([] if heard else [("proving", "terse")])


PIECES = [
    "We are sorry. ",
    "You forgot it, because we hid it. ",
    "«You forgot it.» ",
    "not sorry\n",
    "You forgot? ",
    "sorry ",
    "\n\n",
    "> You forgot it.\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8))
@settings(max_examples=200, deadline=None)
def test_remembered_sentences_give_what_reading_anew_gives(pieces: list[str]) -> None:
    parts = [part("sorry"), part("you forgot _3", unless=("because we",), question=False)]
    text = Text("".join(pieces))
    known = [(hit.signal, hit.start, hit.end, hit.sentence) for hit in REMEMBERING.find(text)]
    for dropped in (None, []):
        anew = SignalFinder(parts).find(text, dropped)
        assert known == [(hit.signal, hit.start, hit.end, hit.sentence) for hit in anew]


REMEMBERING = SignalFinder([part("sorry"), part("you forgot _3", unless=("because we",), question=False)])


def test_only_a_hash_of_what_somebody_writes_is_remembered() -> None:
    finder = SignalFinder([part("sorry")])
    finder.find(Text("We are sorry, Zyxanna."))
    assert "Zyxanna" not in repr(finder._known)


def test_only_what_it_alone_decides_and_spoke_about_is_decided_by_the_learned_layer() -> None:
    text = Text("We pay. Мы платим.")
    speaks = {
        "alone": {"en": Learned("one", 0.5, "alone")},
        "either": {"en": Learned("one", 0.5, "either")},
        "unheard": {"en": Learned("two", 0.5, "alone")},
    }
    assert decided({"one": ()}, speaks, text) == {"alone"}


def test_what_stands_before_the_mark_that_ends_a_sentence_belongs_to_it() -> None:
    text = Text("The sum ___. [why] Other one 😀 Last")
    assert [sentence_at(text, text.raw.index(sign)) for sign in ("___", "[", "Other", "Last")] == [0, 1, 1, 2]
    assert sentence_at(Text("___"), 1) == 0
