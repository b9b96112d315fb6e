"""Named detectors: what no list of words can find. The set is closed; YAML uses them by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int]
_DIGITS = re.compile(r"\d")
_DIGIT_RUN = re.compile(r"\d(?:[ \u00a0().–-]{0,2}\d)*")
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")

_MAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63}){1,4}"
)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"»)]{3,500}|(?<![\w@.])(?:t\.me|wa\.me|vk\.com)/[^\s<>\"»)]{2,100}", re.I
)
_NUMBER_RUN = re.compile(r"(?<![\w.,/:-])[+(]?\d(?:[ \u00a0().–-]{0,2}\d){6,18}(?![\d/:]|[.,]\d)")
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)")
_CARD_TAIL = re.compile(
    r"(?:\*{2,4}|x{2,4}|•{2,4}|ending(?: in| with)?|оканчива\w*(?: на)?|заканчива\w*(?: на)?)[ ]?\d{4}(?!\d)",
    re.I,
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_PASSPORT = re.compile(
    r"(?:passport|паспорт\w*|серия)[^\d\n]{0,30}?"
    r"(?:[A-Z]{2}\s?\d{7}|\d{2}\s?\d{2}\s?(?:№\s?|N\s?)?\d{6}|[A-Z]?\d{8,9})(?!\d)"
    r"|(?<![A-Za-z0-9])(?:AB|BM|HB|KH|MP|MC|KB|PP|SP|DP)\s?\d{7}(?!\d)"
    r"|(?<!\d)\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)",
    re.I,
)
_ENGLISH_STREET = (
    r"\b\d{1,4}[a-d]?,? (?:[A-Z][a-z'’]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Close|Court|Square|Terrace|Gardens|Way|Place|Row|Crescent|Hill)\b"
    r"(?:,? (?:flat|apt|apartment|unit) ?\d+)?"
)
_RUSSIAN_STREET = (
    r"\b(?:ул(?:\.|ица|ице|ицу|ицы)|пр(?:-т|осп(?:\.|ект\w*))|пер(?:\.|еул\w*)|бульвар\w*|б-р|шоссе|набережн\w*|проезд\w*)"
    r"\s?[А-ЯЁ0-9][\w-]{1,30}(?:\s[А-ЯЁ][\w-]{1,30})?,?\s(?:д(?:ом)?\.?\s?)?\d{1,4}[а-г]?"
    r"(?:[/,]?\s?(?:корп?|к|кв(?:артира)?)\.?\s?\d{1,4}){0,2}"
    r"|\bкв(?:\.|артир\w*)\s?(?:№\s?)?\d{1,4}\b"
)
_ADDRESS = re.compile(f"{_ENGLISH_STREET}|{_RUSSIAN_STREET}")
_SLOT_WORDS = "name|customer|client|order|date|имя|фамилия|дата|номер|заказ|клиент"
# Alone in brackets or stars these are a slot, in capitals or not; with more words they may be a link's text.
_BARE_SLOT = (
    r"(?i:(?:first|last|full|customer'?s?|client|your|agent'?s?|product|order)[ _](?:name|number|title|date)"
    r"|surname|product|item|amount|issue|problem|reason|отчество|фио|товар|сумма|проблема|причина"
    r"|(?:ваш[ае]?|имя|номер|дата)[ _](?:имя|должность|клиента|сотрудника|заказа|визита)"
    rf"|{_SLOT_WORDS})"
)
# In round brackets only where something was to be put in: small words there are mostly the writer's own.
_PLACES = (
    "dear |hello |hello, |hi |hi, |mr |mrs |ms |уважаемый |уважаемая |уважаемые |уважаемый/ая |уважаемый(ая) "
    "|здравствуйте |здравствуйте, |about |at |by |concerning |for |from |in |of |on |regarding |to "
    "|until |with |в |во |до |для |за |из |к |ко |на |о |об |от |по |при |про |с |со |у "
)
_AT_A_PLACE = "|".join(rf"(?<=(?<!\w){re.escape(place)}\()" for place in _PLACES.split("|"))
_ROUND_SLOT = rf"\((?:(?i:{_AT_A_PLACE})|(?=[A-ZА-ЯЁ_' ]+\))){_BARE_SLOT}\)"
# What a writer of templates tells the agent to do: "(insert reason)", «[сюда вписать, что случилось]».
_FILL = (
    r"(?: an?| the| your| here| customer'?s?)*"
    r" (?:name|date|amount|reason|apolog|detail|order|product|issue|problem|fact|what)"
)
_ORDER_TO_FILL = (
    rf"(?i:(?:here |please )?insert{_FILL}|delete as|choose one"
    r"|(?:сюда |здесь )?(?:вставить|вписать|подставить),? (?!можно)\w"
    r"|(?:не)?нужное (?:зачеркнуть|подчеркнуть|вписать|выбрать|оставить))"
)
_SQUARE_ORDER = (
    rf"(?i:(?:here |please )?(?:describe|enter|add|specify|fill in){_FILL}"
    r"|(?:сюда |здесь )?(?:указать|описать|заполнить),? (?!можно)\w)"
)
_DATE_MASK = r"(?:(?:DD[./-]MM|MM[./-]DD|ДД[./-]ММ)\w{0,2}(?:[./-](?:YY|ГГ){1,2})?|HH:MM|ЧЧ:ММ)(?!\w)"
_PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\{%? ?[A-Za-zА-Яа-яЁё_ .-]{1,40} ?%?\}|\[[A-ZА-ЯЁ][A-ZА-ЯЁ _.:-]{1,60}\]"
    rf"|\[(?:your|insert|вставить|укажите|причина|ваш|{_SLOT_WORDS})[^\]\n]{{0,60}}\]"
    rf"|<(?:[A-ZА-ЯЁ][A-ZА-ЯЁ _-]{{1,40}}|(?:first_name|order_id|{_SLOT_WORDS})[^<>\n]{{0,40}})>"
    rf"|[\[<]{_BARE_SLOT}[\]>]|{_ROUND_SLOT}|(?<![*\w])\*{_BARE_SLOT}\*(?![*\w])"
    rf"|[\[(]{_ORDER_TO_FILL}[^\])\n]{{0,60}}[\])]|\[{_SQUARE_ORDER}[^\]\n]{{0,60}}\]"
    r"|%[A-Z_]{3,30}%|%[a-zа-яё]{2,20}_[a-zа-яё_]{2,20}%|%%\w{2,30}%%|@@\w{2,30}@@|\$\{[^{}\n]{1,40}\}"
    r"|(?<!\w)[XХ]{3,10}(?!\w)|(?<!\w)[XХ]{2,6}[.,][XХ]{2}(?!\w)|_{4,}"
    rf"|(?<=[\[<]){_DATE_MASK}|(?i:(?<=(?<!\w)on )|(?<=(?<!\w)by )|(?<=(?<!\w)до ))"
    rf"{_DATE_MASK}(?=[ \t]*(?:[.!?…](?!\w)|\n|\Z))"
    r"|(?:Dear|Уважаем\S+)(?: (?:Mr|Mrs|Ms|Mr/\w+))? [.…]{3,}"
    r"|(?:Hello|Hi|Здравствуйте,?)(?: (?:Mr|Mrs|Ms|Mr/\w+))? [.…]{3,}(?=[ \t]?[,!])"
    r"|(?:Dear|Hello|Hi|Здравствуйте|Уважаем\S+)(?: (?:Mr|Mrs|Ms|Mr/\w+))?,? "
    r"(?:\?{2,}|(?:NAME|undefined|null|None|NaN)(?!\w))"
    r"|(?<!\w)(?:ИМЯ|ФИО|НОМЕР ЗАКАЗА|ИМЯ КЛИЕНТА|CUSTOMER NAME|FIRST NAME|ORDER NUMBER)(?!\w)|lorem ipsum"
    r"|^(?i:template|macro|canned reply|шаблон|макрос|скрипт|заготовка)"
    r" ?(?:(?:no\.?|№|#) ?)?(?:\d{1,4}|[\"«“][^\"»”\n]{1,40}[\"»”])[.,:;]?(?=[ \t]*\r?\n)",
)
_CAPS = re.compile(r"(?<!\w)[A-ZА-ЯЁ]{3,}(?:[ ,!-]+[A-ZА-ЯЁ]{2,})+(?!\w)")
_CURRENCY = (
    r"(?:€|£|\$|₽|euros?|eur|dollars?|usd|pounds?|quid|gbp|roubles?|rubles?|rub|francs?|chf|byn"
    r"|руб(?:\.|л\w{1,3})?|р\.|евро|доллар\w{0,3}|фунт\w{0,3}|тенге|грив\w{0,3})"
)
_AMOUNT_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"[€£$₽]\s?(?:{_AMOUNT_NUMBER})(?:\s?(?:k|тыс\.?|тысяч\w?|thousand))?"
    rf"|(?<![\w.,])(?:{_AMOUNT_NUMBER})\s?(?:k|тыс\.?|тысяч\w?|thousand)?\s?{_CURRENCY}(?!\w)",
    re.I,
)
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    "|январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр"
)
_DATE = re.compile(
    r"(?<![\d.])\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?(?![\d/])|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th|-?го)? (?:of )?(?:{_MONTHS})\w*",
    re.I,
)


def longest_number(text: str) -> int:
    """How many digits the longest number has, spaces, dots and dashes inside it apart."""
    return max((sum(map(str.isdigit, run)) for run in _DIGIT_RUN.findall(text)), default=0)


def find_mails(text: str) -> Iterator[Span]:
    """E-mail addresses."""
    return (match.span() for match in _MAIL.finditer(text)) if "@" in text else iter(())


def find_urls(text: str) -> Iterator[Span]:
    """Links, with or without a scheme, and messenger links."""
    return (match.span() for match in _URL.finditer(text)) if "/" in text or "." in text else iter(())


def find_phones(text: str) -> Iterator[Span]:
    """Phone numbers: 7 to 15 digits that are no card, no date and no amount."""
    if not _DIGITS.search(text):
        return
    for match in _NUMBER_RUN.finditer(text):
        run = match.group()
        digits = sum(char.isdigit() for char in run)
        grouped = re.fullmatch(r"\d{1,3}(?:[ \u00a0.]\d{3})+", run) is not None
        if (
            7 <= digits <= 15
            and not passes_luhn(run)
            and not _DATE.match(run)
            and not (grouped and digits < 10)
        ):
            yield match.span()


def passes_luhn(number: str) -> bool:
    """Whether the 13 to 19 digits of a string carry a valid check digit."""
    digits = [int(char) for char in number if char in "0123456789"]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def find_cards(text: str) -> Iterator[Span]:
    """Payment card numbers with a valid check digit, the last four digits of one, and IBANs."""
    if not _DIGITS.search(text):
        return
    for match in _CARD.finditer(text):
        if passes_luhn(match.group()):
            yield match.span()
    if _FOUR_DIGITS.search(text):
        yield from (match.span() for match in _CARD_TAIL.finditer(text))
    yield from (match.span() for match in _IBAN.finditer(text))


def _finder(pattern: re.Pattern[str], hint: re.Pattern[str] | None = None) -> Callable[[str], Iterator[Span]]:
    """A detector from a pattern; `hint` is something cheap that every find holds."""

    def find(text: str) -> Iterator[Span]:
        if hint is not None and hint.search(text) is None:
            return iter(())
        return (match.span() for match in pattern.finditer(text))

    return find


_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){6}")
_STREET_HINT = re.compile(
    r"\d[a-d]?,? [A-Z][a-z]"
    r"|\b(?:ул|пр|пер|бульвар|б-р|шоссе|набережн|проезд|кв)[а-я.-]{0,10}\s?(?:№\s?)?[А-ЯЁ0-9]"
)
_SLOT_HINT = re.compile(
    r"[{\[(<%$_*@]|XX|ХХ|ИМЯ|ФИО|НОМЕР|NAME|NUMBER|lorem|DD|MM|ДД|ЧЧ|[.…]{3}|…|\?\?|undefined|null|NaN|None"
    r"|^(?i:template|macro|canned|шаблон|макрос|скрипт|заготовка)"
)
_TWO_CAPS = re.compile(r"[A-ZА-ЯЁ]{3}")

find_placeholders = _finder(_PLACEHOLDER, _SLOT_HINT)
find_amounts = _finder(_AMOUNT, _DIGITS)
DETECTORS: dict[str, Callable[[str], Iterator[Span]]] = {
    "phone": find_phones,
    "card": find_cards,
    "mail": find_mails,
    "url": find_urls,
    "passport": _finder(_PASSPORT, _LONG_NUMBER),
    "address": _finder(_ADDRESS, _STREET_HINT),
    "placeholder": find_placeholders,
    "amount": find_amounts,
    "date": _finder(_DATE, _DIGITS),
    "caps": _finder(_CAPS, _TWO_CAPS),
}
