"""Rules about people: who writes, to whom, by what name and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from complaint_gift.domain import Layer
from complaint_gift.rules.kinds import kinds_of
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.text import Text, fold
from complaint_gift.text.listing import listed

_TITLES = listed(
    """mr mrs ms miss mx dr prof sir madam dear the and team г-н г-жа господин госпожа the a an of in at
    from our courier driver waiter waitress manager nurse doctor teller seller cashier курьер водитель
    официант официантка менеджер продавец кассир врач мастер оператор администратор"""
)
_NAME = re.compile(r"[^\W\d_]{3,}")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")
_GREETING = listed(
    """dear hello hi hey morning afternoon evening good thanks sorry уважаемый уважаемая здравствуйте
    привет добрый доброе день вечер утро дорогой дорогая"""
)
_WOMEN, _MEN = frozenset(("mrs", "ms", "miss", "madam")), frozenset(("mr", "sir"))
_FEW_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Account:
    """The company answers, from its own account, and never the person the complaint is about."""

    kind: ClassVar[str] = "account"
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        author = situation.context.author
        if author is not None and self._accused(situation):
            yield Fault(layer=Layer.METADATA, params={"reason": "accused"}, because="about_employee")
        elif author is not None and author.company is False:
            yield Fault(layer=Layer.METADATA, params={"reason": "personal"}, because="author.company")
        elif author is None or author.company is None:
            yield from map(fault_at, situation.found(self.signals))

    @staticmethod
    def _accused(situation: Situation) -> bool:
        author = situation.context.author
        if author is None:
            return False
        own = {fold(one) for one in (author.id, author.account) if one}
        names = name_parts(author.name)
        for accused in situation.context.about_employee:
            if fold(accused) in own or (names and names & name_parts(accused)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Address:
    """In the customer's language, by the name they gave, politely (signals find the impolite)."""

    kind: ClassVar[str] = "address"
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        theirs, ours = script(situation.context.complaint_text), script(situation.text.raw)
        if theirs and ours and theirs != ours:
            yield Fault(
                0, len(situation.text.raw.rstrip()), params={"reason": "language"}, because="complaint_text"
            )
            return
        yield from map(fault_at, situation.found(self.signals))
        yield from _wrong_name(situation)


def name_parts(name: str) -> frozenset[str]:
    """The folded parts of a name without titles and roles."""
    return frozenset(part for part in _NAME.findall(fold(name)) if part not in _TITLES)


def script(text: str) -> str:
    """ "ru" for mostly Cyrillic, "en" for mostly Latin letters, "" for too few or an even mix."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic + latin < _FEW_LETTERS:
        return ""
    if cyrillic > 2 * latin:
        return "ru"
    return "en" if latin > 2 * cyrillic else ""


def _wrong_name(situation: Situation) -> Iterator[Fault]:
    """A greeting by a name that is not the customer's, or with the title of another sex."""
    known = name_parts(situation.context.customer_name)
    if not known:
        return
    text = situation.text
    greeted = _greeted(text)
    if not greeted:
        return
    first, last = greeted[0], greeted[-1]
    names = {word.form for position in greeted if (word := text.words[position]) is not None}
    titles = {fold(part) for part in situation.context.customer_name.replace(".", " ").split()}
    wrong_title = (titles & _WOMEN and names & _MEN) or (titles & _MEN and names & _WOMEN)
    called = names - _TITLES
    if wrong_title or (called and not any(_same_name(a, b) for a in called for b in known)):
        yield Fault(text.starts[first], text.ends[last], params={"reason": "name"}, because="customer_name")


def _greeted(text: Text) -> list[int]:
    """Positions of title and name in a greeting at the start of the text."""
    found: list[int] = []
    for position, word in enumerate(text.words[:8]):
        if word is None:
            break
        if (
            word.form in _WOMEN | _MEN
            or (word.form in _TITLES and word.form in ("dr", "prof"))
            or ("name" in kinds_of(word) and word.form not in _GREETING and not (position == 0 and not found))
        ):
            found.append(position)
        elif word.form not in _GREETING:
            break
    return found if any(w is not None and w.form in _GREETING for w in text.words[:2]) else []


def _same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: short forms and endings apart."""
    return one == other or (len(one) >= 3 and len(other) >= 3 and one[:3] == other[:3])
