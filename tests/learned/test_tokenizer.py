"""The fast tokenizer against the plain definition: the best path over the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.learned.tokenizer import BEGIN, END, LONGEST_WORD, SPACE, UNKNOWN, Tokenizer, normalise

SMALL = Tokenizer(["<s>", "<pad>", "</s>", "<unk>", SPACE, "a", "b", "ab", SPACE + "a", "жа", "ж", "😀"],
                  [0, 0, 0, 0, -3, -4, -4, -5, -4.5, -6, -7, -9])  # fmt: skip


def by_definition(tokenizer: Tokenizer, text: str) -> list[int]:
    """Viterbi over the whole text at once, spaces and all."""
    line = SPACE + normalise(text).replace(" ", SPACE)
    known = tokenizer._known
    best: list[tuple[float, list[int]] | None] = [(0.0, [])] + [None] * len(line)
    for start in range(len(line)):
        if (here := best[start]) is None:
            continue
        for end in range(start + 1, len(line) + 1):
            found = known.get(line[start:end])
            if found is None and end == start + 1:
                found = (UNKNOWN, tokenizer._unknown_score)
            if found is not None:
                total = here[0] + found[1]
                if (there := best[end]) is None or total > there[0]:
                    best[end] = (total, [*here[1], found[0]])
    last = best[-1]
    assert last is not None
    return [BEGIN, *last[1], END]


def test_pieces_of_our_texts_are_those_of_the_definition(tokenizer: Tokenizer, some_texts: list[str]) -> None:
    for text in some_texts:
        text = text[:300]
        assert tokenizer.ids(text, 10_000) == by_definition(tokenizer, text), text


@given(st.text("abж😀 \n\u200bx", max_size=40))
def test_pieces_of_any_text_are_those_of_the_definition(text: str) -> None:
    if normalise(text):
        assert SMALL.ids(text, 10_000) == by_definition(SMALL, text)


def test_known_words_are_few_pieces(tokenizer: Tokenizer) -> None:
    for text in ("Приносим извинения за задержку", "We are sorry for the delay", "пересортица недопоставка"):
        ids = tokenizer.ids(text)
        assert UNKNOWN not in ids
        assert len(ids) - 2 <= 3 * len(text.split())


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\x01"])
def test_nothing_gives_begin_and_end_and_no_unknown(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.ids(text)
    assert (ids[0], ids[-1]) == (BEGIN, END)
    assert UNKNOWN not in ids


def test_length_stays_within_the_limit(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.ids("слово " * 500, 96)) == 96


def test_a_wall_of_letters_takes_no_longer_than_its_limit_needs(tokenizer: Tokenizer) -> None:
    ids = tokenizer.ids("ъ" * 200_000, 96)
    assert len(ids) == 96
    assert LONGEST_WORD < 200_000


def test_compatibility_forms_and_odd_spaces_become_plain() -> None:
    assert normalise("ﬁne\u00a0 \u200bday\x07\n№") == "fine day No"


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    ids = SMALL.ids(text)
    assert ids[0] == BEGIN
    assert ids[-1] == END
