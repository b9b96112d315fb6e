"""A word that goes with a number has the form that people of each language use."""

import pytest

from complaint_gift.text.plurals import choose_plural


@pytest.mark.parametrize(
    ("count", "form"),
    [(0, "часов"), (1, "час"), (2, "часа"), (4, "часа"), (5, "часов"), (11, "часов"), (12, "часов"),
     (14, "часов"), (20, "часов"), (21, "час"), (22, "часа"), (25, "часов"), (101, "час"), (111, "часов"),
     (112, "часов")],
)  # fmt: skip
def test_russian_has_three_forms(count: int, form: str) -> None:
    assert choose_plural(count, "ru", ("час", "часа", "часов")) == form


@pytest.mark.parametrize(("count", "form"), [(0, "hours"), (1, "hour"), (2, "hours"), (21, "hours")])
def test_english_has_two(count: int, form: str) -> None:
    assert choose_plural(count, "en", ("hour", "hours")) == form
