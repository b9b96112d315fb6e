"""Money in a text: what its figures and words are worth, and in which currency."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from complaint_gift.rules.detectors import find_amounts
from complaint_gift.text import Text

_CURRENCIES = tuple(
    (re.compile(pattern, re.I), code)
    for pattern, code in (
        (r"\bбел", "BYN"), (r"швейцар|chf|franc|франк|fr\.", "CHF"), (r"€|eur|евро", "EUR"),
        (r"£|pound|quid|gbp|фунт", "GBP"), (r"\$|usd|dollar|доллар", "USD"),
        (r"₽|ru[br]|rouble|росс", "RUB"),
        (r"руб|\dр\b|\bр\b", "РУБ"), (r"byn", "BYN"), (r"zł|zlot|złot|pln|злот", "PLN"),
        (r"₹|rupee|\brs|inr|рупи", "INR"),
        (r"₸|tenge|kzt|тенге|тг", "KZT"), (r"₴|hryvn|uah|грив|грн", "UAH"), (r"₺|try|лир", "TRY"),
        (r"jpy|yen|иен", "JPY"), (r"cny|yuan|юан", "CNY"), (r"kč|czk", "CZK"),
        ("kron", "KRO"), ("sek", "SEK"), ("nok", "NOK"), ("dkk", "DKK"), ("huf", "HUF"), ("ron", "RON"),
        ("bgn", "BGN"),
        ("aed", "AED"), ("gel", "GEL"), ("cad", "CAD"), ("aud", "AUD"), ("nzd", "NZD"),
    )
)  # fmt: skip
_THOUSAND = re.compile(r"\d\s?(?:[kк](?![a-zа-яё])|тыс|thousand|grand)", re.I)
_MILLION = re.compile(r"\d\s?(?:m(?![a-z])|mln|mio|млн|миллион|million)", re.I)
_NUMBER = re.compile(r"\d[\d \u00a0\u202f.,]*")
_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "один": 1, "одну": 1, "две": 2,
    "два": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
    "десять": 10, "одиннадцать": 11, "двенадцать": 12, "тринадцать": 13, "четырнадцать": 14,
    "пятнадцать": 15, "шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18, "девятнадцать": 19,
    "двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50, "шестьдесят": 60, "семьдесят": 70,
    "восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200,
    "триста": 300, "четыреста": 400, "пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800,
    "девятьсот": 900, "ста": 100, "двухсот": 200, "трехсот": 300, "трёхсот": 300, "пятисот": 500,
    "полторы": 1.5, "полтора": 1.5,
}  # fmt: skip
_TIMES = {
    "hundred": 100, "thousand": 1000, "тысяча": 1000, "тысячи": 1000, "тысяч": 1000, "тысячу": 1000,
    "million": 1_000_000, "миллион": 1_000_000, "миллиона": 1_000_000, "миллионов": 1_000_000,
}  # fmt: skip
# These stand for a number without one before them, but only beside a currency: "a thousand apologies".
_ALONE = {
    "тысяча": 1000.0, "тысячу": 1000.0, "миллион": 1e6, "полмиллиона": 5e5, "полтысячи": 500.0,
    "полсотни": 50.0, "сотня": 100.0, "сотню": 100.0,
}  # fmt: skip
_ARTICLES = ("a", "another")
_WHOSE = (
    "swiss", "us", "american", "british", "бел", "белорусских", "российских", "швейцарских", "белорусские",
    "российские", "швейцарские",
)  # fmt: skip
_GENITIVE = {
    "двух": 2.0, "трех": 3.0, "четырех": 4.0, "пяти": 5.0, "шести": 6.0, "семи": 7.0, "восьми": 8.0,
    "девяти": 9.0, "десяти": 10.0,
}  # fmt: skip
_THOUSANDS = 1000
_CLEARLY_MONEY = 200
_UNITS = re.compile(
    r"(?:euros?|eur|dollars?|pounds?|quid|roubles?|rubles?|francs?|руб\w*|евро|доллар\w*|фунт\w*|zlot\w{1,2}|zł|rupees?"
    r"|hryvn\w+|tenge|yen|yuan|тенге|грив\w+|злот\w+|рупи\w+|франк\w*|иен\w*|юан\w*)$",
    re.I,
)
# Words and signs of several countries' money: whose is meant, only the writer's own limit tells.
_SHARED = {
    "РУБ": ("RUB", "BYN"), "USD": ("CAD", "AUD", "NZD"), "KRO": ("SEK", "NOK", "DKK"),
}  # fmt: skip
# No reply holds more sums, or a count further before one; a text made to hurt does.
MOST_SUMS = 200
_COUNT_WITHIN = 40
_MOST_COUNT = 100


@dataclass(frozen=True, slots=True)
class Sum:
    """Money in a text: code points, value, currency code ("" where it is not said)."""

    start: int
    end: int
    value: float
    code: str


def comparable(code: str, wanted: str) -> bool:
    """Whether two currencies are one, or one of them is not said; «рубль» is the word of two countries."""
    return not code or not wanted or code == wanted or wanted in _SHARED.get(code, ())


def in_figures(text: Text) -> Iterator[Sum]:
    """Amounts in figures with a currency: "£1.5k", «5 000 рублей»."""
    for start, end in islice(find_amounts(text.raw), MOST_SUMS):
        piece = text.raw[start:end]
        worth = value(piece)
        if worth is not None:
            yield Sum(start, end, worth, _code(piece))


def count_before(text: Text, start: int) -> float:
    """The count in "ten vouchers worth 15 euros each"; 1 where there is none."""
    last = bisect_left(text.starts, start)
    for word in reversed(text.words[max(0, last - _COUNT_WITHIN) : last]):
        if word is None:
            break
        count = _SMALL.get(word.form) or _GENITIVE.get(word.form)
        if count is None and word.kind == "number" and word.form.isdecimal():
            count = float(word.form)
        if count is not None:
            return count if count <= _MOST_COUNT else 1.0
    return 1.0


def value(piece: str) -> float | None:
    """What a number in figures comes to: "1,250.50", "5k", «2 млн»; None where there is none."""
    match = _NUMBER.search(piece)
    if match is None:
        return None
    digits = re.sub(r"[ \u00a0\u202f]", "", match.group()).strip(".,")
    whole, mark, rest = digits.replace(",", ".").rpartition(".")
    text = f"{whole.replace('.', '')}.{rest}" if mark and len(rest) != 3 else (whole + rest).replace(".", "")
    times = 1_000_000 if _MILLION.search(piece) else 1000 if _THOUSAND.search(piece) else 1
    return float(text) * times


def _code(piece: str) -> str:
    return next((code for pattern, code in _CURRENCIES if pattern.search(piece)), "")


def in_words(text: Text) -> Iterator[Sum]:
    """Amounts in words: "two hundred and fifty euros", «полторы тысячи», «пять тысяч рублей»."""
    counted = _Counted()
    previous = ""
    for position, word in enumerate(text.words):
        form = word.form if word is not None else ""
        if not counted.goes_on(position, form, previous):
            unit = bool(_UNITS.fullmatch(form))
            if counted.first >= 0 and (unit or counted.is_clear()):
                end = text.ends[position if unit else counted.last]
                code = _code(f"{counted.whose} {form}") if unit else ""
                yield Sum(text.starts[counted.first], end, counted.total + counted.part, code)
            counted = _Counted()
        previous = form


@dataclass(slots=True)
class _Counted:
    """A number in words as far as it was read: where its first and last word are, what it comes to."""

    total: float = 0.0
    part: float = 0.0
    first: int = -1
    last: int = -1
    alone: bool = False
    whose: str = ""

    def is_clear(self) -> bool:
        """Whether it can be nothing but money even without a currency."""
        return not self.alone and bool(self.total or self.part >= _CLEARLY_MONEY)

    def goes_on(self, position: int, form: str, previous: str) -> bool:
        """Read one more word; False where it does not belong to the number."""
        times = _TIMES.get(form, 0)
        if form in _SMALL:
            self.first, self.last = (position if self.first < 0 else self.first), position
            self.part += _SMALL[form]
        elif self.first < 0:
            return self._begins(position, form, previous)
        elif times:
            self.part, self.last = max(self.part, 1) * times, position
            if times >= _THOUSANDS:
                self.total, self.part = self.total + self.part, 0.0
        elif form in _WHOSE:
            self.whose = form
        else:
            return form == "and" and bool(self.part)
        return True

    def _begins(self, position: int, form: str, previous: str) -> bool:
        """«Миллион», "a hundred": a number without a smaller one before it."""
        if form in _ALONE:
            self.first, self.total = position, _ALONE[form]
        elif form in _TIMES and previous in _ARTICLES:
            self.first = position - 1
            if _TIMES[form] >= _THOUSANDS:
                self.total = float(_TIMES[form])
            else:
                self.part = float(_TIMES[form])
        else:
            return False
        self.last, self.alone = position, True
        return True
