"""Which languages a text is read in.

English and every language with an alphabet of its own are always looked for, since their words cannot be
mistaken for one another's. Another language in Latin letters takes part where the text sounds like it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from complaint_gift.rules.signals import Part
from complaint_gift.text import Text, fold, is_cyrillic
from complaint_gift.text.lemmas import is_dictionary_word

_WORD = re.compile(r"[^\W\d_]{3,}")
_ENOUGH = 2  # words, and this share of all the words of the text
_SHARE = 0.1


class Languages:
    """The languages of a playbook. `always` take part in every text."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = list(parts)
        languages = {part.language for part in self._parts}
        own_alphabet = {part.language for part in self._parts if _has_own_alphabet(part)}
        self.always = frozenset(
            language for language in languages if language == "en" or language in own_alphabet
        )
        self._others = languages - self.always

    def of(self, text: Text, hint: str = "") -> frozenset[str]:
        """The languages to read this text in; `hint` is a language that is known to be in it."""
        if not self._others:
            return self.always
        forms = {word.form for word in text.words if word is not None}
        enough = max(_ENOUGH, len(forms) * _SHARE)
        heard = {
            language
            for language in self._others
            if language == hint or len(forms & self._vocabularies[language]) >= enough
        }
        return self.always | heard if heard else self.always

    @cached_property
    def _vocabularies(self) -> dict[str, frozenset[str]]:
        """The words of the phrases of each other language that are not English too."""
        found: dict[str, set[str]] = {language: set() for language in self._others}
        for part in self._parts:
            if part.language in found:
                for phrase in part.phrases:
                    found[part.language].update(map(fold, _WORD.findall(phrase.text)))
        return {
            language: frozenset(word for word in words if not is_dictionary_word(word))
            for language, words in found.items()
        }


def _has_own_alphabet(part: Part) -> bool:
    first = next((letters for phrase in part.phrases for letters in _WORD.findall(phrase.text)), "")
    return bool(first) and is_cyrillic(fold(first))
