"""The form of a word that goes with a number."""

from __future__ import annotations

from collections.abc import Sequence


def choose_plural(count: int, language: str, forms: Sequence[str]) -> str:
    """The form that goes with a number: English one / many, Russian one / few / many (CLDR)."""
    if language != "ru":
        return forms[0] if count == 1 else forms[-1]
    tens, ones = count % 100, count % 10
    if ones == 1 and tens != 11:
        return forms[0]
    if 2 <= ones <= 4 and not 12 <= tens <= 14:
        return forms[1]
    return forms[-1]
