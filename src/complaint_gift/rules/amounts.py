"""Promises of money above the writer's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

from complaint_gift.rules.money import MOST_SUMS, Sum, comparable, count_before, in_figures, in_words, value
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.rules.vocabulary import Shape
from complaint_gift.text import Text

# Words do not stand here but in words/<language>.yaml, under the names in braces.
_REFUSED = Shape(
    "amounts",
    r"(?:\b{cannot}(?:,? {alas},?)?(?:\s(?!{breaks}\b)[\w’']+){0,3}?\s{to_pay}|\b{not_paid})"
    r"(?:\s(?!{breaks}\b)[\w’'-]+){0,5}\s?$",
)
_DECLINED = Shape("amounts", r"\b{declined}(?: [\w’'-]+){0,4} ?$")
_ASKED = Shape("amounts", r"\b{requested}(?: [\w’'-]+){0,5} ?$")
_REFUSED_AFTER = Shape("amounts", r"^[^.!?,;\n]{0,30}?\b{refused_after}")
_TO_GIVE = Shape("amounts", r"\b{to_give}(?:\s\w+){0,4}\s?$")
_NOT_GIVEN = Shape("amounts", r"^[^.!?,;\n]{0,20}?\b{not_given}")
_IN_ALL = Shape("amounts", r"^,? {in_all}\b")
_ON_TOP = Shape("amounts", r"\b{on_top}(?! {that_one}\b)[^.!?\n\d]{0,40}$")
_OR = Shape("amounts", r"\b{or}\b[^.!?\n\d]{0,40}$")
_RATE = Shape("amounts", r"^ {rate}\b")
_IS = Shape("amounts", r"\b{is}\W*$")
_ORDERED = Shape("amounts", r"\b{ordered}(?: (?:(?:№|#|{number})? ?\d{1,12} )?{worth}(?: {worth_of})?)? ?$")
_ORDERED_AFTER = Shape("amounts", r"^[ -]{ordered}\b")
_GIVEN_BACK = Shape("amounts", r"\b{given_back}")
_TOLD = Shape("amounts", r"\b{told}[ :—–-]{1,3}$")
_GIVES = Shape("amounts", r"\b{gives}")
# Sums the customer paid, lost or asked for are no promise of ours. A comma or who gives ends what they asked.
_NOT_OURS = Shape("amounts", r"\b(?:{not_ours}(?:[^\w,;!?]+(?!{ours}\b)\w+){0,3}|{wanted})[^\w,;!?]*$")
_PART_OF = Shape("amounts", r"\b{part_of}(?: {share_the})? ?$")
_NOT_OURS_AFTER = Shape("amounts", r"^,? (?:{which} )?{wanted_after}")
_GIVING = Shape("amounts", r"\b{giving}(?:[^\w.]+{giving_more}){0,3}[^\w.]*$")
_GOES_TO = Shape("amounts", r"^\W*{goes_to}\b")
_OFF = Shape("amounts", r"^\W*{off}\b")
_TO_YOU = Shape("amounts", r"^ {to_you}\b")
_STOPS = Shape("amounts", r"^\W*(?:$|[.,!;]|\b{stops}\b)")
_REMEDY = Shape("amounts", r"\b{remedy}(?: {about})?[ :–—-]{1,3}$")
_GOES_ON = Shape("amounts", r"^ {goes_on}\b")
# A year or a day that a preposition leads to is no money.
_BY_YEAR = Shape("amounts", r"\b{by_year}\W{1,2}$")
_BY_DAY = Shape("amounts", r"\b{by_day}\W{1,2}$")
_YEARS = (1990, 2100)
_EACH_AFTER = Shape("amounts", r"^\W*{each}\b")
_EACH_BEFORE = Shape("amounts", r"\b{each_before}\W*$")
_HALF = Shape("amounts", r"{half}\W*$")
_SHARE = Shape(
    "amounts",
    r"(\d{1,2}(?:[.,]\d)?) ?(?:%|{percent}) {share_of}(?: {share_the})?(?: {share_full})? ?$",
)
_BARE = Shape(
    "amounts",
    r"(?<![\w.,:/№#-])[1-9]\d{0,2}(?:[ ,]\d{3}){1,4}(?![\w:/%-])"
    r"|(?<![\w.,:/№#-])[1-9]\d{1,5}(?![\w:/%-]|[.,]\d)"
    r"|(?<![\w.,:/№#-])\d{1,3}(?:[.,]\d{1,2})? ?{thousands}(?![\w:/%-])",
)
_SENTENCE = re.compile(r"[.!?]\s|\n")
_LOOK = 60


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
        sums = [one for one in promised(text) if comparable(one.code, limit.currency)]
        sums = [one for one in sums if not text.is_quoted_at(one.start)]
        total = _total(text.raw, sums)
        worst = max(sums, key=lambda one: one.value, default=None)
        if worst is not None and total > limit.amount:
            params = {"amount": f"{total:g}", "limit": f"{limit.amount:g} {limit.currency}".strip()}
            yield Fault(worst.start, worst.end, params=params, because="remedy_limit")


def _total(raw: str, sums: list[Sum]) -> float:
    """What the sums come to: one named again counts once, of two with "or" between them the larger one."""
    whole = [one.value for one in sums if _IN_ALL.match(raw[one.end : one.end + _LOOK])]
    if whole:
        return max(whole)
    total, last = 0.0, 0.0
    seen: set[tuple[float, str]] = set()
    for one in sums:
        before = raw[max(0, one.start - _LOOK) : one.start]
        if (one.value, one.code) in seen and _ON_TOP.search(before) is None:
            continue
        seen.add((one.value, one.code))
        either = _OR.search(before) is not None
        total += max(0.0, one.value - last) if either else one.value
        last = max(one.value, last) if either else one.value
    return total


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
        if _is_refused(before, after):
            continue
        share = _share(before)
        if share is not None:
            kept.append(replace(one, value=one.value * share))
        elif _EACH_AFTER.search(after) or _EACH_BEFORE.search(before):
            kept.append(replace(one, value=one.value * count_before(text, one.start)))
        elif not _is_theirs(before, after) and not _is_price(before, after):
            kept.append(one)
    return kept


def _is_theirs(before: str, after: str) -> bool:
    """Whether the customer paid the sum, lost it or asks for it, or it is what a part is taken from."""
    return any(pattern.search(before) for pattern in (_NOT_OURS, _PART_OF)) or bool(
        _NOT_OURS_AFTER.match(after)
    )


def _is_refused(before: str, after: str) -> bool:
    """Whether the sum will not be given, or nobody has agreed to it yet."""
    is_said = any(pattern.search(before) for pattern in (_REFUSED, _DECLINED, _ASKED))
    if is_said or _REFUSED_AFTER.match(after):
        return True
    return _NOT_GIVEN.match(after) is not None and _TO_GIVE.search(before) is not None


def _share(before: str) -> float | None:
    """The part of a sum that is meant: "20% of the £400"; None where it is all of it."""
    share = _SHARE.search(before)
    if share is not None:
        return float(share[1].replace(",", ".")) / 100
    return 0.5 if _HALF.search(before) else None


def _is_price(before: str, after: str) -> bool:
    """Whether the sum says what an order costs, in a sentence that does not give it back."""
    sentence = f"{_SENTENCE.split(before)[-1]}|{_SENTENCE.split(after)[0]}"
    if _TOLD.search(before) is not None and _GIVES.search(sentence) is None:
        return True
    rate = _RATE.match(after) is not None and _IS.search(before) is not None
    if not rate and _ORDERED.search(before) is None and _ORDERED_AFTER.match(after) is None:
        return False
    return _GIVEN_BACK.search(sentence) is None


def amounts(text: Text) -> list[Sum]:
    """Every sum with a currency, in figures or in words."""
    written = (one for one in in_words(text) if one.code or _ends(text.raw, one.end))
    return [*in_figures(text), *islice(written, MOST_SUMS)]


def _ends(raw: str, end: int) -> bool:
    """Whether a number ends what it says, or goes to somebody: "two thousand guests" does not."""
    after = raw[end : end + _LOOK]
    return any(pattern.match(after) for pattern in (_STOPS, _GOES_TO, _GOES_ON))


def _bare(text: Text) -> Iterator[Sum]:
    """Figures without a currency that can only be money: "we'll make it 350", "25 for the taxi"."""
    for match in islice(_BARE.finditer(text.raw), MOST_SUMS):
        start, end = match.span()
        before, after = text.raw[max(0, start - _LOOK) : start], text.raw[end : end + _LOOK]
        worth = value(match.group()) or 0.0
        if _BY_DAY.search(before) or (_YEARS[0] < worth < _YEARS[1] and _BY_YEAR.search(before)):
            continue
        goes_on = _STOPS.match(after) or _GOES_TO.match(after)
        thousands = not match.group()[-1].isdigit()
        given = _GIVING.search(before) and (goes_on or (thousands and _GOES_ON.match(after)))
        named = _REMEDY.search(before) and (goes_on or _GOES_ON.match(after))
        halved = _HALF.search(before) and (goes_on or _TO_YOU.match(after))
        if given or named or halved or _OFF.match(after):
            yield Sum(start, end, worth, "")
