"""Named detectors: what no list of words can find. The set is closed; YAML uses them by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from complaint_gift.rules.slots import find_placeholders
from complaint_gift.rules.vocabulary import Shape
from complaint_gift.text import wordfiles

Span = tuple[int, int]
_DIGITS = re.compile(r"\d")
_DIGIT_RUN = re.compile(r"\d(?:[ \u00a0().–-]{0,2}\d)*")
# `re` skips what cannot begin a match only where an expression begins with one sign: what has to stand before
# it is looked at last.
_FOUR_DIGITS = re.compile(r"\d\d\d\d(?!\d)(?<!\d{5})")

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
_NUMBER_RUN = re.compile(
    r"[+(\d](?<![\w.,/:-][+(\d])(?:(?<=\d)|(?<=[+(])\d)(?:[ \u00a0().–-]{0,2}\d){6,18}(?![\d/:]|[.,]\d)"
)
_SHORTEST_CARD = 13
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)")
# Words do not stand here but in words/<language>.yaml, under the names in braces.
_CARD_TAIL = Shape(
    "detectors",
    r"(?:\b{card},? )?"
    r"(?:(?:\*{2,4}|x{2,4}|•{2,4})(?!\d{4}\*\*)|{ending_in}(?! ?(?:19|20)\d\d(?!\d)))"
    r"[ ]?\d{4}(?!\d)"
    r"|\b(?:{cards}|visa|mastercard)\b[^.!?\d\n]{0,12}(?:[*•·…]|{ending}|\.{3})[a-z ]{0,5}\d{4}(?!\d)"
    r"|\b{last_digits}[ :]{1,2}\d{4}(?!\d)",
)
_BEFORE_TAIL = 80  # characters: more than the longest words that may stand there
_IBAN = re.compile(r"[A-Z][A-Z]\d\d(?<!\w[A-Z]{2}\d{2})(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CALLED_IBAN = Shape("detectors", r"\bIBAN[ :№.]*(?:(?:{is}|{number_of})[ :.]*)?$")
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
_ACCOUNT = Shape(
    "detectors",
    r"(?:\b{account}(?: (?:№|{number_of}))?[ :№]{1,3})?"
    r"(?<![\d.])(?:40817|40820|42[36]0[1-7])[ .-]?\d{3}[ .-]?\d[ .-]?\d{4}[ .-]?\d{7}(?!\d)",
)
_ACCOUNT_HINT = re.compile(r"4(?:0817|0820|2[36]0[1-7])")
_PASSPORT_GAP = r"(?:[\s,]{0,2}(?:№|N|{number_of})?[\s:]{0,2})"
_PASSPORT = Shape(
    "detectors",
    r"{passport}[^\d\n]{0,30}?"
    rf"(?:(?-i:[A-ZА-Я]{{2}})\s?\d{{7}}|\d{{2}}\s?\d{{2}}{_PASSPORT_GAP}\d{{6}}|\d{{2}}{_PASSPORT_GAP}\d{{7}}"
    r"|[A-Z]?\d{8,9})(?!\d)"
    r"|(?<!\w)(?-i:AB|BM|HB|KH|MP|MC|KB|PP|SP|DP|АВ|ВМ|НВ|КН|МР|МС|КВ|РР)\s?\d{7}(?!\d)"
    r"|(?<![\d-])\d{3}-\d{3}-\d{3}[ -]\d{2}(?![\d-])",
)
# Every language has its own order of house and street, so that these are whole expressions.
_ADDRESS = Shape("detectors", "{addresses}", re.NOFLAG)
_ADDRESS_HINT = Shape("detectors", "{address_hints}", re.NOFLAG)
_AROUND_HOUSE = (100, 60)  # characters: a street before its house, or behind it, is no longer
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
_DATE = Shape(
    "detectors",
    r"(?<![\d.])\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?(?![\d/])|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    r"|(?<!\d)\d{1,2}{nth}? (?:{of} )?{months}\w*",
)
_BIRTH_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}{nth}? (?:{of} )?{months}\w{0,8},? \d{4}|{months}\w{0,8} \d{1,2}{nth_behind}?,? \d{4})(?!\d)"
)
_BIRTH = Shape(
    "detectors",
    rf"\b{{born}}[^\d\n.!?]{{0,14}}?(?<![\d./-]){_BIRTH_DATE}|(?<![\d./-]){_BIRTH_DATE} ?{{born_behind}}",
)
_BIRTH_HINT = Shape("detectors", r"\b{born}|{born_behind}")
_YEAR = re.compile(r"[\d./-]\d\d(?:(?<=[./-]\d\d)|\d)")  # or what may be one
_AROUND_YEAR = (80, 40)  # characters: a month, a day and the words for a birth are no longer


def longest_number(text: str) -> int:
    """How many digits the longest number has, spaces, dots and dashes inside it apart."""
    return max((sum(map(str.isdigit, run)) for run in _DIGIT_RUN.findall(text)), default=0)


def find_mails(text: str) -> Iterator[Span]:
    """E-mail addresses."""
    return (match.span() for match in _MAIL.finditer(text)) if "@" in text else iter(())


def find_urls(text: str) -> Iterator[Span]:
    """Links, with or without a scheme, and messenger links."""
    is_worth_it = "/" in text or "www." in text.lower()
    return (match.span() for match in _URL.finditer(text)) if is_worth_it else iter(())


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
    long = longest_number(text) >= _SHORTEST_CARD
    for match in _CARD.finditer(text) if long else ():
        if passes_luhn(match.group()):
            yield match.span()
    for start, end in _around(_FOUR_DIGITS.finditer(text), _BEFORE_TAIL, 0):
        yield from (match.span() for match in _CARD_TAIL.pattern().finditer(text, start, end))
    for match in _IBAN.finditer(text):
        length = iban_length(match.group())
        if length:
            yield match.start(), match.start() + length
        elif _CALLED_IBAN.search(text[max(0, match.start() - 20) : match.start()]):
            yield match.span()
    if _ACCOUNT_HINT.search(text):
        yield from (match.span() for match in _ACCOUNT.finditer(text))


def _around(found: Iterable[re.Match[str]], before: int, after: int) -> Iterator[Span]:
    """So many characters around each match, as few spans as there can be: dear patterns look there alone."""
    start = end = -1
    for match in found:
        if match.start() - before > end:
            if end >= 0:
                yield start, end
            start = max(0, match.start() - before)
        end = match.end() + after
    if end >= 0:
        yield start, end


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
    pattern: re.Pattern[str] | wordfiles.Shape, hint: re.Pattern[str] | wordfiles.Shape | None = None
) -> Callable[[str], Iterator[Span]]:
    """A detector from a pattern; `hint` is something cheap that every find holds."""

    def find(text: str) -> Iterator[Span]:
        if hint is not None and hint.search(text) is None:
            return iter(())
        return (match.span() for match in pattern.finditer(text))

    return find


def _finder_near(
    pattern: wordfiles.Shape, hint: wordfiles.Shape, sign: re.Pattern[str], before: int, after: int
) -> Callable[[str], Iterator[Span]]:
    """A detector of what holds a sign, such as a digit; `hint` is looked for around the signs alone."""

    def find(text: str) -> Iterator[Span]:
        wanted = hint.pattern()
        near = _around(sign.finditer(text), before, after)
        if any(wanted.search(text, start, end) for start, end in near):
            yield from (match.span() for match in pattern.finditer(text))

    return find


_LONG_NUMBER = re.compile(r"\d\d\d(?:\d{3}|-\d{3}-)")
_TWO_CAPS = re.compile(r"[A-ZА-ЯЁ]{3}")

find_amounts = _finder(_AMOUNT, _DIGITS)
find_births = _finder_near(_BIRTH, _BIRTH_HINT, _YEAR, *_AROUND_YEAR)  # with the words that call them so
DETECTORS: dict[str, Callable[[str], Iterator[Span]]] = {
    "phone": find_phones,
    "card": find_cards,
    "mail": find_mails,
    "url": find_urls,
    "passport": _finder(_PASSPORT, _LONG_NUMBER),
    "address": _finder_near(_ADDRESS, _ADDRESS_HINT, _DIGITS, *_AROUND_HOUSE),
    "placeholder": find_placeholders,
    "amount": find_amounts,
    "date": _finder(_DATE, _DIGITS),
    "caps": _finder(_CAPS, _TWO_CAPS),
}
