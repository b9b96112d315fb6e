"""The small words on which the sense of a clause turns: what denies it, what it hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from complaint_gift.text.wordfiles import BadWords, Vocabulary


@dataclass(frozen=True, slots=True)
class SmallWords:
    """Those of all languages together."""

    clause: frozenset[str]
    condition: frozenset[str]
    negators: frozenset[str]
    bare: frozenset[str]
    of_things: frozenset[str]  # deny a thing («без воды»), never what somebody does
    shield: frozenset[str]
    number: frozenset[str]
    would: frozenset[str]
    not_really: frozenset[tuple[str, str]]
    would_have: frozenset[tuple[str, str]]


@cache
def small_words(words: Vocabulary) -> SmallWords:
    """Raises BadWords for a pair of words that is none."""
    names = ("clause", "condition", "negators", "bare", "of_things", "shield", "number", "would")
    return SmallWords(
        **{name: words.words["tokens", name] for name in names},
        not_really=_pairs(words, "not_really"),
        would_have=_pairs(words, "would_have"),
    )


def _pairs(words: Vocabulary, name: str) -> frozenset[tuple[str, str]]:
    found = []
    for entry in words.lists["tokens", name]:
        first, _, second = entry.partition(" ")
        if not first or not second or " " in second:
            raise BadWords(f"text/languages, tokens.{name}: {entry!r} has to be two words")
        found.append((first, second))
    return frozenset(found)
