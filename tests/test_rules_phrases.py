"""The phrase grammar: what it matches, what it refuses, and that it never lies about either."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.rules.lexicon import Lexicon, check_size
from complaint_gift.rules.matching import Reading
from complaint_gift.rules.phrases import BadPhrase, Classes, parse
from complaint_gift.rules.specimen import specimen
from complaint_gift.text import Text

CLASSES = Classes(
    {
        "we": ["we", "i"],
        "money": ["euro", "€", "per cent"],
        "day": ["monday", "friday"],
        "sorry": ["sorry", "@we regret"],
    }
)


def found(phrase: str, text: str, language: str = "en") -> list[str]:
    """The words that the phrase matches."""
    lexicon = Lexicon()
    pattern = lexicon.add(parse(phrase, CLASSES), language)
    read = Text(text)
    matches = Reading(read, lexicon).matches(pattern)
    return [text[read.starts[m.start] : read.ends[m.end - 1]] for m in matches]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        # any form of a dictionary form, only itself for an inflected word
        ("refund", "We refunded you.", ["refunded"]),
        ("refunded", "We refund you.", []),
        ("вернуть", "Мы вернём деньги, уже вернули.", ["вернём", "вернули"]),
        ("вернём", "Мы вернули, вернем ещё.", ["вернем"]),
        ("наш вина", "по нашей вине", ["нашей вине"]),
        ("=мы", "нас и мы", ["мы"]),
        ("we", "us and we", ["we"]),
        # beginnings, endings, anything
        ("refund*", "refundable refunding fund", ["refundable", "refunding"]),
        ("*ли", "мы забыли про вас", ["забыли"]),
        ("at * cost", "at our cost", ["at our cost"]),
        # choices, nested and with several words
        ("our (fault|bad luck)", "our bad luck, our fault", ["our bad luck", "our fault"]),
        ("(you (booked|chose)|not ours)", "you chose it, it is not ours", ["you chose", "not ours"]),
        ("(a|b (c|d))", "b d", ["b d"]),
        # optional words
        ("not (be)? refunded", "not refunded, not be refunded", ["not refunded", "not be refunded"]),
        ("very? sorry", "very sorry", ["very sorry", "sorry"]),
        # gaps
        ("you _2 wrong", "you are so wrong", ["you are so wrong"]),
        ("you _1 wrong", "you are so wrong", []),
        ("wrong _2", "wrong from the very start", ["wrong from the"]),
        ("_2 wrong", "this was all wrong", ["was all wrong"]),
        ("wrong _", "wrong a b c d", ["wrong a b c"]),
        ("you _5 wrong", "you. That is wrong", []),
        ("take (_3 down|away)", "take it all down", ["take it all down"]),
        # edges and marks
        ("^ sorry", "sorry, we are sorry", ["sorry"]),
        ("sorry $", "sorry, we are sorry", ["sorry"]),
        ("sorry =?", "sorry? We are sorry.", ["sorry"]),
        ("sorry =, but", "sorry but, sorry, but", ["sorry, but"]),
        ("thanks (but|$)", "thanks. no thanks to you", ["thanks"]),
        ("sorry but", "Sorry, but no.", ["Sorry, but"]),
        # classes and kinds
        ("@we forgot", "i forgot", ["i forgot"]),
        ("#number @money", "45 euros and 3 € and 4 per cent", ["45 euros", "3 €", "4 per cent"]),
        ("@sorry", "We regret it", ["We regret"]),
        ("call #name", "call Irina or call Monday", ["call Irina"]),
        ("at #time", "at 18:00", ["at 18:00"]),
        ("#mail", "write to a.b@c.example now", ["a.b@c.example"]),
        ("#url", "see https://a.example/b, please", ["https://a.example/b"]),
        ("#shall", "вернём, заменим, отдам, верните, вернули, вернуть, дам", ["вернём", "заменим", "отдам"]),
        ("will _2 #verb", "we will also grit it, will soon not", ["will also grit"]),
        ("#will", "мастер заменит, акция закончится, договор расторгнут, мы вернём", ["заменит"]),
        # contractions are two words on both sides
        ("do not", "we don't", ["don't"]),
        ("can't refund", "we cannot refund", ["cannot refund"]),
    ],
)
def test_phrase_matches(phrase: str, text: str, words: list[str]) -> None:
    assert found(phrase, text) == words


@pytest.mark.parametrize(
    ("phrase", "column", "remedy"),
    [
        ("(a|b", 0, "Close it"),
        ("a)", 1, "Remove"),
        ("a | b", 2, "brackets"),
        ("(a||b)", 3, "extra"),
        ("()", 1, "extra"),
        ("? a", 0, "=?"),
        ("a _x", 2, "_1"),
        ("a _0", 2, "_1"),
        ("a _99", 2, "_1"),
        ("@nobody", 0, "@money"),
        ("#nothing", 0, "#number"),
        ("жд[её]м", 0, "regex"),
        ("a+", 0, "regex"),
        ("root_cause", 0, "regex"),
        ("_3", 0, "at least one word"),
        ("", 0, "at least one word"),
        ("^ $", 0, "at least one word"),
        ("a ((((((b))))))", 7, "several phrases"),
        ("ref*und", 0, "regex"),
        ("a &", 2, ""),
    ],
)
def test_a_phrase_that_cannot_be_read_says_where_and_what_to_do(
    phrase: str, column: int, remedy: str
) -> None:
    if phrase == "a &":  # a sign that is a token of its own is fine
        assert parse(phrase, CLASSES)
        return
    with pytest.raises(BadPhrase) as caught:
        parse(phrase, CLASSES)
    assert caught.value.column == column
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("phrase", ["a?", "(a|b)? _3", "^ x? $", "(a|^)"])
def test_a_phrase_without_a_compulsory_word_is_refused(phrase: str) -> None:
    with pytest.raises(BadPhrase, match="optional"):
        check_size(parse(phrase, CLASSES))


def test_a_choice_that_explodes_is_refused() -> None:
    wide = "(" + "|".join(f"a{n} b{n}" for n in range(20)) + ")"
    with pytest.raises(BadPhrase, match="combinations"):
        check_size(parse(f"({wide} {wide} {wide} {wide})", CLASSES))


def test_a_long_gap_inside_brackets_is_refused() -> None:
    with pytest.raises(BadPhrase, match="gap of 9"):
        check_size(parse("(a _9 b|c)", CLASSES))


def test_a_class_that_contains_itself_is_refused() -> None:
    with pytest.raises(BadPhrase, match="contains itself"):
        parse("@a", Classes({"a": ["@b"], "b": ["@a"]}))


WORD = st.sampled_from(
    ["sorry", "we", "refund", "you", "вернуть", "мы", "=but", "pay*", "#number", "@we", "(a|b c)", "very?"]
)
PHRASE = st.lists(st.one_of(WORD, st.sampled_from(["_2", "_", "_4"])), min_size=1, max_size=6).map(" ".join)


@given(PHRASE)
@settings(max_examples=200, deadline=None)
def test_a_phrase_matches_the_text_made_from_its_own_words(phrase: str) -> None:
    try:
        nodes = parse(phrase, CLASSES)
        check_size(nodes)
    except BadPhrase:
        return
    assert found(phrase, specimen(nodes))


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_string_is_a_phrase_or_refused_in_words(phrase: str) -> None:
    refused = None
    try:
        nodes = parse(phrase, CLASSES)
        check_size(nodes)
        Lexicon().add(nodes)
    except BadPhrase as error:
        refused = error
    assert refused is None or (0 <= refused.column <= len(phrase) and refused.remedy)


@given(
    PHRASE,
    st.lists(
        st.sampled_from(["sorry", "we", "refund", "you", "but", "paying", "7", ".", ",", "a", "b", "c"]),
        max_size=12,
    ),
)
@settings(max_examples=200, deadline=None)
def test_matching_many_phrases_at_once_finds_what_matching_one_finds(phrase: str, words: list[str]) -> None:
    text = " ".join(words)
    try:
        nodes = parse(phrase, CLASSES)
        lexicon = Lexicon()
        pattern = lexicon.add(nodes)
        for other in ("sorry _2 you", "we (refund|pay*)", "@we very? sorry"):
            lexicon.add(parse(other, CLASSES))
    except BadPhrase:
        return
    reading = Reading(Text(text), lexicon)
    assert (pattern in reading.candidates() and bool(reading.matches(pattern))) is bool(found(phrase, text))
