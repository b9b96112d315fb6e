"""The words of every language by which a text is read, from languages/<language>.yaml."""

from __future__ import annotations

from functools import partial

from complaint_gift.text import wordfiles

# Each is named after the module that asks for it.
WORDS = wordfiles.WordFolder(
    "complaint_gift.text", "languages", ("history", "sentences", "tokens", "words", "lemmas")
)
vocabulary = WORDS.vocabulary
read = WORDS.read
Shape = partial(wordfiles.Shape, vocabulary)
