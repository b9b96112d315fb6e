"""Where the tagger's sentences begin and end."""

import itertools

import pytest
from growth import STEP, require_linear
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.learned.passages import LONGEST as LONGEST_PASSAGE
from complaint_gift.learned.passages import MOST, passages
from complaint_gift.learned.sentences import LONGEST, split


def parts(text: str) -> list[str]:
    return [text[a:b] for a, b in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Ann! We are sorry. Bye", ["Hi Ann!", "We are sorry.", "Bye"]),
        ("Dear Mr. Hale,\nwe were late.", ["Dear Mr. Hale,", "we were late."]),
        ("Ждём до 12.05, т.е. завтра. Спасибо!", ["Ждём до 12.05, т.е. завтра.", "Спасибо!"]),
        ("Здравствуйте, г. Иванов! Это ул. Мира, д. 5.", ["Здравствуйте, г. Иванов!", "Это ул. Мира, д. 5."]),
        ("Простите... мы не успели", ["Простите... мы не успели"]),
        ("Спасибо! 😀 Ждём", ["Спасибо! 😀", "Ждём"]),
        (
            "Не наш уровень 🙈 Приходите )) Ждём :) анна",
            ["Не наш уровень 🙈", "Приходите ))", "Ждём :) анна"],
        ),
        ("ок :)\n\n- С уважением", ["ок :)", "- С уважением"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_text_is_parted_as_people_read_it(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_a_wall_of_text_is_cut_at_spaces() -> None:
    found = parts("слово " * 400)
    assert len(found) > 3
    assert all(len(part) <= LONGEST and part.endswith("слово") for part in found)


@given(st.text("aЖ .!?…\n😀)»1", max_size=300))
def test_spans_are_ordered_apart_and_hold_every_letter(text: str) -> None:
    spans = split(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    outside = set(range(len(text))) - {at for a, b in spans for at in range(a, b)}
    assert all(text[at].isspace() for at in outside)


@given(st.text("aЖ .!?\n", max_size=4000))
def test_passages_are_whole_sentences_and_few(text: str) -> None:
    found = passages(text)
    assert len(found) <= MOST
    edges = {edge for span in split(text) for edge in span}
    assert all(a in edges and b in edges for a, b in found)
    assert all(b - a <= max(LONGEST_PASSAGE, LONGEST) for a, b in found)


@pytest.mark.parametrize(
    ("before", "again", "after"),
    [("a", " b.", ""), ("", ".", "a"), ("", ")", "a"), (".", ")", "a"), ("", "😡", "a"), ("", "a. ", "")],
)
def test_a_text_made_to_hurt_is_parted_in_time_that_grows_with_its_length(
    before: str, again: str, after: str
) -> None:
    def part(length: int) -> None:
        split(before * length + again * length + after)

    require_linear(part, 1_000, 1_000 * STEP)
