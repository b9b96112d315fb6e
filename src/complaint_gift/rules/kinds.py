"""Kinds of tokens: what `#number` or `#name` means for one word."""

from __future__ import annotations

import re

from complaint_gift.text import Word
from complaint_gift.text.listing import listed

_TIME = re.compile(r"\d{1,2}:\d{2}")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{4}-\d{2}-\d{2}")
_PHONE = re.compile(r"\d{7,15}")
_MONEY = listed(
    """£ € ₽ $ ¥ ₴ ₸ eur usd gbp rub byn chf руб рубль рубля рублей рублям рублями доллар доллара долларов
    евро euro euros dollar dollars pound pounds rouble roubles ruble rubles"""
)
# Written with a capital letter, yet not names.
_NOT_NAMES = listed(
    """i mr mrs ms miss dr sir madam
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december english russian german french вы вас вам вами ваш
    ваша ваше ваши вашего вашей вашему вашу вашим вашими вашем ваших"""
)


def kinds_of(word: Word) -> tuple[str, ...]:
    """Every kind this word belongs to; most words belong to none."""
    if word.kind == "word":
        found = []
        if word.title and word.form not in _NOT_NAMES:
            found.append("name")
        if word.caps:
            found.append("caps")
        if word.form in _MONEY:
            found.append("money")
        return tuple(found)
    if word.kind == "number":
        return _number_kinds(word.form)
    if word.form in _MONEY:
        return ("money",)
    return (word.kind,) if word.kind in ("url", "mail") else ()


def _number_kinds(form: str) -> tuple[str, ...]:
    found = ["number"]
    if _TIME.fullmatch(form):
        found.append("time")
    if _DATE.fullmatch(form):
        found.append("date")
    if _PHONE.fullmatch(form):
        found.append("phone")
    return tuple(found)
