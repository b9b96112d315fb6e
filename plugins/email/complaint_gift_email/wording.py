"""The words of mail programs, from YAML, ready to look up: plain texts only, so that reading stays linear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from ruamel.yaml import YAML

LANGUAGES = ("en", "ru", "others")
KEYS = ("wrote", "opens", "days", "months", "fields", "titles", "above", "devices", "farewells")
# Only in the languages in which people here read mail.
MORE_KEYS = ("disclaimers", "sealed", "banners")
ROLES = ("from", "sent", "to", "copy", "subject", "other")


@dataclass(frozen=True, slots=True)
class Wording:
    """What introduces and surrounds history, in all languages at once; everything in small letters.

    `wrote_inside` are verbs of scripts that part no words. `fields` maps a label to its role.
    """

    wrote: frozenset[str]
    wrote_inside: tuple[str, ...]
    opens: tuple[str, ...]
    days: frozenset[str]
    months: frozenset[str]
    fields: Mapping[str, str]
    titles: tuple[str, ...]
    above: tuple[str, ...]
    devices: tuple[str, ...]
    farewells: tuple[str, ...]
    disclaimers: tuple[str, ...]
    sealed: tuple[str, ...]
    banners: tuple[str, ...]


@lru_cache(maxsize=1)
def wording() -> Wording:
    """The shipped words; read once."""
    files = [read_words(language) for language in LANGUAGES]

    def every(key: str) -> list[str]:
        return [fold(word) for file in files for word in file.get(key, ())]

    labels = {fold(label): role for file in files for role in ROLES for label in file["fields"][role]}
    verbs = every("wrote")
    return Wording(
        wrote=frozenset(word.partition("(")[0] for word in verbs),
        wrote_inside=tuple(word for word in verbs if _has_no_spaces(word)),
        opens=_longest_first(every("opens")),
        days=frozenset(every("days")),
        months=frozenset(every("months")),
        fields=labels,
        titles=_longest_first(every("titles")),
        above=_longest_first(every("above")),
        devices=_longest_first(every("devices")),
        farewells=_longest_first(every("farewells")),
        **{key: _longest_first(every(key)) for key in MORE_KEYS},
    )


def read_words(language: str) -> dict[str, Any]:
    """One of the files, as it stands."""
    path = resources.files("complaint_gift_email") / "words" / f"{language}.yaml"
    return dict(YAML(typ="safe", pure=True).load(path.read_text("utf-8")))


def fold(text: str) -> str:
    """Small letters, ё as е, usual apostrophes: what words are compared as."""
    return text.lower().replace("ё", "е").replace("’", "'")


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(words), key=lambda word: (-len(word), word)))


def _has_no_spaces(word: str) -> bool:
    return any("\u3040" <= letter <= "\u9fff" for letter in word)


@dataclass(frozen=True, slots=True)
class Automatic:
    """Subjects of machines: how replies and bounces begin, and what stands alone, but for `dates`."""

    replies: tuple[str, ...]
    alone: tuple[str, ...]
    dates: frozenset[str]
    bounces: tuple[str, ...]


@lru_cache(maxsize=1)
def automatic() -> Automatic:
    """The shipped words; read once."""
    words = read_words("automatic")
    replies, alone, bounces = (tuple(map(fold, words[key])) for key in ("replies", "alone", "bounces"))
    return Automatic(replies, alone, frozenset(map(fold, words["dates"])), bounces)
