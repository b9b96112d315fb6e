"""Personal data in public words: the customer's or an employee's, never the company's own contacts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from complaint_gift.rules.detectors import DETECTORS
from complaint_gift.rules.situation import Fault, Situation, fault_at

_CONTACTS = ("phone", "mail")
_SECRETS = ("card", "passport", "address")
# Words before a contact that make it ours: "call us on ...", "напишите нам на ...".
_OUR_WORDS = (
    r"us|our|me|my|reach|ring|call|write to|e-?mail|text|line|hotline|support|manager|desk"
    r"|office|contact|ask for"
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
_OURS = re.compile(rf"\b(?:{_OUR_WORDS}|{_RUSSIAN_OURS})\b[^.!?\n]{{0,60}}$", re.I)
_THEIRS = re.compile(rf"\b(?:{_THEIR_WORDS}|{_RUSSIAN_THEIRS})\b[^.!?\n]{{0,60}}$", re.I)
_LOOK_BACK = 90


@dataclass(frozen=True, slots=True)
class PersonalData:
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
        for name in _SECRETS:
            for start, end in DETECTORS[name](raw):
                if not (name == "address" and _ours(raw, start)):
                    yield Fault(start, end, params={"data": name}, because=name)
        for name in _CONTACTS:
            for start, end in DETECTORS[name](raw):
                if not _ours(raw, start):
                    yield Fault(start, end, params={"data": name}, because=name)


def _ours(raw: str, start: int) -> bool:
    before = raw[max(0, start - _LOOK_BACK) : start]
    return _OURS.search(before) is not None and _THEIRS.search(before) is None
