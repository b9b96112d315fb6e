"""Words: how a run of letters in a text becomes something that can be compared.

A `Word` is interned per raw spelling, so the hot path is one dictionary look-up per token.
"""

from __future__ import annotations

from complaint_gift.text.folding import fold
from complaint_gift.text.lemmas import is_dictionary_word
from complaint_gift.text.listing import listed

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
