"""Named detectors: what no list of words can find. The set is closed; YAML uses them by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from complaint_gift.rules.slots import find_placeholders
from complaint_gift.rules.vocabulary import Shape

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
# A day or a span of days with dashes, two years: no phone.
_DAYS = re.compile(
    r"\d{1,2}[.–-]\d{1,2}[.–-](?:19|20)\d\d(?!\d)|\d{1,2}[–-]\d{1,2}\.\d{2}(?:\.\d{2,4})?$|(?:19|20)\d\d[–-](?:19|20)\d\d$"
)
_NUMBER_RUN = re.compile(r"(?<![\w.,/:-])[+(]?\d(?:[ \u00a0().–-]{0,2}\d){6,18}(?![\d/:]|[.,]\d)")
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)")
_CARD_TAIL = re.compile(
    r"(?:\b(?:card|карт[а-я]{0,2}),? )?"
    r"(?:(?:\*{2,4}|x{2,4}|•{2,4})(?!\d{4}\*\*)"
    r"|(?:ending(?: in| with)?|оканчива\w*(?: на)?|заканчива\w*(?: на)?)(?! ?(?:19|20)\d\d(?!\d)))"
    r"[ ]?\d{4}(?!\d)"
    r"|\b(?:cards?|visa|mastercard|карт[а-я]{0,2}|мир)\b[^.!?\d\n]{0,12}"
    r"(?:[*•·…]|ending|\.{3})[a-z ]{0,5}\d{4}(?!\d)"
    r"|\b(?:last (?:four|4) digits|последн\w{2,3} (?:(?:4|четыр\w{1,3}) )?цифр\w{0,3})[ :]{1,2}\d{4}(?!\d)",
    re.I,
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CALLED_IBAN = re.compile(r"\bIBAN[ :№.]*(?:(?:is|no|number|номер)[ :.]*)?$", re.I)
# How long an IBAN of each country is, by the registry; what is longer or shorter is none.
_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22"
        "GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22"
        "MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26"
        "UA29VA22VG24XK20",
    )
}
# Accounts of natural persons in Russian banks, deposits among them; a firm's account is no secret.
_ACCOUNT = re.compile(
    r"(?:(?:\b[рл]/с\w?|\b(?:(?:лицев|расч[её]тн|номер)\w{0,4} )?сч[её]т\w{0,2}|\baccount)"
    r"(?: (?:№|номер|no\.?|number))?[ :№]{1,3})?"
    r"(?<![\d.])(?:40817|40820|42[36]0[1-7])[ .-]?\d{3}[ .-]?\d[ .-]?\d{4}[ .-]?\d{7}(?!\d)",
    re.I,
)
_PASSPORT_GAP = r"(?:[\s,]{0,2}(?:№|N|No\.?|number|номер)?[\s:]{0,2})"
_PASSPORT = re.compile(
    r"(?:passport|паспорт\w*(?!\w| (?:издели|товар|прибор|устройств|качеств|безопасност|сделк))"
    r"|\bсери[яиею]\b)"
    r"[^\d\n]{0,30}?"
    rf"(?:(?-i:[A-ZА-Я]{{2}})\s?\d{{7}}|\d{{2}}\s?\d{{2}}{_PASSPORT_GAP}\d{{6}}|\d{{2}}{_PASSPORT_GAP}\d{{7}}"
    r"|[A-Z]?\d{8,9})(?!\d)"
    r"|(?<!\w)(?-i:AB|BM|HB|KH|MP|MC|KB|PP|SP|DP|АВ|ВМ|НВ|КН|МР|МС|КВ|РР)\s?\d{7}(?!\d)"
    r"|(?<![\d-])\d{3}-\d{3}-\d{3}[ -]\d{2}(?![\d-])",
    re.I,
)
_ENGLISH_STREET = (
    r"\b\d{1,4}[A-Da-d]?,? (?:[A-Z][a-z'’]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Close|Court|Square|Terrace|Gardens|Way|Place|Row|Crescent|Hill)\b"
    r"(?:,? (?:flat|apt|apartment|unit) ?\d+)?"
)
# Where the post is sorted; somebody's only beside a house or beside words that say so.
_POSTCODE = (
    r"(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]"
    r"|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)"
    r"\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?!\w)"
)
_ENGLISH_PLACE = (
    rf"(?<!\w){_POSTCODE},? (?i:house|flat|apt\.?|apartment|unit) ?(?i:no\.? ?)?\d{{1,4}}[A-Za-z]?\b"
    r"|\b(?i:house|flat|apt\.?|apartment|unit) ?\d{1,4}[A-Za-z]?,? "
    rf"(?:[A-Z][a-z]{{1,20}},? ){{0,3}}{_POSTCODE}"
    r"|\b(?i:post ?code|(?:live[sd]?|living) (?:in|at)"
    r"|(?:your|his|her|their) (?:\w{2,12} )?(?:address|home|flat|house))"
    rf"[^.!?\d\n]{{0,24}}?(?<!\w){_POSTCODE}"
)
_RUSSIAN_STREET = (
    r"\b(?:ул(?:\.|ица|ице|ицу|ицы)|пр(?:-к?т|осп(?:\.|ект\w*))|пер(?:\.|еул\w*)|бульвар\w*|б-р|шоссе|набережн\w*|проезд\w*)"
    r"\s?[А-ЯЁ0-9][\w-]{0,30}(?:\s[А-ЯЁ][\w-]{1,30})?,?\s(?:д(?:ом)?\.?\s?)?\d{1,4}[А-Га-г]?"
    r"(?:[/,]?\s?(?:корп?|к|кв(?:артира)?)\.?\s?\d{1,4}){0,2}"
    r"|\b[А-ЯЁ][а-яё-]{2,20}(?:ий|ый|ой|ая|ое|ого|ом|ую) "
    r"(?:пр(?:оспект\w{0,2}|-к?т|\.)|шоссе|бульвар\w{0,2}|б-р|ул(?:\.|иц\w)"
    r"|пер(?:\.|еул\w{1,3})|наб(?:\.|ережн\w{2})|проезд\w?)"
    r",?\s(?:д(?:ом)?\.?\s?)?\d{1,4}[А-Га-г]?(?:,? кв\.? ?\d{1,4})?"
    r"|\bкв(?:\.|артир\w*)\s?(?:№\s?)?\d{1,4}\b"
)
_ADDRESS = re.compile(
    rf"{_ENGLISH_STREET}(?:,(?: [A-Z][a-z]{{1,20}}){{1,2}},? {_POSTCODE})?|{_ENGLISH_PLACE}|{_RUSSIAN_STREET}"
)
_CAPS = re.compile(r"(?<!\w)[A-ZА-ЯЁ]{3,}(?:[ ,!-]+[A-ZА-ЯЁ]{2,})+(?!\w)")
_SIGNS = "€£$₽₴₸₹¥₺"
_CODES = (
    "EUR|USD|GBP|CHF|RUB|RUR|BYN|PLN|KZT|UAH|INR|SEK|NOK|DKK|CZK|HUF|RON|BGN|JPY|CNY|TRY|AED|GEL|CAD|AUD|NZD"
)
_CURRENCY = rf"(?:[{_SIGNS}]|eur|usd|gbp|rub|chf|byn|(?-i:{_CODES}|S?Fr\.|Kč)|zł|(?<![a-z])rs|{{names}})"
_AMOUNT_NUMBER = r"(?>\d{1,3}(?:[ \u00a0\u202f.,]\d{3}){1,4}(?!\d)(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)"
# What money is called its language says.
_AMOUNT = Shape(
    "money",
    rf"(?:[{_SIGNS}]|(?<!\w)(?-i:{_CODES}|S?Fr\.|Rs\.?))\s?(?:{_AMOUNT_NUMBER})(?:\s?{{multiples}}(?!\w))?"
    rf"|(?<![\w.,])(?:{_AMOUNT_NUMBER})(?:\s?{{multiples}})?[\s-]?{_CURRENCY}(?!\w)",
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
_BIRTH_DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|-?го)? (?:of )?(?:{_MONTHS})\w{{0,8}},? \d{{4}}"
    rf"|(?:{_MONTHS})\w{{0,8}} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})(?!\d)"
)
_BIRTH = re.compile(
    r"\b(?:dates? of birth|birth ?da(?:te|y)|d\.?o\.?b\b\.?|born|дат\w{1,3} рождения|д(?:ень|ня) рождения"
    r"|д\. ?р\."
    r"|родил(?:ся|ась|ись|ось))"
    rf"[^\d\n.!?]{{0,14}}?(?<![\d./-]){_BIRTH_DATE}"
    rf"|(?<![\d./-]){_BIRTH_DATE} ?(?:(?:г(?:ода|\.)? ?)?рождения|г\. ?р\.?)",
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
            and not _DAYS.match(run)
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
    """Payment cards with a valid check digit, the last four digits of one, IBANs, accounts of people."""
    if not _DIGITS.search(text):
        return
    for match in _CARD.finditer(text):
        if passes_luhn(match.group()):
            yield match.span()
    if _FOUR_DIGITS.search(text):
        yield from (match.span() for match in _CARD_TAIL.finditer(text))
    for match in _IBAN.finditer(text):
        length = iban_length(match.group())
        if length:
            yield match.start(), match.start() + length
        elif _CALLED_IBAN.search(text[max(0, match.start() - 20) : match.start()]):
            yield match.span()
    yield from (match.span() for match in _ACCOUNT.finditer(text))


def iban_length(written: str) -> int:
    """How many characters of a string are an IBAN: its country's length, its check digits; 0 for none."""
    wanted = _IBAN_LENGTHS.get(written[:2], 0)
    places = [place for place, char in enumerate(written) if char != " "]
    if not wanted or len(places) < wanted:
        return 0
    end = places[wanted - 1] + 1
    if end < len(written) and written[end] != " ":
        return 0
    compact = written[:end].replace(" ", "")
    return end if int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1 else 0


def _finder(
    pattern: re.Pattern[str] | Shape, hint: re.Pattern[str] | None = None
) -> Callable[[str], Iterator[Span]]:
    """A detector from a pattern; `hint` is something cheap that every find holds."""

    def find(text: str) -> Iterator[Span]:
        if hint is not None and hint.search(text) is None:
            return iter(())
        return (match.span() for match in pattern.finditer(text))

    return find


_LONG_NUMBER = re.compile(r"\d{6}|\d{3}-\d{3}-")
_STREET_HINT = re.compile(
    r"\d[A-Da-d]?,? [A-Z][a-z]|\d[A-Z]{2}(?!\w)"
    r"|\b(?:ул|пр|пер|бульвар|б-р|шоссе|набережн|наб|проезд|кв)[а-я.-]{0,10},?\s?(?:№\s?|д(?:ом)?\.?\s?)?[А-ЯЁ0-9]"
)
_TWO_CAPS = re.compile(r"[A-ZА-ЯЁ]{3}")

find_amounts = _finder(_AMOUNT, _DIGITS)
find_births = _finder(_BIRTH, _DIGITS)
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
