"""Kinds of tokens: what `#number` or `#name` means for one word.

`#shall` and `#will` are Russian verbs that tell what I or we shall do (вернём), and what somebody else will
do to something (вернут): their endings say so. `#verb` is an English verb as it stands behind "will".
"""

from __future__ import annotations

import re
from functools import cache

from complaint_gift.rules.vocabulary import Vocabulary, vocabulary
from complaint_gift.text import Word
from complaint_gift.text.listing import listed

_TIME = re.compile(r"\d{1,2}:\d{2}")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{4}-\d{2}-\d{2}")
_PHONE = re.compile(r"\d{7,15}")
# What a language calls money, and what it writes with a capital letter though it is no name, it says itself.
_MONEY = listed("£ € ₽ $ ¥ ₴ ₸ eur usd gbp rub byn chf")


WHO_WILL = {"first": "shall", "third": "will"}


def kinds_of(word: Word) -> tuple[str, ...]:
    """Every kind this word belongs to; most words belong to none."""
    money, not_names = _known(vocabulary())
    if word.kind == "word":
        found = []
        if word.title and word.form not in not_names:
            found.append("name")
        if word.caps:
            found.append("caps")
        if word.form in money:
            found.append("money")
        return tuple(found)
    if word.kind == "number":
        return _number_kinds(word.form)
    if word.form in money:
        return ("money",)
    return (word.kind,) if word.kind in ("url", "mail") else ()


@cache
def _known(words: Vocabulary) -> tuple[frozenset[str], frozenset[str]]:
    return words.words["kinds", "money"] | _MONEY, words.words["kinds", "not_names"]


def _number_kinds(form: str) -> tuple[str, ...]:
    found = ["number"]
    if _TIME.fullmatch(form):
        found.append("time")
    if _DATE.fullmatch(form):
        found.append("date")
    if _PHONE.fullmatch(form):
        found.append("phone")
    return tuple(found)
