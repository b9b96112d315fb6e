"""Who a complaint is about, and whether two mentions are one person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from complaint_gift.service.policy import Person, Policy

_GREETING = re.compile(
    r"\s*(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|thank|thanks|many thanks|regards|"
    r"здравствуйте|добрый|доброе|уважаем\w*|привет|спасибо|благодар\w*|с уважением)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?…\n]+")
_WORD = re.compile(r"[^\W\d_]+")
_ENDINGS = "аеёийоуыьэюя"
_SHORTEST = 3


def find_named(texts: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that the texts mention outside greetings, thanks and signatures.

    A first name is enough, in any Russian case or with an English 's.
    """
    said = [word for text in texts for word in _telling_words(text)]
    return tuple(dict.fromkeys(name for name in names if _is_named(name, said)))


def is_same(policy: Policy, one: str, about: Iterable[str]) -> bool:
    """Whether an id, account or name belongs to somebody in `about`."""
    wanted = {name.casefold() for name in about if name}
    if one.casefold() in wanted:
        return bool(one)
    person = policy.person(one)
    return person is not None and bool(person.identities & wanted)


def is_about(person: Person, about: Iterable[str]) -> bool:
    """Whether the complaint is about this person of ours."""
    return bool(person.identities & {name.casefold() for name in about if name})


def _telling_words(text: str) -> Iterable[str]:
    for sentence in _SENTENCE.findall(text):
        words = _WORD.findall(sentence)
        # A line of one or two words is a signature, not a story.
        if len(words) > 2 and not _GREETING.match(sentence):
            yield from (word for word in words if word[0].isupper())


def _is_named(name: str, words: Iterable[str]) -> bool:
    parts = [part for part in _WORD.findall(name) if len(part) >= _SHORTEST]
    return any(_is_form(word, part) for word in words for part in parts)


def _is_form(word: str, part: str) -> bool:
    word, part = word.casefold().replace("ё", "е"), part.casefold().replace("ё", "е")
    if word == part or (word.removesuffix("s") == part and not _is_cyrillic(part)):
        return True
    stem = part.rstrip(_ENDINGS) if len(part) > _SHORTEST else part
    is_close = word.startswith(stem) and len(word) - len(stem) <= 3 and len(stem) >= _SHORTEST
    return _is_cyrillic(part) and is_close and all(letter in _ENDINGS + "вмх" for letter in word[len(stem) :])


def _is_cyrillic(word: str) -> bool:
    return "а" <= word[0] <= "я"
