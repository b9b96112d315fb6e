"""Word lists as they read best: one string, spaces in between."""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    """The words of a list that is separated by white space."""
    return frozenset(words.split())
