"""The words of every language that people are shown in a rule's text, from words/<language>.yaml."""

from __future__ import annotations

from complaint_gift.text.wordfiles import WordFolder

# Named after the module that asks for it.
WORDS = WordFolder("complaint_gift.playbook", "words", shown=("rendering", "dates"))
vocabulary = WORDS.vocabulary
