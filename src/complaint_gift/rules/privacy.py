"""Personal data in public words: the customer's or an employee's, never the company's own contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from complaint_gift.rules.detectors import DETECTORS, find_births, longest_number
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.rules.vocabulary import Shape, vocabulary

_CONTACTS = ("phone", "mail")
_SECRETS = ("card", "passport", "address", "birth")
# Words do not stand here but in words/<language>.yaml, under the names in braces.
# The rest of the sentence; a full stop inside a link or a mail address does not end it.
_REST = r"(?:[^.!?\n]|[.!?](?=\S)){0,60}$"
_OURS = Shape("privacy", rf"\b{{ours}}\b{_REST}")
_THEIRS = Shape("privacy", rf"\b{{theirs}}\b{_REST}")
_LOOK_BACK = 90
# Where anybody may have a mailbox. An address anywhere else is a company's own contact unless the words
# beside it give it to somebody.
_FREE_MAIL = re.compile(
    r"@(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|aol|icloud|me|proton(?:mail)?|gmx|web|zoho"
    r"|mail|bk|inbox|list|internet|yandex|ya|rambler|tut|ukr)\.[a-z]{2,3}(?:\.[a-z]{2})?$",
    re.I,
)
_DESKS = Shape("privacy", r"^[\w.+-]*{desks}[\w.+-]*@")
_THEIR_MAIL = Shape(
    "privacy",
    r"\b{their}(?: \w+)? {mailbox}[^.!?\n]{0,14}$"
    r"|{!not_sent}\b{sent}\b[^.!?\n]{0,30} {to_mailbox}[ :]*$"
    r"|\b{registered} {to_mailbox}[ :]*$",
)
_THEIR_PHONE = Shape(
    "privacy",
    r"\b{your}(?: (?!{not_theirs}\b)[\w-]+){0,3}[ :(#№]*$"
    r"|\b{your}(?: \w+)? {phone}[ ,:(–—-]{1,3}$"
    r"|\b{reached}[ :]*$"
    r"|\b{tried}\b[^.!?\n]{0,25}\b{tried_on}(?: \w+){0,2}[ :]*$"
    r"|\b{you_on}(?: \w+){0,2}[ :]*$"
    r"|\b{bound} {bound_to}[ :]*$"
    r"|\b{in_name}\b[^.!?\n]{0,30}$",
)
# A number that files something is nobody's phone.
_FILED = Shape("privacy", r"\b{filed}[ :#№.\w]{0,12}$")
# The same where the digits are in groups, as those of cards are: the word and the number touch.
_FILED_CLOSE = Shape("privacy", r"\b{filed_close}(?:[ -]{filed_number}\b\.?){0,3}[ :#№.–—-]{0,4}$")
_FILED_AFTER = Shape(
    "privacy",
    r"^[ ,–—-]{1,3}{filed_is}?[ –—-]{0,3}(?:{filed_the}\w{0,2} )?(?:{filed_your} )?{filed_thing}",
)
# Numbers that cost the caller nothing are a company's.
_TOLL_FREE = re.compile(
    r"\W*(?:(?:\+?7|8)\D{0,2}80[04]|0(?:800|808|300|345)|(?:\+?1\D{0,2})?8(?:00|88|77|66)\D)"
)
# The customer wrote there: what they name is ours.
_CALLED = Shape("privacy", r"{!called_by_us}\b{called}\b(?:(?!\b{mine}\b)[^.!?\n\d]){0,30}$")
# A shop, a branch, a team: its place is nobody's home.
_PREMISES = Shape(
    "privacy",
    r"{!not_premises}\b{premises}\w{0,4}(?: {premises_of})?[\s,:(«»\"-]{0,3}"
    r"(?:{premises_at}[\s,:]{1,2}){0,3}$"
    r"|\b{welcome}\s$|\b{come}\b[^.!?\n]{0,30}$",
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
        longest = longest_number(raw)
        for name in (*_SECRETS, *_CONTACTS):
            if longest < _LEAST_DIGITS[name]:
                continue
            for start, end in situation.text.found_by(_FINDERS[name])[:_MOST]:
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
    is_flat = any(mark in raw[start:end] for mark in vocabulary().lists["privacy", "flat"])
    return not is_flat and _PREMISES.search(before) is not None


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
