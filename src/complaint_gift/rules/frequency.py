"""How often a word is expected in a reply: decides under which part a phrase is indexed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from complaint_gift.rules.phrases import Atom
from complaint_gift.rules.vocabulary import Vocabulary, vocabulary

_KINDS = {"number": 40.0, "name": 60.0, "money": 10.0, "time": 8.0, "date": 4.0, "caps": 8.0}


def weight(atom: Atom) -> float:
    """A rough count of texts, in a hundred, that hold the word."""
    how, _, value = atom.partition(":")
    if how in ("word", "exact"):
        return _weights(vocabulary()).get(value, 1.0)
    if how == "prefix":
        return 2.0 if len(value) > 3 else 20.0
    if how == "suffix":
        return 150.0
    if how == "any":
        return 1000.0
    return _KINDS.get(value, 3.0)


def common(words: Vocabulary) -> frozenset[str]:
    """Words so frequent that they say nothing about a text."""
    return frozenset(_weights(words))


@cache
def _weights(words: Vocabulary) -> Mapping[str, float]:
    many, nearly_all = (words.words["frequency", name] for name in ("common", "everywhere"))
    return dict.fromkeys(many, 30.0) | dict.fromkeys(nearly_all, 100.0)
