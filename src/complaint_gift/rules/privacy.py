"""Personal data in public words: the customer's or an employee's, never the company's own contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from complaint_gift.rules.detectors import DETECTORS, find_births, longest_number
from complaint_gift.rules.situation import Fault, Situation, fault_at

_CONTACTS = ("phone", "mail")
_SECRETS = ("card", "passport", "address", "birth")
# Words before a contact that make it ours: "call us on ...", "напишите нам на ...".
_OUR_WORDS = (
    r"us|our|me|my|reach|ring|call|write to|e-?mail|text|line|hotline|helpline|support|manager|desk"
    r"|office|contact|ask for|whatsapp|via|centre|center"
)
_RUSSIAN_OURS = (
    r"нам|нас|наш\w*|мне|мой|моя|звоните|позвоните|пишите|напишите|наберите|присылайте|пришлите"
    r"|телефон отдела|горячая линия|почта|горячей линии|руководител\w*|менеджер\w*|по номеру"
    r"|дежурн\w*|круглосуточно"
)
_THEIR_WORDS = (
    r"your|her|his|their|you on|you at|you under|called you|rang you|tried you|sent to"
    r"|sent it to|sent the|password"
)
_RUSSIAN_THEIRS = (
    r"ваш\w*|вам на|вас по|вам по|её|его|их|звонили|отправили на|выслали на|на имя|зарегистрирован\w*"
)
# The rest of the sentence; a full stop inside a link or a mail address does not end it.
_REST = r"(?:[^.!?\n]|[.!?](?=\S)){0,60}$"
_OURS = re.compile(rf"\b(?:{_OUR_WORDS}|{_RUSSIAN_OURS})\b{_REST}", re.I)
_THEIRS = re.compile(rf"\b(?:{_THEIR_WORDS}|{_RUSSIAN_THEIRS})\b{_REST}", re.I)
_LOOK_BACK = 90
# Where anybody may have a mailbox. An address anywhere else is a company's own contact unless the words
# beside it give it to somebody.
_FREE_MAIL = re.compile(
    r"@(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|aol|icloud|me|proton(?:mail)?|gmx|web|zoho"
    r"|mail|bk|inbox|list|internet|yandex|ya|rambler|tut|ukr)\.[a-z]{2,3}(?:\.[a-z]{2})?$",
    re.I,
)
_DESKS = re.compile(
    r"^[\w.+-]*(?:support|help|info|care|service|hello|contact|feedback|complaints?|sales|office|team)[\w.+-]*@",
    re.I,
)
_THEIR_MAIL = re.compile(
    r"\b(?:your|her|his|their|ваш\w*|её|его|их)(?: \w+)? (?:e-?mail|mail|address|почт\w*|адрес\w*|ящик\w*)"
    r"[^.!?\n]{0,14}$"
    r"|\b(?:sent|resent|mailed|forwarded|отправил\w*|выслал\w*)\b[^.!?\n]{0,30}"
    r" (?:to|on|under|with|на)[ :]*$"
    r"|\b(?:registered|зарегистрирован\w*) (?:to|on|under|with|на)[ :]*$",
    re.I,
)
# Between "your" and a phone these make it ours: "for your convenience call ...", «ваш менеджер: ...».
_NOT_THEIRS = (
    r"on|to|at|via|with|call|ring|dial|please|convenience|manager|adviser|advisor|contact|stay|visit"
    r"|subscription|season|по|на|в|звоните|позвоните|пишите|напишите|наберите|удобств\w|менеджер\w{0,2}"
    r"|куратор\w{0,2}|специалист\w{0,2}"
)
_THEIR_PHONE = re.compile(
    rf"\b(?:your|ваш\w*)(?: (?!(?:{_NOT_THEIRS})\b)[\w-]+){{0,3}}[ :(#№]*$"
    r"|\b(?:your|ваш\w*)(?: \w+)?"
    r" (?:phone|mobile|cell|number|account|телефон\w*|номер\w*|мобильн\w*)[ ,:(–—-]{1,3}$"
    r"|\b(?:rang|phoned|texted|набра(?:ли|л|ла)|дозвони(?:ться|лись|лась|лся)[^.!?\n\d]{0,20}|смс ушл[оаи] на"
    r"|on file (?:is|as)|у нас записан(?: телефон| номер)?)[ :]*$"
    r"|\b(?:rang|called|tried|texted|phoned|звонил\w*|перезвони\w*|набирал\w*)\b[^.!?\n]{0,25}"
    r"\b(?:on|at|under|на|по)(?: \w+){0,2}[ :]*$"
    r"|\b(?:you (?:on|at|under)|вам на|вас по)(?: \w+){0,2}[ :]*$"
    r"|\b(?:registered|зарегистрирован\w*|привязан\w*) (?:to|on|under|with|на|к)[ :]*$"
    r"|\bна имя\b[^.!?\n]{0,30}$",
    re.I,
)
# A number that files something is nobody's phone.
_FILED = re.compile(
    r"\b(?:ticket|case|order|request|reference|ref|id|no|invoice|booking|заказ\w*|обращени\w*|заявк\w*|тикет\w*"
    r"|брон\w*|сч[её]т\w*|договор\w*|артикул\w*|номер заказа)[ :#№.\w]{0,12}$",
    re.I,
)
# The same where the digits are in groups, as those of cards are: the word and the number touch.
_FILED_CLOSE = re.compile(
    r"\b(?:tickets?|case|orders?|request|reference|ref|invoice|booking|tracking|track|parcel|shipment|consignment"
    r"|waybill|return|claim|article|item|part|serial|sku|barcode|ean|model"
    r"|заказ\w{0,3}|обращени\w{1,2}|заявк\w{1,2}|тикет\w{0,2}|брон\w{1,4}|накладн\w{2,3}|отправлени\w{1,2}|посылк\w{1,2}"
    r"|трек\w{0,2}|возврат\w{0,2}|артикул\w{0,2}|серийн\w{2,3}|штрих-?код\w{0,2}|товар\w{0,2}|чек\w{0,2}|квитанци\w{1,2}"
    r"|договор\w{0,2}|модел\w{1,2})"
    r"(?:[ -](?:numbers?|num|no|nr|id|code|is|was|номер\w{0,2}|код|под|за|с|это)\b\.?){0,3}[ :#№.–—-]{0,4}$",
    re.I,
)
_FILED_AFTER = re.compile(
    r"^[ ,–—-]{1,3}(?:is|was|это)?[ –—-]{0,3}(?:(?:your|the|our|номер|код)\w{0,2} )?(?:ваш\w{0,3} )?"
    r"(?:order|ticket|case|tracking|parcel|booking|reference|заказ|обращени|заявк|отправлени|посылк|трек)",
    re.I,
)
# Numbers that cost the caller nothing are a company's.
_TOLL_FREE = re.compile(
    r"\W*(?:(?:\+?7|8)\D{0,2}80[04]|0(?:800|808|300|345)|(?:\+?1\D{0,2})?8(?:00|88|77|66)\D)"
)
# The customer wrote there: what they name is ours.
_CALLED = re.compile(
    r"(?<!you )(?<!вы )\b(?:rang|called|phoned|ringing|calling|dialled|tried|wrote|written|e-?mailed"
    r"|hotline|helpline|your (?:number|line)|звони\w+|дозвони\w+|писал\w*|набирал\w*"
    r"|ваш\w* (?:номер\w*|телефон\w*|почт\w)|горяч\w+ лини\w)\b"
    r"(?:(?!\b(?:my|me|мой|моему|мне)\b)[^.!?\n\d]){0,30}$",
    re.I,
)
# A shop, a branch, a team: its place is nobody's home.
_PREMISES = re.compile(
    r"(?<!your )(?<!their )(?<!his )(?<!her )(?<!ваш )(?<!вашем )(?<!ваше )(?<!вашу )"
    r"\b(?:shop|store|branch|caf[eé]|restaurant|bar|pub|hotel|hostel|salon|clinic|surgery|practice|office|depot|warehouse"
    r"|showroom|garage|gym|studio|team|staff|counter|station|point|location|neighbours?|corner"
    r"|магазин|салон|кафе|ресторан|отел|гостиниц|клиник|филиал|офис|отделени|пункт|склад|аптек|студи|точк|самовывоз"
    r"|центр|школ|сервис|пиццери|пекарн|парковк)\w{0,4}(?: есть| выдачи| самовывоза)?[\s,:(«»\"-]{0,3}"
    r"(?:(?:at|on|in|of|is|was|на|по|в|адрес\w*)[\s,:]{1,2}){0,3}$"
    r"|\b(?:welcome|see|meet|visit)(?: you)?(?: again| back)? (?:at|on|in)\s$"
    r"|\b(?:ждём|ждем|приходите|приезжайте|заходите|приглашаем)\b[^.!?\n]{0,30}$",
    re.I,
)
_DIGITS = re.compile(r"\D+")
# Texts without so many digits in a row cannot hold one; looking closer would only cost time.
_LEAST_DIGITS = {"card": 4, "passport": 6, "address": 1, "birth": 2, "phone": 7, "mail": 0}
# No reply holds more; a text made to hurt does.
_MOST = 200
_FINDERS = {**DETECTORS, "birth": find_births}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Silent where the reply is not public."""

    kind: ClassVar[str] = "personal_data"
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        if situation.context.visibility in ("private", "internal"):
            return
        yield from map(fault_at, situation.found(self.signals))
        raw = situation.text.raw
        figures = any(word is not None and word.kind == "number" for word in situation.text.words)
        longest = longest_number(raw) if figures else 0
        for name in (*_SECRETS, *_CONTACTS):
            if longest < _LEAST_DIGITS[name]:
                continue
            for start, end in islice(_FINDERS[name](raw), _MOST):
                if name in _SECRETS:
                    shown = not _is_no_secret(name, raw, start, end)
                else:
                    told = _told(raw[start:end], situation) and not _is_kept(raw, start, end)
                    shown = told or not _is_fine(name, raw, start, end)
                if shown:
                    yield Fault(start, end, params={"data": name}, because=name)


def _is_no_secret(name: str, raw: str, start: int, end: int) -> bool:
    """Whether digits file something, or a place or a birthday is the company's own."""
    if name in ("address", "birth"):
        return _ours(raw, start) or (name == "address" and _is_premises(raw, start, end))
    return _is_filed(raw, start, end)


def _is_premises(raw: str, start: int, end: int) -> bool:
    """Whether an address is said to be that of a shop or a team; a flat is never."""
    before = raw[max(0, start - _LOOK_BACK) : start].replace("\n", " ")
    return "кв" not in raw[start:end] and _PREMISES.search(before) is not None


def _is_filed(raw: str, start: int, end: int) -> bool:
    before = raw[max(0, start - _LOOK_BACK) : start]
    return _FILED_CLOSE.search(before) is not None or _FILED_AFTER.match(raw[end : end + 40]) is not None


def _told(contact: str, situation: Situation) -> bool:
    """Whether the customer gave this contact in the complaint."""
    complaint = situation.context.complaint_text
    if "@" in contact:
        place = complaint.lower().find(contact.lower())
        return place >= 0 and _DESKS.search(contact) is None and not _is_ours_there(complaint, place)
    digits = _DIGITS.sub("", contact)
    if len(digits) < _LEAST_DIGITS["phone"]:
        return False
    found = re.search(r"\D{0,3}".join(digits[-9:]), complaint)
    return found is not None and not _is_ours_there(complaint, found.start())


def _is_ours_there(complaint: str, place: int) -> bool:
    """Whether the customer names a contact or a number of ours: one they called, an order."""
    before = complaint[max(0, place - _LOOK_BACK) : place].rstrip("0123456789 ()+.-") + " "
    return any(pattern.search(before) for pattern in (_CALLED, _FILED_CLOSE))


def _is_kept(raw: str, start: int, end: int) -> bool:
    """Whether a number files something, or a contact is said to be ours."""
    filed = raw[start:end].isdigit() and _FILED.search(raw[max(0, start - _LOOK_BACK) : start])
    return bool(filed) or _is_filed(raw, start, end) or bool(_TOLL_FREE.match(raw[start:end]))


def _is_fine(name: str, raw: str, start: int, end: int) -> bool:
    """Whether a contact is the company's own, or no contact at all."""
    if _ours(raw, start) or (name == "phone" and _TOLL_FREE.match(raw[start:end])):
        return True
    before = raw[max(0, start - _LOOK_BACK) : start]
    if name == "phone":  # a company gives its numbers in many words; a customer's is said to be theirs
        plain = raw[start:end].isdigit() and _FILED.search(before) is not None
        grouped = raw[start].isdigit() and _is_filed(raw, start, end)
        return plain or grouped or _THEIR_PHONE.search(before.replace("\n", " ")) is None
    mail = raw[start:end]
    if _DESKS.search(mail):
        return True
    return _FREE_MAIL.search(mail) is None and _THEIR_MAIL.search(before) is None


def _ours(raw: str, start: int) -> bool:
    before = raw[max(0, start - _LOOK_BACK) : start].replace("\n", " ")  # a sentence may be wrapped
    return _OURS.search(before) is not None and _THEIRS.search(before) is None
