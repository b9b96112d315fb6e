"""Promises of money above the writer's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from complaint_gift.rules.context import Limit
from complaint_gift.rules.detectors import find_amounts
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.text import Text

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "евро": "EUR", "£": "GBP", "pound": "GBP", "quid": "GBP",
    "gbp": "GBP", "фунт": "GBP", "$": "USD", "usd": "USD", "dollar": "USD", "доллар": "USD", "₽": "RUB",
    "rub": "RUB", "rouble": "RUB", "ruble": "RUB", "руб": "RUB", "р.": "RUB", "chf": "CHF", "franc":
    "CHF", "byn": "BYN",
}  # fmt: skip
_THOUSAND = re.compile(r"\d\s?(?:k\b|тыс|тысяч|thousand)", re.I)
_NUMBER = re.compile(r"\d[\d \u00a0\u202f.,]*")
_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "один": 1, "одну": 1, "две": 2,
    "два": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
    "десять": 10, "пятнадцать": 15, "двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50,
    "шестьдесят": 60, "семьдесят": 70, "восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200,
    "триста": 300, "четыреста": 400, "пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800,
    "девятьсот": 900, "полторы": 1.5,
}  # fmt: skip
_TIMES = {"hundred": 100, "thousand": 1000, "тысяча": 1000, "тысячи": 1000, "тысяч": 1000, "тысячу": 1000}
_UNITS = re.compile(
    r"(?:euros?|eur|dollars?|pounds?|quid|roubles?|rubles?|francs?|руб\w*|евро|доллар\w*|фунт\w*)$", re.I
)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money promised above `remedy_limit`, and guarantees nobody can give (signals)."""

    kind: ClassVar[str] = "amount"
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        yield from map(fault_at, situation.found(self.signals))
        limit = situation.context.remedy_limit
        if limit is None:
            return
        spans = [(start, end, value) for start, end, value, code in amounts(situation.text)
                 if not code or not limit.currency or code == limit.currency]  # fmt: skip
        spans = [span for span in spans if not situation.text.is_quoted_at(span[0])]
        total = sum(value for _, _, value in spans)
        worst = max(spans, key=lambda span: span[2], default=None)
        if worst is not None and (worst[2] > limit.amount or (total > limit.amount and len(spans) > 1)):
            params = {"amount": _shown(max(worst[2], total)), "limit": _limit(limit)}
            yield Fault(worst[0], worst[1], params=params, because="remedy_limit")


def amounts(text: Text) -> list[tuple[int, int, float, str]]:
    """Sums of money: start, end, value and currency code ("" where it is not said)."""
    found = []
    for start, end in find_amounts(text.raw):
        piece = text.raw[start:end]
        value = _value(piece)
        if value is not None:
            found.append((start, end, value, _code(piece)))
    found.extend(_written(text))
    return sorted(found)


def _value(piece: str) -> float | None:
    match = _NUMBER.search(piece)
    if match is None:
        return None
    digits = (
        match.group().strip(" \u00a0\u202f.,").replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    )
    whole, mark, rest = digits.replace(",", ".").rpartition(".")
    number = (
        f"{whole.replace('.', '')}.{rest}" if mark and len(rest) != 3 else (whole + rest).replace(".", "")
    )
    value = float(number)
    return value * 1000 if _THOUSAND.search(piece) else value


def _code(piece: str) -> str:
    low = piece.lower()
    return next((code for name, code in _CURRENCIES.items() if name in low), "")


def _written(text: Text) -> Iterator[tuple[int, int, float, str]]:
    """Amounts in words: "two hundred and fifty euros", «пять тысяч рублей»."""
    total, part, first = 0.0, 0.0, -1
    for position, word in enumerate(text.words):
        form = word.form if word is not None else ""
        if form in _SMALL:
            first = position if first < 0 else first
            part += _SMALL[form]
        elif form in _TIMES and first >= 0:
            part = max(part, 1) * _TIMES[form]
            if _TIMES[form] == 1000:
                total, part = total + part, 0
        elif form == "and" and first >= 0 and part:
            continue
        else:
            if first >= 0 and _UNITS.fullmatch(form):
                yield text.starts[first], text.ends[position], total + part, _code(form)
            total, part, first = 0.0, 0.0, -1


def _shown(value: float) -> str:
    return f"{value:g}"


def _limit(limit: Limit) -> str:
    return f"{limit.amount:g} {limit.currency}".strip()
