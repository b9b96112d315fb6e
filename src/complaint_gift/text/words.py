"""Words: how a run of letters in a text becomes something that can be compared.

A `Word` is interned per raw spelling, so the hot path is one dictionary look-up per token.
"""

from __future__ import annotations

import re
import unicodedata

from complaint_gift.text.lemmas import is_dictionary_word
from complaint_gift.text.listing import listed

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

# What a contraction stands for. "'d" is left open: "would" or "had".
_ENDINGS = {"'re": "are", "'ve": "have", "'ll": "will", "'m": "am", "'d": "would"}
_IRREGULAR = {
    "won't": ("will", "not"), "can't": ("can", "not"), "cannot": ("can", "not"), "shan't": ("shall", "not"),
    "ain't": ("is", "not"), "let's": ("let", "us"), "y'all": ("you", "all"), "'em": ("them",),
    "dont": ("do", "not"), "doesnt": ("does", "not"), "didnt": ("did", "not"), "cant": ("can", "not"),
    "wont": ("will", "not"), "isnt": ("is", "not"), "wasnt": ("was", "not"), "arent": ("are", "not"),
    "werent": ("were", "not"), "couldnt": ("could", "not"), "shouldnt": ("should", "not"),
    "wouldnt": ("would", "not"), "havent": ("have", "not"), "hasnt": ("has", "not"), "hadnt": ("had", "not"),
    "im": ("i", "am"), "ive": ("i", "have"), "youre": ("you", "are"), "youve": ("you", "have"),
    "theyre": ("they", "are"), "thats": ("that", "is"), "whats": ("what", "is"), "gonna": ("going", "to"),
    "wanna": ("want", "to"), "gotta": ("got", "to"), "shouldve": ("should", "have"),
    "couldve": ("could", "have"), "wouldve": ("would", "have"), "o'clock": ("o", "clock"),
}  # fmt: skip
_MOST_ENDINGS = 4  # of one word: "shouldn't've" has two
_IS_AFTER = listed(
    """it that what here there he she who where how when this everything nothing everyone someone"""
)


class Word:
    """One spelling of one word: `form` is folded (lower case, ё as е, look-alikes mapped)."""

    __slots__ = ("_lowered", "caps", "form", "kind", "raw", "title")

    def __init__(self, raw: str, form: str, kind: str) -> None:
        self.raw = raw
        self.form = form
        self.kind = kind
        self.title = kind == "word" and raw[:1].isupper() and (len(raw) > 1 and not raw[1:].isupper())
        self.caps = kind == "word" and len(raw) > 1 and raw.isupper()
        self._lowered: Word | None = None

    @property
    def lowered(self) -> Word:
        """The word at the start of a sentence, where a capital letter says nothing: unless it is no word."""
        if self._lowered is None:
            plain = self.title and is_dictionary_word(self.form)
            self._lowered = Word(self.raw.lower(), self.form, "word") if plain else self
        return self._lowered

    def __repr__(self) -> str:
        return f"Word({self.raw!r})"


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


_LIMIT = 40_000
_LONGEST = 256  # code points: no word is as long, and nobody may fill the memory with what looks like one
interned: dict[str, tuple[Word, ...]] = {}


def words_of(raw: str) -> tuple[Word, ...]:
    """The words a token stands for: one, or several for contractions ("don't": do, not)."""
    raw = raw[:_LONGEST]
    found = interned.get(raw)
    if found is None:
        if len(interned) >= _LIMIT:
            interned.clear()
        found = interned[raw] = _read(raw)
    return found


def _read(raw: str) -> tuple[Word, ...]:
    first = raw[0]
    if first.isdigit():
        return (Word(raw, fold(raw), "number"),)
    if not first.isalpha():
        return (Word(raw, fold(raw), "mention" if first == "@" and len(raw) > 1 else "symbol"),)
    if "@" in raw:
        return (Word(raw, fold(raw), "mail"),)
    if "://" in raw or raw[:4].lower() == "www.":
        return (Word(raw, fold(raw), "url"),)
    form = fold(raw)
    parts = _split(form)
    if len(parts) == 1:
        return (Word(raw, form, "word"),)
    return tuple(Word(part.capitalize() if i == 0 and raw[0].isupper() else part, part, "word")
                 for i, part in enumerate(parts))  # fmt: skip


def _split(form: str) -> tuple[str, ...]:
    """What a contraction stands for; its endings are taken off one by one, and only the first few."""
    endings: list[str] = []
    while "'" in form and form not in _IRREGULAR and len(endings) < _MOST_ENDINGS:
        if form.endswith("n't"):
            return (form[:-3], "not", *reversed(endings))
        head, mark, tail = form.rpartition("'")
        ending = _ENDINGS.get(mark + tail)
        if ending is None and tail == "s":
            ending = "is" if head in _IS_AFTER else "s"
        if ending is None:
            break
        endings.append(ending)
        form = head
    parts = _IRREGULAR.get(form) or tuple(part for part in form.split("'") if part)
    return (*parts, *reversed(endings))
