"""Word forms and their dictionary forms: pymorphy3 for Russian, simplemma for every other language.

Both dictionaries load on first use only, so that starting costs nothing.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from complaint_gift.text.listing import listed
from complaint_gift.text.vocabulary import vocabulary

_LONGEST = 40
_NAMES = ("Name", "Patr", "Surn")
_SHORT = ("ADJS", "PRTS")
_PREDICATES = ("VERB", "INFN", *_SHORT)
_CYRILLIC_LANGUAGES = listed("ru uk be bg sr mk kk")


def is_cyrillic(form: str) -> bool:
    """Whether the word is written in Cyrillic letters (its first letter decides)."""
    return "\u0400" <= form[:1] <= "\u04ff"


class _Russian:
    """The dictionary of pymorphy3 without its guesses: an unknown word is only itself, and costs nothing."""

    def __init__(self) -> None:
        import pymorphy3  # type: ignore[import-untyped]

        analyser = pymorphy3.MorphAnalyzer(lang="ru")
        self._analyser = analyser
        self._dictionary = analyser.dictionary
        self._substitutes = analyser.char_substitutes

    def heads(self, form: str) -> set[str]:
        """Dictionary forms, ё as е."""
        build = self._dictionary.build_normal_form
        found = self._dictionary.words.similar_items(form, self._substitutes)
        return {build(para, at, word).replace("ё", "е") for word, parses in found for para, at in parses}

    def is_name(self, form: str) -> bool:
        """Whether every reading of the form is a first name, a patronymic or a surname."""
        tags = self._tags(form)
        return bool(tags) and all(any(kind in tag for kind in _NAMES) for tag in tags)

    def _tags(self, form: str) -> list[str]:
        """The grammar of every reading of a form."""
        return [
            str(self._dictionary.build_tag_info(para, at))
            for _, parses in self._dictionary.words.similar_items(form, self._substitutes)
            for para, at in parses
        ]

    def future(self, form: str) -> str:
        """The person of the perfective future that a form is, unless it may be another word; see `future`."""
        tags = self._tags(form)
        persons = {_person(tag) for tag in tags if not tag.startswith(_SHORT)}
        person = persons.pop() if len(persons) == 1 else ""
        # «Заменим» is "can be replaced" as well, which nobody says; «расторгнут» is mostly "is dissolved".
        is_short = any(tag.startswith(_SHORT) for tag in tags)
        return "" if is_short and person == "third" else person

    def is_predicate(self, form: str) -> bool:
        """Whether every reading of the form tells what is done or how something is; see `is_predicate`."""
        tags = self._tags(form)
        return bool(tags) and all(tag.startswith(_PREDICATES) for tag in tags)

    def bearers(self, form: str) -> tuple[str, ...]:
        """The names, as their bearers are called, that a form can be of; the likelier ones first."""
        read = [one for one in self._analyser.parse(form) if one.is_known and "sing" in one.tag]
        named = [one for one in read if any(kind in str(one.tag) for kind in _NAMES)]
        bent = [one for one in named if "Fixd" not in one.tag] or named
        if any("nomn" in one.tag for one in bent):
            return (form,)
        called = (one.inflect({"nomn"}) for one in bent)
        return tuple(dict.fromkeys(one.word for one in called if one is not None))


def _person(tag: str) -> str:
    """«Отдадим» is future and "let us": the dictionary knows both."""
    if not tag.startswith("VERB,perf"):
        return ""
    if "1per" in tag or "incl" in tag:
        return "first"
    return "third" if "3per" in tag and ",tran" in tag else ""


@cache
def _russian() -> _Russian:
    return _Russian()


@cache
def _lookup() -> Any:
    from simplemma.strategies import DictionaryLookupStrategy

    return DictionaryLookupStrategy()


@lru_cache(maxsize=60_000)
def lemmas(form: str, language: str = "en") -> frozenset[str]:
    """The folded form and its dictionary forms. `language` decides for words in Latin letters."""
    if not form or len(form) > _LONGEST or not form[0].isalpha():
        return frozenset((form,))
    if is_cyrillic(form):
        return frozenset((form, *_russian().heads(form)))
    if language in _CYRILLIC_LANGUAGES:  # a Latin word among Cyrillic ones
        language = "en"
    if form in _alone(language):
        return frozenset((form,))
    return frozenset((form, _other(form, language)))


def _alone(language: str) -> frozenset[str]:
    """Function words that mean themselves: in English "us" is not "we", "would" is not "will"."""
    return vocabulary().by_language["lemmas", "as_they_are"].get(language, frozenset())


def _other(form: str, language: str) -> str:
    try:
        return str(_lookup().get_lemma(form, language) or form).lower()
    except ValueError:  # a language simplemma does not know: only the form itself
        return form


@lru_cache(maxsize=20_000)
def is_dictionary_word(form: str) -> bool:
    """Whether a dictionary lists the form as an ordinary word; names are not ordinary words."""
    if not form or len(form) > _LONGEST or not form.isprintable():  # half a surrogate pair is in none
        return False
    if is_cyrillic(form):
        return bool(_russian().heads(form)) and not _russian().is_name(form)
    return form in _alone("en") or _lookup().get_lemma(form, "en") is not None


@lru_cache(maxsize=4_000)
def bearers(name: str) -> tuple[str, ...]:
    """Who may be meant by a name in any case: Ирине, Ирина. Itself where it may act; () if no name."""
    small = name.lower()
    if not is_cyrillic(small) or len(small) > _LONGEST:
        return ()
    return tuple(name if one == small else one.capitalize() for one in _russian().bearers(small))


@lru_cache(maxsize=20_000)
def is_predicate(form: str) -> bool:
    """Whether a Russian form can be nothing but a verb or a short adjective (вернём, готов)."""
    if not is_cyrillic(form) or len(form) > _LONGEST or not form.isprintable():
        return False
    return _russian().is_predicate(form)


@lru_cache(maxsize=20_000)
def is_base(form: str) -> bool:
    """Whether an English word is a verb as it stands behind "will": the dictionary knows its "-ing"."""
    if not form.isalpha() or not form.isascii() or len(form) > _LONGEST:
        return False
    doing = (f"{form}ing", f"{form[:-1]}ing", f"{form[:-2]}ying", f"{form}{form[-1]}ing")
    return any(_lookup().get_lemma(one, "en") == form for one in doing)


@lru_cache(maxsize=20_000)
def future(form: str) -> str:
    """Who will do it, where the form of a verb says so: "first" («вернём»), "third" («вернут») or "".

    Of the third person only what is done to something: «мастер заменит», not «акция закончится».
    """
    if not is_cyrillic(form) or len(form) > _LONGEST or not form.isprintable():
        return ""
    return _russian().future(form)


def headword(form: str, language: str = "en") -> bool:
    """Whether a rule's word is a dictionary form: then it means all its forms, else only itself."""
    if not form[:1].isalpha() or len(form) > _LONGEST:
        return False
    if is_cyrillic(form):
        return form in _russian().heads(form)
    return lemmas(form, language) == {form}
