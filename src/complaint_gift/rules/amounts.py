"""Promises of money above the writer's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

from complaint_gift.rules.money import MOST_SUMS, Sum, comparable, count_before, in_figures, in_words, value
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.text import Text

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
    r"|grant\w*|promis\w+|approv\w+|issu\w+|authori[sz]\w+|process\w*|agree\w*|award\w*"
    r"|вернуть|возвращать|вы?плат\w+|заплатить|дать|предложить|выдать"
    r"|компенсировать|возместить|перевести|начислить|отправить|(?:по)?обещать|одобрить|оплатить|подарить)"
    r"|\bне (?:верн[уё]\w*|вернем|выплат\w+|заплат\w+|дадим|дам|компенсируем|возместим|обеща\w+"
    r"|начислим|перевед[уёе]\w*))"
    rf"(?:\s(?!(?:{_BREAKS})\b)[\w’'-]+){{0,5}}\s?$",
    re.I,
)
_DECLINED = re.compile(
    r"\b(?:declin(?:e|ed|ing)|have to refuse|say(?:ing)? no to|отказ(?:ать|ано|ываем)(?: вам)? в)"
    r"(?: [\w’'-]+){0,4} ?$",
    re.I,
)
# What somebody else has yet to agree to.
_ASKED = re.compile(
    r"\bask(?:ed|ing)(?: \w+){1,3} (?:to (?:approve|sign off|release|agree to)|for)(?: [\w’'-]+){0,5} ?$",
    re.I,
)
# Said after the sum: "£400 cannot be refunded", «8000 рублей вернуть не можем».
_REFUSED_AFTER = re.compile(
    r"^[^.!?,;\n]{0,30}?\b(?:(?:can ?not|can['’]t|could not|won['’]t|will not)"
    r" be (?:refunded|paid|returned|reimbursed|approved)"
    r"|(?:вернуть|выплатить|компенсировать|возместить) (?:\w+ )?не (?:мо[гж]|смо[гж]|вправе|готов)"
    r"|отказ(?:ать|ываем|ано))",
    re.I,
)
# Russian may say so only after the sum: «вернуть 50 000 рублей мы не можем».
_TO_GIVE = re.compile(
    r"\b(?:вернуть|выплатить|заплатить|дать|предложить|компенсировать|возместить|перевести|начислить|одобрить)"
    r"(?:\s\w+){0,4}\s?$",
    re.I,
)
_NOT_GIVEN = re.compile(
    r"^[^.!?,;\n]{0,20}?\bне (?:мо[гж]|смо[гж]|вправе|в силах|готов|буд|стан|получится|удастся|уда[её]тся)",
    re.I,
)
_IN_ALL = re.compile(r"^,? (?:in (?:total|all)|altogether|всего|в сумме)\b", re.I)
# A sum named again is the same money, unless it comes on top.
_ON_TOP = re.compile(
    r"\b(?:and|plus|another|further|и|плюс|ещё)(?! (?:the|this|that|эти)\b)[^.!?\n\d]{0,40}$", re.I
)
_OR = re.compile(r"\b(?:or|или)\b[^.!?\n\d]{0,40}$", re.I)
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
# Said right before the sum: what something costs, what was said, spent, charged, asked for, owed by them.
_NAMED = (
    r"prices?|fees?|fares?|excess|deductible|tariff|overdraft|supplement|surcharge|minimum|limit|total|quote"
    r"|charge|bill|invoices?|deposit|fines?|debts?|arrears|demand|menu|shelf|website|till|sign|statement"
)
_RUSSIAN_NAMED = (
    r"цена|стоимость|тариф|комиссия|штраф|франшиза|долг|задолженность|предоплата|задаток|депозит|аванс"
    r"|взнос|билет|сумма|счёт|плат[её]ж"
)
_TOLD = re.compile(
    rf"\b(?:(?:{_NAMED})(?:[ -][\w’']+){{0,4}}?"
    r" (?:of|is|was|are|were|says?|said|reads?|shows?|showed|lists?|came to|comes to|now|at|be|for|read)"
    r"|(?:starts?|starting|invoiced|priced|bookable|sold) (?:at|from)"
    r"|spen(?:d|t|ding)|billed|overcharged|debited"
    r"|you(?:['’](?:d|ll|re)| would| will| still| really| now)?"
    r" (?:owe|pay|like|want|expect|spend|mention(?:ed)?)(?: (?:an?|the))?"
    r"|expect\w*(?: \w+){0,6} for|at|from|over|above|promised you|were promised"
    r"|insur\w+(?: \w+){0,2} up to|increased(?: \w+){0,4} by|for just"
    r"|your (?:request|claim|demand|payment)(?: \w+)? (?:for|of)"
    rf"|(?:{_RUSSIAN_NAMED})(?: (?!верн|спи|отмен)\w+){{0,3}}?"
    r"(?: составля\w+| составил\w?| был\w?| в размере| на| в|[:,—–-]+)?"
    r"|сто(?:ит|или?|ила|ят)|было|показыва\w+|удержали|взяли(?: с вас)?(?: лишни\w)?|потратили|вы отдали"
    r"|перевели нам|хот(?:ите|ели)(?: получить)?|требовани\w+(?: о \w+)?|пообещал\w?(?: вам)?|обещали вам"
    r"|к оплате|всего за|за|от|свыше|дороже|разве)[ :—–-]{1,3}$",
    re.I,
)
# Anything in the sentence that gives: then what was told may well be what is given.
_GIVES = re.compile(
    r"\b(?:refund|reimburs|compensat|credit|cancel|waiv|return|repa(?:id|y)|back\b|voucher|gift|goodwill"
    r"|discount|rebate|transfer(?:r|s?\b(?! was| is))|sent\b|send|give\b|giving|gave|get\b|getting|receive"
    r"|offer|accept|you can have|yours\b|pay(?:ing)? (?:you|for|the|back|out|£|\$|€)"
    r"|we(?:['’](?:ll|re|ve))? (?:will |are |have )?(?:pa(?:y|id)|owe|cover|add|put|take|knock)"
    r"|off\b|deduct|on (?:its|their) way|here(?:['’]s| is| are)|goes? (?:out|to you)"
    r"|(?:been|was|were|be) paid|paid (?:out|today)|on (?:us|the house)\b|put(?:ting)?\b|lower\b|remov"
    r"|dropped|revers|releas|settle|wip(?:e|ing)|written|writing off|ours to|our guest|in(?:to)? your"
    r"|on your (?:card|account)|(?:not|n['’]t) (?:be )?(?:charge|billed)|meet the|covered|bear\b|with you\b"
    r"|верн|возвра|возме[сщ]|компенс|выплат|выплач|заплатим|переведем|переведём|перевед[уё]"
    r"|перевели(?! нам)|переводим|перечисл|зачисл|начисл|спишем|аннулир|отмен|за наш сч|дарим|дарю|подар"
    r"|дадим|даю\b|даём|предлага|получите|скидк|сертификат|ваучер|купон|промокод|бонус|ваши\b|придут|поступ"
    r"|положен|причита|должны вам|меньше|дешевле|вычт|вычли|добав|доплат|сверху|обнул"
    r"|прост(?:или|им|ила?)\b|разблокир|отдад|отдам|(?:бер[уёе]|возьм[уёе])м? на себя|сни[зж]|уменьш"
    r"|оплатим|оплачу|заплачу|закро(?:ем|ю|ли)|обратно|держите|с нас\b|на (?:\w+ )?(?:карт|сч[её]т|баланс))",
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
_NOT_OURS_AFTER = re.compile(
    r"^,? (?:(?:that|which) )?(?:you (?:ask|claim|mention|want|demand)\w*|you(?:['’]d| would) like"
    r"|котор\w+ вы (?:прос|хот|требу)\w+)",
    re.I,
)
_GIVING = re.compile(
    r"(?:\b(?:make it|gets?|giving you|give you|pay you|paying you|send you|refund(?: you)?|transfer"
    r"|credit|plus|another|(?<!\d )and|off(?: (?:the|your) \w+,)?|deducting)"
    r"|\bверн(?:у|[её][мт]|уть|ул[аи]?|улись)\b"
    r"|\b(?:получите|начисл\w*|перевед\w*|переводим|выплат\w*|компенсир\w*|даём|дадим|плюс|ещё))"
    r"(?:[^\w.]+(?:you|your|the|an?|about|around|up|to|extra|further|full|all|back|only|another"
    r"|вам|на|ещё|до|около|примерно|все|сверху|по|целых|обратно)){0,3}[^\w.]*$",
    re.I,
)
_GOES_TO = re.compile(r"^\W*(?:off|for the|for your|towards|extra|сверху|за|на карту|вам)\b", re.I)
_OFF = re.compile(r"^\W*off\b", re.I)
_TO_YOU = re.compile(r"^ (?:(?:that |which )?(?:you|we|she|he|they)|вы|что)\b", re.I)
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
_BY_DAY = re.compile(
    r"\b(?:by|until|till|within|before|since|after|between|at"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.?)\W{1,2}$",
    re.I,
)
_YEARS = (1990, 2100)
_EACH_AFTER = re.compile(r"^\W*(?:each|apiece|a day|per day|кажд\w+|в день|за каждый)\b", re.I)
_EACH_BEFORE = re.compile(r"\bпо\W*$", re.I)
_HALF = re.compile(r"(?:half(?: of)?(?: the| your)?|половин\w+(?: от)?)\W*$", re.I)
_SHARE = re.compile(
    r"(\d{1,2}(?:[.,]\d)?) ?(?:%|per ?cent|процент\w{0,2})"
    r" (?:of|от)(?: the| your| суммы| стоимости)?(?: full| total)? ?$",
    re.I,
)
_BARE = re.compile(
    r"(?<![\w.,:/№#-])[1-9]\d{0,2}(?:[ ,]\d{3}){1,4}(?![\w:/%-])"
    r"|(?<![\w.,:/№#-])[1-9]\d{1,5}(?![\w:/%-]|[.,]\d)"
    r"|(?<![\w.,:/№#-])\d{1,3}(?:[.,]\d{1,2})? ?(?:[kк]|тыс\.|тысяч\w?|grand)(?![\w:/%-])",
    re.I,
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
        elif not (_NOT_OURS.search(before) or _NOT_OURS_AFTER.match(after) or _is_price(before, after)):
            kept.append(one)
    return kept


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
