"""The words of every language that the rules tell things by, from words/<language>.yaml."""

from __future__ import annotations

from functools import partial

from complaint_gift.text import wordfiles
from complaint_gift.text.wordfiles import BadWords, Vocabulary, any_of, warm

__all__ = ["WORDS", "BadWords", "Shape", "Vocabulary", "any_of", "read", "vocabulary", "warm"]

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

WORDS = wordfiles.WordFolder("complaint_gift.rules", "words", _PARTS)
vocabulary = WORDS.vocabulary
read = WORDS.read
Shape = partial(wordfiles.Shape, vocabulary)
