"""Words: how a run of letters in a text becomes something that can be compared.

A `Word` is interned per raw spelling, so the hot path is one dictionary look-up per token.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from complaint_gift.text.folding import fold
from complaint_gift.text.lemmas import is_dictionary_word
from complaint_gift.text.vocabulary import vocabulary
from complaint_gift.text.wordfiles import Vocabulary

_MOST_ENDINGS = 4  # of one word: "shouldn't've" has two


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
        return (Word(raw, parts[0], "word"),)
    return tuple(Word(part.capitalize() if i == 0 and raw[0].isupper() else part, part, "word")
                 for i, part in enumerate(parts))  # fmt: skip


def _split(form: str) -> tuple[str, ...]:
    """What a contraction stands for; its endings are taken off one by one, and only the first few."""
    irregular, ends, is_after = _contractions(vocabulary())
    endings: list[str] = []
    while "'" in form and form not in irregular and len(endings) < _MOST_ENDINGS:
        if form.endswith("n't"):
            return (form[:-3], "not", *reversed(endings))
        head, mark, tail = form.rpartition("'")
        ending = ends.get(mark + tail)
        if ending is None and tail == "s":
            ending = "is" if head in is_after else "s"
        if ending is None:
            break
        endings.append(ending)
        form = head
    parts = irregular.get(form) or tuple(part for part in form.split("'") if part)
    return (*parts, *reversed(endings))


@cache
def _contractions(
    words: Vocabulary,
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str], frozenset[str]]:
    """Words that stand for others, what endings stand for, and after what "'s" is "is"."""
    irregular = {form: tuple(whole.split()) for form, whole in words.meanings["words", "irregular"].items()}
    return irregular, words.meanings["words", "endings"], words.words["words", "is_after"]
