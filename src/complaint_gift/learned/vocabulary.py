"""The words of every language by which names and sentences are told, from languages/<language>.yaml."""

from __future__ import annotations

from complaint_gift.text.wordfiles import WordFolder

# Each part is named after the module that asks for it.
WORDS = WordFolder("complaint_gift.learned", "languages", ("sentences", "colleagues"))
PLACE = WORDS.place
vocabulary = WORDS.vocabulary
