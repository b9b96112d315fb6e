"""Texts and expressions of stock words."""

import pytest
from growth import require_linear_in

from complaint_gift.learned.wording import Expressions, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ещё раз: «НЕТ»!", ' еще раз " нет " . '),
        ("I don’t, ok?", " i don't ok ? "),
        ("5,000 at 8.30", " 5,000 at 830 "),
        ("", "  "),
        ("\ud800 a", " a "),
    ],
)
def test_a_text_becomes_tokens(text: str, expected: str) -> None:
    assert plain(text).text == expected


@pytest.mark.parametrize(
    ("expression", "text", "is_found"),
    [
        ("court*", "Courts are slow", True),
        ("court", "The courtyard", False),
        ("go _2 court", "I go to the court", True),
        ("go _2 court", "I go to the very old court", False),
        ("go _2 court", "I go. The court is near", False),
        ("(tennis|food)* hall", "foodie hall", True),
        ("in @soon", "in June", True),
        ("# days", "12 days", True),
    ],
)
def test_an_expression_keeps_to_its_words(expression: str, text: str, is_found: bool) -> None:
    assert Expressions([expression], {"soon": "may|june"}).found(plain(text).text) == is_found


def test_a_hit_is_found_again_in_the_original() -> None:
    text = "Увы, Не  Работает!"
    read = plain(text)
    (start, end), *_ = Expressions(["не работает"]).spans(read.text)
    first, last = read.original(start, end)
    assert text[first:last] == "Не  Работает"


def test_nothing_is_found_without_expressions() -> None:
    nothing = Expressions(())
    assert not nothing
    assert not nothing.found(" a ")
    assert list(nothing.spans(" a ")) == []
    assert nothing.without(" a ") == " a "


@pytest.mark.parametrize("text", ["не " * 5000, "a" * 20000, '"' * 20000, "to go to " * 3000, "Aa " * 6000])
def test_hostile_text_takes_no_time(text: str) -> None:
    found = Expressions(["(go|to|не)* _9 (court|суд)"])
    assert not found.found(plain(text).text)
    require_linear_in(lambda given: found.found(plain(given).text), text)
