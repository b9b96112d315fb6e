"""Word forms and their dictionary forms: pymorphy3 for Russian, simplemma for every other language.

Both dictionaries load on first use only, so that starting costs nothing.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from complaint_gift.text.listing import listed

# In English the function words mean themselves: "us" is not "we", "would" is not "will".
_ALONE = listed(
    """i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
    myself yourself yourselves ourselves himself herself themselves this that these those can could will
    would shall should may might must not no nor and or but if as to of in on at by for from with
    without a an the any some all more most less least better best worse worst left found others other
    another else either neither both own due us-based o s thanks"""
)
_RARE_PARSE = 0.02


def is_cyrillic(form: str) -> bool:
    """Whether the word is written in Cyrillic letters (its first letter decides)."""
    return "\u0400" <= form[:1] <= "\u04ff"


@cache
def _russian() -> Any:
    import pymorphy3  # type: ignore[import-untyped]

    return pymorphy3.MorphAnalyzer(lang="ru")


@cache
def _lemmatizer() -> Any:
    from simplemma import Lemmatizer

    return Lemmatizer()


@lru_cache(maxsize=60_000)
def lemmas(form: str, language: str = "") -> frozenset[str]:
    """The folded form and its dictionary forms. `language` decides for Latin script ("" is English)."""
    if not form or len(form) > 40 or not form[0].isalpha():
        return frozenset((form,))
    if is_cyrillic(form):
        return frozenset(_russian_lemmas(form))
    if language in ("", "en") and form in _ALONE:
        return frozenset((form,))
    return frozenset((form, _other(form, language or "en")))


def _other(form: str, language: str) -> str:
    try:
        return str(_lemmatizer().lemmatize(form, lang=language)).lower()
    except ValueError:  # a language simplemma does not know: only the form itself
        return form


def _russian_lemmas(form: str) -> set[str]:
    parses = _russian().parse(form)
    found = {form}
    for parse in parses:
        if parse.score >= _RARE_PARSE or parse is parses[0]:
            found.add(parse.normal_form.replace("ё", "е"))
    return found


@lru_cache(maxsize=20_000)
def is_dictionary_word(form: str) -> bool:
    """Whether a dictionary lists the form as an ordinary word; names are not ordinary words."""
    if not form or len(form) > 40:
        return False
    if is_cyrillic(form):
        analyser = _russian()
        return bool(analyser.word_is_known(form)) and not is_given_name(form)
    from simplemma import is_known

    return form in _ALONE or bool(is_known(form, lang="en"))


@lru_cache(maxsize=20_000)
def is_given_name(form: str) -> bool:
    """Whether a Russian form is first of all a first name, a patronymic or a surname."""
    if not is_cyrillic(form) or len(form) > 40:
        return False
    tag = _russian().parse(form)[0].tag
    return "Name" in tag or "Patr" in tag or "Surn" in tag


def headword(form: str, language: str = "") -> bool:
    """Whether a rule's word is a dictionary form: then it means all its forms, else only itself."""
    if not form[:1].isalpha() or len(form) > 40:
        return False
    if is_cyrillic(form):
        parses = _russian().parse(form)
        return any(p.normal_form.replace("ё", "е") == form and p.score >= _RARE_PARSE for p in parses)
    return lemmas(form, language) == {form}
