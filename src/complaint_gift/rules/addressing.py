"""How people are spoken to: "Людмила Петровна", "Ann", "Dr. Lee", from the name that a helpdesk shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import category

from complaint_gift.rules.naming import initials, is_first_name, is_person
from complaint_gift.rules.vocabulary import vocabulary
from complaint_gift.text import fold
from complaint_gift.text.lemmas import is_dictionary_word

_BEHIND = re.compile(r"\s*[(\[][^)\]]*[)\]]")
# Letters with what may stand inside a name; anything else is no plain name: Ann & Tom, Ann | Acme.
_PLAIN = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?")
_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_QUOTES = re.compile(r"[«»“”„\"]")
_ENDS = re.compile(r"[.!?…\n]+|\s[-–—]+")
_CLOSING = " \n\t.!?…"
_MOST_WORDS = 3
_INITIALS = 2
_PICTURES = ("So", "Cf", "Sk")


def called(name: str) -> str:
    """What to call somebody: the whole name where it cannot be told.

    It is "" where the name is no person's, or has but initials: «Петрова М. С.» is nothing to be called by.
    """
    if not is_person(name) or _QUOTES.search(name):
        return ""
    bare = "".join(sign for sign in _BEHIND.sub("", name) if category(sign) not in _PICTURES).strip()
    words = _in_order(bare)
    if not words or not all(map(_PLAIN.fullmatch, words)):
        return name
    chosen = (
        _with_patronymic(words)
        or _with_title(words)
        or (_first_name(words) if len(words) <= _MOST_WORDS else ())
        or (() if initials(bare) else bare.rstrip(".").split())
    )
    return " ".join(map(_as_written, chosen) if _is_shouted_or_small(bare) else chosen)


def is_signed(text: str) -> bool:
    """Whether a message ends with a name: "... and nobody came. Anil Kapoor, Reading"."""
    last = _ENDS.split(text.rstrip(_CLOSING))[-1].partition(",")[0].split()
    if not 0 < len(last) <= _MOST_WORDS or not all(word[:1].isupper() for word in last):
        return False
    return any(map(is_first_name, last)) or not any(is_dictionary_word(word.lower()) for word in last)


def _in_order(name: str) -> list[str]:
    """The words of a name; "Lee, Ann" has the surname first."""
    surname, comma, rest = name.partition(",")
    if comma and len(surname.split()) == 1:
        return [*rest.split(), surname]
    return name.split()


def _with_patronymic(words: Sequence[str]) -> Sequence[str]:
    """First name and patronymic, wherever the surname stands: it may end like a patronymic itself."""
    for position, word in enumerate(words[1:], 1):
        before, behind = words[position - 1], words[position + 1 : position + 2]
        if len(before) <= _INITIALS or before.endswith("."):
            continue
        if behind and fold(behind[0]) in _told("patronymic_words"):
            return words[position - 1 : position + 2]
        if fold(word).endswith(tuple(_told("patronymic_end"))):
            return words[position - 1 : position + 1]
    return ()


def _with_title(words: Sequence[str]) -> Sequence[str]:
    """Title and surname: Mrs Ruth Okafor is Mrs Okafor. In Russian none is told from the first name."""
    titles = _told("women") | _told("men") | _told("degrees")
    if fold(words[0]).rstrip(".") not in titles or _CYRILLIC.search(words[-1]):
        return ()
    particles = any(word.islower() for word in words[1:-1])
    return words if particles else (words[0], *words[1:][-1:])


def _first_name(words: Sequence[str]) -> Sequence[str]:
    """The one word that is known as a first name; in Latin letters the first, as James is a surname, too."""
    known = [word for word in words if is_first_name(word.partition("-")[0])]
    if not any(map(_CYRILLIC.search, words)) and known[:1] != [words[0]]:
        return ()
    first_of_two = len(words) == len(known) == 2 and not _CYRILLIC.search(words[0])
    return known[:1] if len(known) == 1 or first_of_two else ()


def _is_shouted_or_small(name: str) -> bool:
    return name.islower() or (name.isupper() and len(name) > _INITIALS)


def _as_written(word: str) -> str:
    """MARIA and maria as Maria."""
    if fold(word) in _told("patronymic_words"):
        return word.lower()
    return _LETTERS.sub(lambda part: part.group().capitalize(), word)


def _told(name: str) -> frozenset[str]:
    return vocabulary().words["writer", name]
