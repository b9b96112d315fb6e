"""Which languages a text is read in.

A language with an alphabet of its own takes part where its letters occur, English where there are Latin
words. Another language in Latin letters takes part where the text sounds like it. The rest costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from complaint_gift.rules.signals import Part
from complaint_gift.rules.writer import language_of, script
from complaint_gift.text import Text, fold, is_cyrillic
from complaint_gift.text.lemmas import is_dictionary_word
from complaint_gift.text.once import Once

_WORD = re.compile(r"[^\W\d_]{3,}")
_KIND = re.compile(r"#\w+")
_ENOUGH = 2  # words, and this share of all the words of the text
_SHARE = 0.1
_LATIN_TEXT = 3  # Latin words; fewer are names and brands in a text of another alphabet
_STRANGE = re.compile(r"[^\W\d_\u0000-\u024f\u0400-\u04ff]")  # letters neither Latin nor Cyrillic
_NOT_RUSSIAN = re.compile("[\u0400\u0402-\u040f\u0450\u0452-\u04ff]")  # Cyrillic letters of other languages
_OWN_LETTERS = 2  # of them, and one in fifty; fewer stand in names, or in place of Latin ones
_CODE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_SENTENCE = 3  # words; fewer tell no language
_ENGLISH, _FOREIGN = 0.6, 0.4  # of the words of a sentence are English ones: at least, at most


class Languages:
    """The languages of a playbook."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = list(parts)
        languages = {part.language for part in self._parts}
        self._own = frozenset(part.language for part in self._parts if _has_own_alphabet(part))
        self._others = frozenset(languages - self._own - {"en"})
        self.every = frozenset(languages)

    def of(self, text: Text, hint: str = "") -> frozenset[str]:
        """The languages to read this text in; `hint` is a language that is known to be in it."""
        forms, latin = text.forms, text.latin
        found = set(self._own) if len(latin) < len(forms) or hint in self._own else set()
        if len(latin) >= _LATIN_TEXT or hint == "en" or not latin.isdisjoint(self._vocabularies["en"]):
            found.add("en")
        enough = max(_ENOUGH, len(forms) * _SHARE)
        for language in self._others:
            if language == hint or len(latin & self._vocabularies[language]) >= enough:
                found.add(language)
        return frozenset(found)

    def told(self, text: Text, hint: str = "") -> str:
        """The code that the hint begins with, else the one language, other than English, of the whole text.

        "" where that cannot be said: in English, in another alphabet, in a text of two languages.
        """
        code = _CODE.fullmatch(hint.strip())
        if code is not None:
            return code[1].lower()
        forms = text.forms
        if len(forms) < _SENTENCE:
            return ""
        counts = {language: len(forms & self._vocabularies[language]) for language in self._others}
        language = max(sorted(counts), key=lambda one: counts[one], default="")
        if counts.get(language, 0) < max(_ENOUGH, len(forms) * _SHARE):
            if len(text.latin) * 2 < len(forms):
                return ""
            english = _english(text.latin)
            # The common case first: to count letters takes a while, a vote more than all rules together.
            if english >= len(forms) * _ENGLISH or script(text.raw) != "en":
                return ""
            voted = language_of(text.raw)
            if voted in ("", "en") and english > len(forms) * _FOREIGN:
                return ""
            language = language if counts.get(language) else voted
        return language if all(self._is_in(language, one) for one in _by_sentence(text)) else ""

    def foreign(self, text: Text) -> str:
        """The language of a text in neither English nor Russian, "?" where only that can be told; else "".

        The text alone decides: a customer whose account is French may well be answered in English.
        """
        strange, own = len(_STRANGE.findall(text.raw)), len(_NOT_RUSSIAN.findall(text.raw))
        if strange or own:
            letters = sum(map(str.isalpha, text.raw))
            is_kin = own >= max(_OWN_LETTERS, letters // 50) and script(text.raw) == "ru"
            if strange * 2 > letters or is_kin:
                return "?"
        told = self.told(text)
        return "" if told in ("en", "ru") else told

    def reads(self, names: Iterable[str], language: str) -> bool:
        """Whether one of these signals, or without any the playbook, has words of a language."""
        wanted = frozenset(names)
        return any(
            part.language == language and (not wanted or part.signal in wanted) for part in self._parts
        )

    def _is_in(self, language: str, forms: list[str]) -> bool:
        """Whether nothing speaks against a sentence being in this language."""
        if len(forms) < _SENTENCE:
            return True
        if sum(map(is_cyrillic, forms)) * 2 > len(forms):
            return False
        vocabulary = self._vocabularies.get(language, frozenset())
        own = [form for form in forms if form in vocabulary]
        english = _english(forms)
        return english < len(forms) * _ENGLISH or len(own) * 2 > english

    def latin(self, languages: frozenset[str]) -> list[str]:
        """Whose word forms Latin words are looked up in."""
        return sorted(languages - self._own | {"en"})

    def reduced(self, part: Part) -> Part:
        """What of a part holds in a text of any language: kinds of tokens, detectors, the learned layer."""
        phrases, unless = (
            tuple(phrase for phrase in phrases if not _names_words(phrase.text))
            for phrases in (part.phrases, part.unless)
        )
        return replace(part, phrases=phrases, unless=unless)

    @Once
    def _vocabularies(self) -> dict[str, frozenset[str]]:
        """The words of phrases, by language in Latin letters; beside English without English words."""
        found: dict[str, set[str]] = {language: set() for language in (*self._others, "en")}
        for part in self._parts:
            if part.language in found:
                for phrase in part.phrases:
                    found[part.language].update(map(fold, _WORD.findall(phrase.vocabulary)))
        return {
            language: frozenset(word for word in words if language == "en" or not is_dictionary_word(word))
            for language, words in found.items()
        }


def _by_sentence(text: Text) -> Iterable[list[str]]:
    found: dict[int, list[str]] = {}
    for word, sentence in zip(text.words, text.sentences, strict=True):
        if word is not None and word.kind == "word":
            found.setdefault(sentence, []).append(word.form)
    return found.values()


def _english(forms: Iterable[str]) -> int:
    """How many words an English dictionary lists."""
    return sum(not is_cyrillic(form) and is_dictionary_word(form) for form in forms)


def _names_words(phrase: str) -> bool:
    return any(char.isalpha() for char in _KIND.sub("", phrase))


def _has_own_alphabet(part: Part) -> bool:
    phrases = (*part.phrases, *part.unless)
    first = next((letters for phrase in phrases for letters in _WORD.findall(phrase.text)), "")
    return bool(first) and is_cyrillic(fold(first))
