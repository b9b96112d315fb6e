"""The words of every language by which a case is worked on, from words/<language>.yaml."""

from __future__ import annotations

from functools import partial

from complaint_gift.text import wordfiles

# Each part is named after the module that asks for it.
WORDS = wordfiles.WordFolder("complaint_gift.service", "words", ("turns", "people"))
vocabulary = WORDS.vocabulary
Shape = partial(wordfiles.Shape, vocabulary)
