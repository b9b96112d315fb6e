"""Money in a text: what its figures and words are worth, and in which currency."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

from complaint_gift.rules.detectors import find_amounts
from complaint_gift.rules.vocabulary import Shape, Vocabulary, any_of, vocabulary
from complaint_gift.text import Text

# Signs and codes, in the order in which they are tried; what a currency is called its language says.
_SIGNS = {
    "BYN": "byn", "CHF": r"chf|fr\.", "EUR": "€|eur", "GBP": "£|gbp", "USD": r"\$|usd", "RUB": "₽|ru[br]",
    "РУБ": "", "PLN": "zł|pln", "INR": r"₹|\brs|inr", "KZT": "₸|kzt", "UAH": "₴|uah", "TRY": "₺|try",
    "JPY": "jpy", "CNY": "cny", "CZK": "kč|czk", "KRO": "", "SEK": "sek", "NOK": "nok", "DKK": "dkk",
    "HUF": "huf", "RON": "ron", "BGN": "bgn", "AED": "aed", "GEL": "gel", "CAD": "cad", "AUD": "aud",
    "NZD": "nzd",
}  # fmt: skip
_THOUSAND = Shape("money", r"\d\s?{thousands}")
_MILLION = Shape("money", r"\d\s?{millions}")
_NUMBER = re.compile(r"\d[\d \u00a0\u202f.,]*")
_THOUSANDS = 1000
_CLEARLY_MONEY = 200
_UNITS = Shape("money", r"(?:eur|zł|{units})")
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
    numbers = vocabulary().numbers
    for word in reversed(text.words[max(0, last - _COUNT_WITHIN) : last]):
        if word is None:
            break
        count = numbers["numbers"].get(word.form) or numbers["counts"].get(word.form)
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
    return next((code for pattern, code in _currencies(vocabulary()) if pattern.search(piece)), "")


@cache
def _currencies(words: Vocabulary) -> tuple[tuple[re.Pattern[str], str], ...]:
    codes = dict.fromkeys((*_SIGNS, *words.currencies))
    told = {
        code: [one for one in (_SIGNS.get(code), *words.currencies.get(code, ())) if one] for code in codes
    }
    return tuple((re.compile(any_of(entries), re.I), code) for code, entries in told.items())


def in_words(text: Text) -> Iterator[Sum]:
    """Amounts in words: "two hundred and fifty euros", «полторы тысячи», «пять тысяч рублей»."""
    words = _number_words(vocabulary())
    is_unit = _UNITS.pattern().fullmatch
    counted = _Counted(words)
    previous = ""
    for position, word in enumerate(text.words):
        form = word.form if word is not None else ""
        if not counted.goes_on(position, form, previous):
            unit = bool(is_unit(form))
            if counted.first >= 0 and (unit or counted.is_clear()):
                end = text.ends[position if unit else counted.last]
                code = _code(f"{counted.whose} {form}") if unit else ""
                yield Sum(text.starts[counted.first], end, counted.total + counted.part, code)
            counted = _Counted(words)
        previous = form


@dataclass(frozen=True, slots=True)
class _NumberWords:
    """The words that numbers are made of."""

    small: Mapping[str, float]
    times: Mapping[str, float]
    alone: Mapping[str, float]
    articles: tuple[str, ...]
    joined: tuple[str, ...]
    whose: tuple[str, ...]


@cache
def _number_words(words: Vocabulary) -> _NumberWords:
    numbers, lists = words.numbers, (words.lists["money", name] for name in ("articles", "joined", "whose"))
    return _NumberWords(numbers["numbers"], numbers["times"], numbers["alone"], *lists)


@dataclass(slots=True)
class _Counted:
    """A number in words as far as it was read: where its first and last word are, what it comes to."""

    words: _NumberWords
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
        times = self.words.times.get(form, 0.0)
        if form in self.words.small:
            self.first, self.last = (position if self.first < 0 else self.first), position
            self.part += self.words.small[form]
        elif self.first < 0:
            return self._begins(position, form, previous)
        elif times:
            self.part, self.last = max(self.part, 1) * times, position
            if times >= _THOUSANDS:
                self.total, self.part = self.total + self.part, 0.0
        elif form in self.words.whose:
            self.whose = form
        else:
            return form in self.words.joined and bool(self.part)
        return True

    def _begins(self, position: int, form: str, previous: str) -> bool:
        """«Миллион», "a hundred": a number without a smaller one before it."""
        if form in self.words.alone:
            self.first, self.total = position, self.words.alone[form]
        elif form in self.words.times and previous in self.words.articles:
            self.first = position - 1
            if self.words.times[form] >= _THOUSANDS:
                self.total = self.words.times[form]
            else:
                self.part = self.words.times[form]
        else:
            return False
        self.last, self.alone = position, True
        return True
