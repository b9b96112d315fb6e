"""What two texts have in common: the words that carry meaning, and how alike whole texts are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from complaint_gift.rules.frequency import common
from complaint_gift.rules.kinds import kinds_of
from complaint_gift.rules.vocabulary import Vocabulary, vocabulary
from complaint_gift.text import Text, Word, lemmas, words_of

_SHORTEST = 3
_STEM = 5
_SLOT = "\0"
_LONG_ENOUGH = 9  # pairs
_COUNTS = range(4, 51)  # numbers in words that say something; one to three are in every text


def meaning(text: Text, stop: frozenset[str] = frozenset(), *, own_words: bool = True) -> dict[str, set[int]]:
    """Lemmas, numbers and names that say what a text is about, each with the positions where it stands.

    With `own_words` quoted words are left out.
    """
    found: dict[str, set[int]] = {}
    for position, word in enumerate(text.words):
        if word is None or (own_words and text.quotes and text.is_quoted(position)):
            continue
        for key in keys_of(word):
            if key not in stop:
                found.setdefault(key, set()).add(position)
    return found


@lru_cache(maxsize=20_000)
def keys_of(word: Word) -> frozenset[str]:
    """The lemmas under which a word counts as content; none for words without meaning of their own."""
    form = word.form
    if word.kind == "number":
        return frozenset((re.sub(r"\D", "", form) or form,))
    counts, empty = _known(vocabulary())
    if form in counts:
        return frozenset((counts[form],))
    if word.kind != "word" or len(form) < _SHORTEST or form in empty:
        return frozenset()
    heads = lemmas(form)
    if not heads.isdisjoint(empty):
        return frozenset()
    return frozenset(_stem(head) for head in heads - {form} or heads)


@cache
def _known(words: Vocabulary) -> tuple[dict[str, str], frozenset[str]]:
    """Numbers in words with their digits, and what every reply says, whatever the complaint is about."""
    counts = {word: str(int(one)) for word, one in words.numbers["numbers"].items() if one in _COUNTS}
    return counts, words.words["overlap", "empty"] | common(words)


def _stem(lemma: str) -> str:
    """Close words count as the same: deliver and delivery, опоздать and опоздание."""
    return lemma[:_STEM]


def specifics(text: Text, stop: frozenset[str]) -> set[str]:
    """The words of a reply that say something about this very case; names do not."""
    found: set[str] = set()
    for position, word in enumerate(text.words):
        if word is not None and "name" not in kinds_of(word) and not text.is_quoted(position):
            found.update(key for key in keys_of(word) if key not in stop)
    return found


def words_key(words: Iterable[str]) -> frozenset[str]:
    """The keys of a list of words, for stop lists."""
    return frozenset(key for raw in words for word in words_of(raw) for key in (*keys_of(word), word.form))


@lru_cache(maxsize=2_000)
def shingles(text: str) -> frozenset[tuple[str, str]]:
    """Pairs of neighbouring words with names and numbers blanked, so that filled templates look alike."""
    return frozenset(pairwise(_blanked(text)))


def _blanked(raw: str) -> list[str]:
    forms: list[str] = []
    for word in Text(raw).words:
        if word is None:
            continue
        if word.kind in ("number", "url", "mail", "mention") or "name" in kinds_of(word):
            if forms and forms[-1] == _SLOT:
                continue
            forms.append(_SLOT)
        else:
            forms.append(word.form)
    return forms


def likeness(one: str, other: str) -> float:
    """0 to 1: the share of word pairs that two texts have in common, names and numbers apart.

    Where a longer reply that makes up half of `one` is inside it, the share of that reply counts.
    """
    a, b = shingles(one), shingles(other)
    if not a or not b:
        return 0.0
    common = len(a & b)
    whole = common / len(b) if len(b) >= max(_LONG_ENOUGH, len(a) / 2) else 0.0
    return max(common / len(a | b), whole)
