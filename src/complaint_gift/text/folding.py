"""One spelling for words that look the same."""

from __future__ import annotations

import re
import unicodedata

# Zero-width marks, joiners, direction marks, soft hyphen, variation selectors.
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
_DROP = re.compile(f"[{INVISIBLE}\u0300-\u036f]")
_APOSTROPHES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "ё": "е", "ѐ": "е"}
)

_CYRILLIC_TWINS = "аеорсухкмтвнігѕԁјһ"
_LATIN_TWINS = "aeopcyxkmtbhirsdjh"
_TO_CYRILLIC = str.maketrans("aeopcyxkmtbhi", "аеорсухкмтвні")
_TO_LATIN = str.maketrans(_CYRILLIC_TWINS, _LATIN_TWINS)
_LATIN_ONLY = frozenset("fglqsuvwzdjnr")
_PLAIN_RUSSIAN = re.compile("[а-я-]+")
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def fold(raw: str) -> str:
    """Lower case, one spelling for what looks the same; any str is accepted."""
    form = raw.lower()
    if form.isascii() or _PLAIN_RUSSIAN.fullmatch(form):
        return form
    form = _DROP.sub("", unicodedata.normalize("NFKC", form)).lower().translate(_APOSTROPHES)
    return _one_script(form) if _LATIN.search(form) and _CYRILLIC.search(form) else form


def _one_script(form: str) -> str:
    """A word that mixes Latin and Cyrillic is meant in one of them: decide which, map the twins."""
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in form)
    latin = sum("a" <= c <= "z" for c in form)
    only_cyrillic = any("\u0400" <= c <= "\u04ff" and c not in _CYRILLIC_TWINS for c in form)
    only_latin = any(c in _LATIN_ONLY for c in form)
    if only_cyrillic and not only_latin:
        return form.translate(_TO_CYRILLIC)
    if only_latin and not only_cyrillic:
        return form.translate(_TO_LATIN)
    if only_latin and only_cyrillic:
        return form
    return form.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
