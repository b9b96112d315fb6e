"""Words by which a customer's message is known, without the playbook: the simple part of its grammar.

A phrase is words in a row inside one sentence: `word` is this form (ё = е), `word*` every word that begins
so, `(a|b c)` a choice, `_3` up to three words in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PART = re.compile(r"\(([^()]*)\)|_(\d)|([^\s()]+)")
_SEPARATOR = r"[^\w.!?…\n]+"


def has_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether the text has one of the phrases."""
    return bool(find_any(text, phrases))


def find_any(text: str, phrases: Iterable[str]) -> str:
    """The first words, folded, that are one of the phrases, "" for none. Never slow: no nested repetition."""
    wanted = tuple(phrases)
    found = _compile(wanted).search(fold(text)) if wanted else None
    return found.group() if found else ""


def fold(text: str) -> str:
    """Lower case, ё as е, typographic apostrophes as '."""
    return text.casefold().replace("ё", "е").replace("’", "'")


def check(phrase: str) -> None:
    """Raises ValueError with a sentence when the phrase cannot be understood."""
    _pattern(phrase)


@lru_cache(maxsize=64)
def _compile(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_pattern(phrase)})" for phrase in phrases))


def _pattern(phrase: str) -> str:
    parts: list[str] = []
    gap = ""
    rest = _PART.sub("", phrase).strip()
    if rest or not phrase.strip():
        raise ValueError(f"{phrase!r} is not a phrase: write words, word*, (a|b) or _3")
    for choice, number, word in _PART.findall(phrase):
        if number:
            gap = rf"(?:\w+{_SEPARATOR}){{0,{number}}}"
            continue
        parts.append(gap + (_choice(choice) if choice else _words(word)))
        gap = ""
    if not parts or gap:
        raise ValueError(f"{phrase!r} is not a phrase: a gap stands between words")
    return r"(?<![\w])" + _SEPARATOR.join(parts) + r"(?![\w])"


def _choice(text: str) -> str:
    members = [member.strip() for member in text.split("|")]
    if not all(members):
        raise ValueError(f"({text}) has an empty choice")
    return "(?:" + "|".join(_words(member) for member in members) + ")"


def _words(text: str) -> str:
    return _SEPARATOR.join(
        re.escape(fold(word[:-1])) + r"\w*" if word.endswith("*") else re.escape(fold(word))
        for word in text.split()
    )
