"""Promises of money above the writer's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from complaint_gift.rules.detectors import find_amounts
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.text import Text

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "евро": "EUR", "£": "GBP", "pound": "GBP", "quid": "GBP",
    "gbp": "GBP", "фунт": "GBP", "$": "USD", "usd": "USD", "dollar": "USD", "доллар": "USD", "₽": "RUB",
    "rub": "RUB", "rouble": "RUB", "ruble": "RUB", "руб": "РУБ", "р.": "RUB", "chf": "CHF", "franc":
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
_GENITIVE = {
    "двух": 2.0, "трех": 3.0, "четырех": 4.0, "пяти": 5.0, "шести": 6.0, "семи": 7.0, "восьми": 8.0,
    "девяти": 9.0, "десяти": 10.0,
}  # fmt: skip
_THOUSANDS = 1000
_CLEARLY_MONEY = 200
_UNITS = re.compile(
    r"(?:euros?|eur|dollars?|pounds?|quid|roubles?|rubles?|francs?|руб\w*|евро|доллар\w*|фунт\w*)$", re.I
)
_ROUBLES = frozenset(("RUB", "BYN"))
# Sums the customer paid, lost or asked for are no promise of ours. A comma or who gives ends what they asked.
_OURS = (
    r"we|i|мы|я|верн(?:у|[её]м)|выплатим|выплачу|заплатим|перевед(?:у|[её]м)|начисл(?:ю|им)"
    r"|компенсируем|возместим|отд(?:ам|адим)"
)
_NOT_OURS = re.compile(
    r"\b(?:(?:paid|charged|cost|costs|ask(?:ed|ing)?(?: \w+)? for|claim(?:ed)?|demand(?:ed)?"
    r"|price|bill of|deposit of|instead of|debited|lost"
    r"|(?:за|о|у|пере|до|предо)?платил\w*|списали|(?:по|за)?прос(?:ил|ите|ят)\w*|требу\w+|(?:по)?требовал\w*"
    r"|стоил\w*|стоит|взяли|цена|сняли|вместо|потеряли|купил\w*)"
    rf"(?:[^\w,;!?]+(?!(?:{_OURS})\b)\w+){{0,3}}|you want(?:ed)?(?:\s+(?:an?|the|your))*)[^\w,;!?]*$",
    re.I,
)
_GIVING = re.compile(
    r"(?:\b(?:make it|get|gets|giving you|give you|pay you|paying you|send you|refund(?: you)?|transfer"
    r"|credit|plus|another|and|off)|верн\w*|получите|начисл\w*|перевед\w*|переводим|выплат\w*|компенсир\w*|даём"
    r"|дадим|плюс|и ещё|ещё)(?:\W+\w+){0,2}\W*$",
    re.I,
)
_GOES_TO = re.compile(r"^\W*(?:off|for the|for your|towards|extra|сверху|за|на карту|вам)\b", re.I)
_OFF = re.compile(r"^\W*off\b", re.I)
_STOPS = re.compile(r"^\W*(?:$|[.,!;]|\band\b)", re.I)
_EACH_AFTER = re.compile(r"^\W*(?:each|apiece|a day|per day|кажд\w+|в день|за каждый)\b", re.I)
_EACH_BEFORE = re.compile(r"\bпо\W*$", re.I)
_HALF = re.compile(r"(?:half(?: of)?(?: the| your)?|половин\w+(?: от)?)\W*$", re.I)
_BARE = re.compile(
    r"(?<![\w.,:/№#-])\d{1,3}(?:[ ,]\d{3})+(?![\w:/%-])|(?<![\w.,:/№#-])\d{2,6}(?![\w:/%-]|[.,]\d)"
)
_LOOK = 60
_MOST_COUNT = 100


@dataclass(frozen=True, slots=True)
class Sum:
    """Money in a text: code points, value, currency code ("" where it is not said)."""

    start: int
    end: int
    value: float
    code: str


@dataclass(frozen=True, slots=True)
class Amount:
    """Money promised above `remedy_limit`, and guarantees nobody can give (signals).

    `approved` are signals that say that somebody with a higher limit has agreed.
    """

    kind: ClassVar[str] = "amount"
    signals: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from (*self.signals, *self.approved)

    def find(self, situation: Situation) -> Iterator[Fault]:
        yield from map(fault_at, situation.found(self.signals))
        limit = situation.context.remedy_limit
        if limit is None or any(True for _ in situation.found(self.approved)):
            return
        text = situation.text
        sums = [one for one in promised(text) if _comparable(one.code, limit.currency)]
        sums = [one for one in sums if not text.is_quoted_at(one.start)]
        total = sum(one.value for one in sums)
        worst = max(sums, key=lambda one: one.value, default=None)
        if worst is not None and total > limit.amount:
            params = {"amount": f"{total:g}", "limit": f"{limit.amount:g} {limit.currency}".strip()}
            yield Fault(worst.start, worst.end, params=params, because="remedy_limit")


def _comparable(code: str, wanted: str) -> bool:
    """Whether two currencies are one, or one of them is not said; «рубль» is the word of two countries."""
    return not code or not wanted or code == wanted or (code == "РУБ" and wanted in _ROUBLES)


def promised(text: Text) -> list[Sum]:
    """Sums that the writer gives away: not those the customer paid or asked for."""
    raw = text.raw
    kept: list[Sum] = []
    for one in sorted((*amounts(text), *_bare(text)), key=lambda one: (one.start, -one.end)):
        if kept and one.start < kept[-1].end:
            continue
        before, after = raw[max(0, one.start - _LOOK) : one.start], raw[one.end : one.end + _LOOK]
        if _HALF.search(before):
            kept.append(Sum(one.start, one.end, one.value / 2, one.code))
        elif _EACH_AFTER.search(after) or _EACH_BEFORE.search(before):
            kept.append(Sum(one.start, one.end, one.value * _count_before(text, one.start), one.code))
        elif not _NOT_OURS.search(before):
            kept.append(one)
    return kept


def amounts(text: Text) -> list[Sum]:
    """Every sum with a currency, in figures or in words."""
    found = []
    for start, end in find_amounts(text.raw):
        piece = text.raw[start:end]
        value = _value(piece)
        if value is not None:
            found.append(Sum(start, end, value, _code(piece)))
    return [*found, *_written(text)]


def _bare(text: Text) -> Iterator[Sum]:
    """Figures without a currency that can only be money: "we'll make it 350", "25 for the taxi"."""
    for match in _BARE.finditer(text.raw):
        start, end = match.span()
        before, after = text.raw[max(0, start - _LOOK) : start], text.raw[end : end + _LOOK]
        given = _GIVING.search(before) and (_STOPS.match(after) or _GOES_TO.match(after))
        if given or _OFF.match(after) or _HALF.search(before):
            yield Sum(start, end, _value(match.group()) or 0.0, "")


def _count_before(text: Text, start: int) -> float:
    """The count in "ten vouchers worth 15 euros each"; 1 where there is none."""
    counts = [1.0]
    for position, word in enumerate(text.words):
        if text.starts[position] >= start:
            break
        if word is None:
            counts = [1.0]
        elif word.form in _SMALL or (word.kind == "number" and word.form.isdigit()):
            counts.append(float(_SMALL.get(word.form) or word.form))
        elif word.form in _GENITIVE:
            counts.append(_GENITIVE[word.form])
    return counts[-1] if counts[-1] <= _MOST_COUNT else 1.0


def _value(piece: str) -> float | None:
    match = _NUMBER.search(piece)
    if match is None:
        return None
    digits = re.sub(r"[ \u00a0\u202f]", "", match.group()).strip(".,")
    whole, mark, rest = digits.replace(",", ".").rpartition(".")
    text = f"{whole.replace('.', '')}.{rest}" if mark and len(rest) != 3 else (whole + rest).replace(".", "")
    return float(text) * (1000 if _THOUSAND.search(piece) else 1)


def _code(piece: str) -> str:
    low = piece.lower()
    return next((code for name, code in _CURRENCIES.items() if name in low), "")


def _written(text: Text) -> Iterator[Sum]:
    """Amounts in words: "two hundred and fifty euros", «полторы тысячи», «пять тысяч рублей»."""
    total, part, first, last = 0.0, 0.0, -1, -1
    for position, word in enumerate(text.words):
        form = word.form if word is not None else ""
        if form in _SMALL:
            first, last = (position if first < 0 else first), position
            part += _SMALL[form]
        elif form in _TIMES and first >= 0:
            part, last = max(part, 1) * _TIMES[form], position
            if _TIMES[form] == _THOUSANDS:
                total, part = total + part, 0.0
        elif form == "and" and first >= 0 and part:
            continue
        else:
            unit = bool(_UNITS.fullmatch(form))
            if first >= 0 and (unit or total or part >= _CLEARLY_MONEY):
                yield Sum(
                    text.starts[first], text.ends[position if unit else last], total + part, _code(form)
                )
            total, part, first = 0.0, 0.0, -1
