"""The words of every language that the rules tell things by, from words/<language>.yaml."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from complaint_gift.text import wordfiles
from complaint_gift.text.wordfiles import BadWords, Vocabulary, any_of, warm

__all__ = ["BadWords", "Shape", "Vocabulary", "any_of", "read", "vocabulary", "warm"]

# Each is named after the module that asks for it.
_PARTS = (
    "amounts",
    "money",
    "privacy",
    "detectors",
    "slots",
    "kinds",
    "frequency",
    "overlap",
    "recall",
    "writer",
    "languages",
)


class Shape(wordfiles.Shape):
    """A regular expression of a rule: {name} stands for any entry of a list of its part."""

    def __init__(self, part: str, shape: str, flags: re.RegexFlag = re.I) -> None:
        super().__init__(lambda: vocabulary(), part, shape, flags)


@cache
def vocabulary() -> Vocabulary:
    """Every language there is."""
    return read(files("complaint_gift.rules").joinpath("words"))


def read(folder: Traversable) -> Vocabulary:
    """The languages of a folder in the order of their names. Raises BadWords."""
    return wordfiles.read(folder, "rules/words", _PARTS)
