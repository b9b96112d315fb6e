"""Promises of money above the writer's limit."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from complaint_gift.rules.detectors import find_amounts
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.text import Text

# «Рубль» is the word of two countries, a dollar without more is the American one.
_CURRENCIES = tuple(
    (re.compile(pattern, re.I), code)
    for pattern, code in (
        (r"\bбел", "BYN"), (r"швейцар|chf|franc|франк|fr\.", "CHF"), (r"€|eur|евро", "EUR"),
        (r"£|pound|quid|gbp|фунт", "GBP"), (r"\$|usd|dollar|доллар", "USD"),
        (r"₽|ru[br]|rouble|росс|\dр\b|\bр\b", "RUB"),
        (r"руб", "РУБ"), (r"byn", "BYN"), (r"zł|zlot|złot|pln|злот", "PLN"),
        (r"₹|rupee|\brs|inr|рупи", "INR"),
        (r"₸|tenge|kzt|тенге", "KZT"), (r"₴|hryvn|uah|грив", "UAH"), (r"₺|try|лир", "TRY"),
        (r"jpy|yen|иен", "JPY"),
        (r"cny|yuan|юан", "CNY"), (r"kč|czk", "CZK"),
        ("sek", "SEK"), ("nok", "NOK"), ("dkk", "DKK"), ("huf", "HUF"), ("ron", "RON"), ("bgn", "BGN"),
        ("aed", "AED"), ("gel", "GEL"), ("cad", "CAD"), ("aud", "AUD"), ("nzd", "NZD"),
    )
)  # fmt: skip
_THOUSAND = re.compile(r"\d\s?(?:[kк](?![a-zа-яё])|тыс|thousand|grand)", re.I)
_MILLION = re.compile(r"\d\s?(?:m(?![a-z])|mln|mio|млн|миллион|million)", re.I)
_NUMBER = re.compile(r"\d[\d \u00a0\u202f.,]*")
_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "один": 1, "одну": 1, "две": 2,
    "два": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
    "десять": 10, "пятнадцать": 15, "двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50,
    "шестьдесят": 60, "семьдесят": 70, "восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200,
    "триста": 300, "четыреста": 400, "пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800,
    "девятьсот": 900, "полторы": 1.5, "полтора": 1.5,
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
_ROUBLES = frozenset(("RUB", "BYN"))
# What is refused is no promise, but "not more than" and "only" give up to that much.
_BREAKS = (
    r"only|just|more|over|above|but|wait|not|and|so|we|i|then|instead|не|только|лишь|больше|более|свыше|и|а|но|мы|я"
    r"|зато|поэтому"
)
_REFUSED = re.compile(
    r"(?:\b(?:can ?not|can['’]?t|could not|couldn['’]t|will not|won['’]t|would not|unable to"
    r"|not able to|not going to"
    r"|not in a position to|not (?:allowed|entitled) to|refuse to|(?:do|does|are|is) not"
    r"|(?:do|does|are|is)n['’]t"
    r"|не (?:мо[гж]\w+|смо[гж]\w+|вправе|в силах|готов\w*|име\w+ права|буд\w+|стан\w+|получится"
    r"|удастся|уда[её]тся)"
    r"|невозможно|нельзя|отказываемся|нет (?:возможности|права))"
    r"(?:,? (?:unfortunately|sadly|к сожалению|увы),?)?"
    rf"(?:\s(?!(?:{_BREAKS})\b)[\w’']+){{0,3}}?\s"
    r"(?:giv\w+|pay\w*|refund\w*|return\w*|offer\w*|send\w*|credit\w*|transfer\w*|reimburs\w+|compensat\w+|cover\w*"
    r"|grant\w*|promis\w+|approv\w+|issu\w+|award\w*|вернуть|возвращать|вы?плат\w+|заплатить|дать|предложить|выдать"
    r"|компенсировать|возместить|перевести|начислить|отправить|(?:по)?обещать|одобрить|оплатить|подарить)"
    r"|\bне (?:верн[уё]\w*|вернем|выплат\w+|заплат\w+|дадим|дам|компенсируем|возместим|обеща\w+"
    r"|начислим|перевед[уёе]\w*))"
    rf"(?:\s(?!(?:{_BREAKS})\b)[\w’'-]+){{0,5}}\s?$",
    re.I,
)
# Russian may say so only after the sum: «вернуть 50 000 рублей мы не можем».
_TO_GIVE = re.compile(
    r"\b(?:вернуть|выплатить|заплатить|дать|предложить|компенсировать|возместить|перевести|начислить|одобрить)"
    r"(?:\s\w+){0,4}\s?$",
    re.I,
)
_REFUSED_AFTER = re.compile(
    r"^[^.!?,;\n]{0,20}?\bне (?:мо[гж]|смо[гж]|вправе|в силах|готов|буд|стан|получится|удастся|уда[её]тся)",
    re.I,
)
_RATE = re.compile(r"^ (?:an?|per) (?:night|person|head|seat|month|hour|year|ticket|room)\b", re.I)
_IS = re.compile(r"\b(?:is|are|was|were|from|at|only)\W*$", re.I)
# The price of what was ordered, unless the sentence gives it back.
_PRICED = (
    r"(?:orders?|purchases?|basket|cart|invoice|bill|tickets?|booking|contract|subscription"
    r"|заказ\w{0,3}|покупк\w{1,3}|сч[её]т\w?|чек\w?|корзин\w|билет\w{0,3}|брон\w{1,4}|договор\w{0,2}|подписк\w)"
)
_ORDERED = re.compile(
    rf"\b{_PRICED}(?: (?:(?:№|#|no\.? ?)? ?\d{{1,12}} )?(?:worth|of|for|over|totall?ing"
    r"|на сумму|на|в|за|стоимостью|ценой|суммой)"
    r"(?: (?:of|в))?)? ?$",
    re.I,
)
_ORDERED_AFTER = re.compile(rf"^[ -]{_PRICED}\b", re.I)
_GIVEN_BACK = re.compile(
    r"\b(?:refund|reimburs|compensat|credit|cancel|waiv|money back|pay(?:ing)? (?:you )?back|return"
    r"|on us\b|on the house"
    r"|free\b(?! (?:delivery|shipping))|верн|возвра|возме[сщ]|компенс|выплат|спис|аннулир"
    r"|отмен|за наш сч|дарим|подар"
    r"|бесплатн\w+(?! доставк))",
    re.I,
)
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
_REMEDY = re.compile(
    r"\b(?:(?:compensation|reimbursement|payout|goodwill payment|rebate|cashback|refund)"
    r" (?:of|worth|totall?ing)"
    r"|(?:vouchers?|gift cards?|gift certificate|credit(?: note)?) (?:of|worth|for)"
    r"|(?:компенсаци|возмещени|выплат)\w{1,2}(?: (?:в размере|на сумму|в сумме|в|на))?"
    r"|(?:сертификат|ваучер|купон|бонус|кэшб[еэ]к|возврат)\w{0,2}(?: (?:на сумму|на|номиналом|в размере|в)))"
    r"(?: (?:up to|about|another|до|около))?[ :–—-]{1,3}$",
    re.I,
)
_GOES_ON = re.compile(
    r"^ (?:is|are|was|will|has|as|to|in|on|into|from|today|tomorrow|now|at once|back"
    r"|уже|прид[её]т|поступит|вам|на|для|от"
    r"|сегодня"
    r"|завтра|сейчас|сразу|обратно)\b",
    re.I,
)
# A year or a day that a preposition leads to is no money.
_BY_YEAR = re.compile(r"\b(?:in|on|from|до|к|в|с|после)\W{1,2}$", re.I)
_BY_DAY = re.compile(r"\b(?:by|until|till|within|before|since|after)\W{1,2}$", re.I)
_YEARS = (1990, 2100)
_EACH_AFTER = re.compile(r"^\W*(?:each|apiece|a day|per day|кажд\w+|в день|за каждый)\b", re.I)
_EACH_BEFORE = re.compile(r"\bпо\W*$", re.I)
_HALF = re.compile(r"(?:half(?: of)?(?: the| your)?|половин\w+(?: от)?)\W*$", re.I)
_BARE = re.compile(
    r"(?<![\w.,:/№#-])\d{1,3}(?:[ ,]\d{3}){1,4}(?![\w:/%-])|(?<![\w.,:/№#-])\d{2,6}(?![\w:/%-]|[.,]\d)"
    r"|(?<![\w.,:/№#-])\d{1,3}(?:[.,]\d{1,2})? ?(?:[kк]|тыс\.|тысяч\w?|grand)(?![\w:/%-])",
    re.I,
)
_SENTENCE = re.compile(r"[.!?]\s|\n")
_LOOK = 60
_MOST_COUNT = 100
# No reply holds more sums, or a count further before one; a text made to hurt does.
_MOST_SUMS = 200
_COUNT_WITHIN = 40


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
    seen = 0
    for one in sorted((*amounts(text), *_bare(text)), key=lambda one: (one.start, -one.end)):
        if one.start < seen:
            continue
        seen = one.end
        before, after = raw[max(0, one.start - _LOOK) : one.start], raw[one.end : one.end + _LOOK]
        if _REFUSED.search(before) or (_REFUSED_AFTER.match(after) and _TO_GIVE.search(before)):
            continue
        if _HALF.search(before):
            kept.append(Sum(one.start, one.end, one.value / 2, one.code))
        elif _EACH_AFTER.search(after) or _EACH_BEFORE.search(before):
            kept.append(Sum(one.start, one.end, one.value * _count_before(text, one.start), one.code))
        elif not _NOT_OURS.search(before) and not _is_price(before, after):
            kept.append(one)
    return kept


def _is_price(before: str, after: str) -> bool:
    """Whether the sum says what an order costs, in a sentence that does not give it back."""
    rate = _RATE.match(after) is not None and _IS.search(before) is not None
    if not rate and _ORDERED.search(before) is None and _ORDERED_AFTER.match(after) is None:
        return False
    sentence = f"{_SENTENCE.split(before)[-1]}|{_SENTENCE.split(after)[0]}"
    return _GIVEN_BACK.search(sentence) is None


def amounts(text: Text) -> list[Sum]:
    """Every sum with a currency, in figures or in words."""
    found = []
    for start, end in islice(find_amounts(text.raw), _MOST_SUMS):
        piece = text.raw[start:end]
        value = _value(piece)
        if value is not None:
            found.append(Sum(start, end, value, _code(piece)))
    return [
        *found,
        *(one for one in islice(_written(text), _MOST_SUMS) if one.code or _ends(text.raw, one.end)),
    ]


def _ends(raw: str, end: int) -> bool:
    """Whether a number ends what it says, or goes to somebody: "two thousand guests" does not."""
    after = raw[end : end + _LOOK]
    return any(pattern.match(after) for pattern in (_STOPS, _GOES_TO, _GOES_ON))


def _bare(text: Text) -> Iterator[Sum]:
    """Figures without a currency that can only be money: "we'll make it 350", "25 for the taxi"."""
    for match in islice(_BARE.finditer(text.raw), _MOST_SUMS):
        start, end = match.span()
        before, after = text.raw[max(0, start - _LOOK) : start], text.raw[end : end + _LOOK]
        value = _value(match.group()) or 0.0
        if _BY_DAY.search(before) or (_YEARS[0] < value < _YEARS[1] and _BY_YEAR.search(before)):
            continue
        goes_on = _STOPS.match(after) or _GOES_TO.match(after)
        thousands = not match.group()[-1].isdigit()
        given = _GIVING.search(before) and (goes_on or (thousands and _GOES_ON.match(after)))
        named = _REMEDY.search(before) and (goes_on or _GOES_ON.match(after))
        if given or named or _OFF.match(after) or _HALF.search(before):
            yield Sum(start, end, value, "")


def _count_before(text: Text, start: int) -> float:
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


def _value(piece: str) -> float | None:
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


def _written(text: Text) -> Iterator[Sum]:
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
