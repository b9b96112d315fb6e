"""The words of every language by which a text is read, from languages/<language>.yaml."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from complaint_gift.text import wordfiles
from complaint_gift.text.wordfiles import Vocabulary

# Each is named after the module that asks for it.
_PARTS = ("history", "sentences", "tokens", "words", "lemmas")


class Shape(wordfiles.Shape):
    """A regular expression of a module: {name} stands for any entry of a list of its part."""

    def __init__(self, part: str, shape: str, flags: re.RegexFlag = re.I) -> None:
        super().__init__(lambda: vocabulary(), part, shape, flags)


@cache
def vocabulary() -> Vocabulary:
    """Every language there is."""
    return read(files("complaint_gift.text").joinpath("languages"))


def read(folder: Traversable) -> Vocabulary:
    """The languages of a folder in the order of their names. Raises BadWords."""
    return wordfiles.read(folder, "text/languages", _PARTS)
