"""Rules about people: who writes, to whom, by what name and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from complaint_gift.domain import Layer
from complaint_gift.rules.addressing import is_signed
from complaint_gift.rules.kinds import kinds_of
from complaint_gift.rules.naming import initials, is_one, is_other, is_person, may_be_one, name_parts
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.rules.vocabulary import vocabulary
from complaint_gift.text import Text, fold

_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_LATIN = re.compile(r"[A-Za-z]+")
# Letters that Russian does not have. Names with them are said in Russian as well: they do not count, and of
# so many other words one has to have such a letter.
_OWN_LETTERS = {"be": re.compile("[ўЎ]"), "uk": re.compile("[іїєґІЇЄҐ]")}
_NAME_WITHIN = re.compile(r"(?<=[^\s.!?] )[\u0400-\u042f][\u0430-\u045f]+")
_CYRILLIC_WORD = re.compile(r"(?<!\w)[\u0400-\u04ff]+(?!\w)")
_ONE_OF = 20
_SHORTEST_NAME = 3
_FEW_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Account:
    """The company answers, from its own account, and never the person the complaint is about.

    Who that is and whose account it is comes from the context; `signals` count where it tells nothing wrong.
    """

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
        else:
            yield from map(fault_at, situation.found(self.signals))

    @staticmethod
    def _accused(situation: Situation) -> bool:
        author = situation.context.author
        if author is None:
            return False
        own = {fold(one) for one in (author.id, author.account) if one}
        return any(
            fold(accused) in own or _same_person(author.name, accused, sure=author.company is True)
            for accused in situation.context.about_employee
        )


@dataclass(frozen=True, slots=True)
class Address:
    """In the customer's language, by the name they gave, politely (signals find the impolite).

    Language and name are judged only where the context has the customer's words and name. What is `mirrored`
    is fine where the customer speaks like that, what is `nameless` where somebody wrote who gave no name.
    """

    kind: ClassVar[str] = "address"
    signals: tuple[str, ...] = ()
    mirrored: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals
        yield from self.nameless

    def find(self, situation: Situation) -> Iterator[Fault]:
        raw = situation.text.raw
        complaint = situation.context.complaint_text
        theirs = language_of(situation.complaint.raw) if complaint else ""  # what they quote is ours
        if theirs and language_of(raw) not in ("", theirs):
            yield Fault(0, len(raw.rstrip()), params={"reason": "language"}, because="complaint_text")
            return
        for hit in situation.found(self.signals):
            if hit.signal not in self.mirrored or not situation.complained((hit.signal,)):
                yield fault_at(hit)
        if _known(situation) or not complaint or is_signed(complaint):
            yield from map(fault_at, situation.found(self.nameless))
        wrong = list(_wrong_name(situation))
        yield from wrong
        if not wrong and not _named(situation):
            yield Fault(missing=True, params={"reason": "name"}, because="customer_name")


def _named(situation: Situation) -> bool:
    """Whether the reply calls the customer by a name they gave, or no name is known."""
    known = _known(situation)
    if not known:
        return True
    text, short = situation.text, initials(situation.context.customer_name)
    for start, word in zip(text.starts, text.words, strict=True):
        if word is None or len(word.form) < _SHORTEST_NAME:
            continue
        # A capital that begins a sentence is no sign of a name.
        same = may_be_one if word.title else is_one if text.raw[start].isupper() else str.__eq__
        if any(same(word.form, part) for part in known) or (word.title and word.form[0] in short):
            return True
    return False


def _known(situation: Situation) -> frozenset[str]:
    """What the customer may be called by; nothing where all that is known is an account."""
    name = situation.context.customer_name
    return name_parts(name) if is_person(name) else frozenset()


def _same_person(author: str, accused: str, *, sure: bool) -> bool:
    """Whether two names can be one person's. `sure` asks for more than a common first name."""
    a, b = name_parts(author), name_parts(accused)
    common = a & b
    if len(a) > 1 and len(b) > 1:
        return len(common) > 1
    return bool(common) and not sure


def script(text: str) -> str:
    """ "ru" for mostly Cyrillic, "en" for mostly Latin letters, "" for too few or an even mix."""
    cyrillic, latin = (sum(map(len, letters.findall(text))) for letters in (_CYRILLIC, _LATIN))
    if cyrillic + latin < _FEW_LETTERS:
        return ""
    if cyrillic > 2 * latin:
        return "ru"
    return "en" if latin > 2 * cyrillic else ""


def language_of(text: str) -> str:
    """A guess at the language from letters and small words: "" where it cannot be told."""
    found = script(text)
    if found == "ru":
        return _cyrillic_language(text)
    if found != "en":
        return found
    words = fold(text[:2000]).split()
    counts = {
        name: sum(word.strip(".,!?:;") in small for word in words)
        for name, small in vocabulary().by_language["languages", "small_words"].items()
    }
    best = max(counts, key=lambda name: counts[name])
    if counts[best] == 0 or list(counts.values()).count(counts[best]) > 1:
        return ""
    return best


def _cyrillic_language(text: str) -> str:
    words = _CYRILLIC_WORD.findall(_NAME_WITHIN.sub("", text))
    strange = [word for word in words if any(letters.search(word) for letters in _OWN_LETTERS.values())]
    if len(strange) * _ONE_OF < len(words):
        return "ru"
    told = " ".join(strange)
    return next((name for name, letters in _OWN_LETTERS.items() if letters.search(told)), "ru")


def _wrong_name(situation: Situation) -> Iterator[Fault]:
    """A greeting by a name that is not the customer's, or with the title of another sex."""
    known = _known(situation)
    if not known:
        return
    text = situation.text
    greeted = _greeted(text)
    if not greeted:
        return
    first, last = greeted[0], greeted[-1]
    names = {word.form for position in greeted if (word := text.words[position]) is not None}
    said = {word.form for word in text.words[:8] if word is not None}
    sex = _sex(situation.context.customer_name)
    wrong_title = (sex == "f" and said & _words("men")) or (sex == "m" and said & _words("women"))
    short = initials(situation.context.customer_name)
    called = frozenset() if any(one[0] in short for one in names) else names - _words("titles")
    if wrong_title or (called and all(is_other(a, b) for a in called for b in known)):
        yield Fault(text.starts[first], text.ends[last], params={"reason": "name"}, because="customer_name")


def _sex(name: str) -> str:
    """ "f" or "m" where a title or the ending of a name tells it, else ""."""
    parts = re.findall(r"[^\W\d_]+", fold(name))
    if any(part in _words("women") or part.endswith(_ends("women_end")) for part in parts):
        return "f"
    return "m" if any(part in _words("men") or part.endswith(_ends("men_end")) for part in parts) else ""


def _words(name: str) -> frozenset[str]:
    return vocabulary().words["writer", name]


def _ends(name: str) -> tuple[str, ...]:
    return tuple(_words(name))


def _greeted(text: Text) -> list[int]:
    """Positions of title and name in a greeting at the start of the text."""
    found: list[int] = []
    titles, greeting = _words("women") | _words("men") | _words("degrees"), _words("greeting")
    for position, word in enumerate(text.words[:8]):
        if word is None:
            break
        if word.form in titles or (
            "name" in kinds_of(word) and word.form not in greeting and not (position == 0 and not found)
        ):
            found.append(position)
        elif word.form not in greeting:
            break
    return found if any(w is not None and w.form in greeting for w in text.words[:2]) else []
