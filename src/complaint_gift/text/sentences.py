"""Where a sentence ends: the decision about one gap between two words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from complaint_gift.text.smileys import EMOJI, FACE
from complaint_gift.text.vocabulary import vocabulary
from complaint_gift.text.wordfiles import Vocabulary

# What every gap has that ends one.
may_end = re.compile(f"[!?….)\n\r\x0b\x0c\u2028\u2029{EMOJI}]").search
_HARD = re.compile(r"[!?…]|\.\.")
_NEWLINE = re.compile(r"[\n\r\x0b\x0c\u2028\u2029]")
_SMILE = re.compile(rf"[{EMOJI}]|\)\)|{FACE}")
_BRACKETS = 300  # as far back an opening one is looked for
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n|\r\r|\u2029")
_LIST = re.compile(r"\n[ \t]*(?:(?:[-*•–—·]|\d{1,2}[.)])[ \t]*)?$")


def ends_sentence(text: str, gap: str, before: str, after: str, at: int) -> bool:
    """Whether the gap between the words `before` and `after` ends a sentence; `at` is where it starts."""
    if _NEWLINE.search(gap) and _newline_ends(text, gap, after, at):
        return True
    if _HARD.search(gap):
        return not _goes_on(gap, after)
    if "." in gap:
        return _full_stop_ends(gap, before, after)
    return after[:1].isupper() and "," not in gap and _smiles(text, gap, at)


def _smiles(text: str, gap: str, at: int) -> bool:
    """An emoji, a smiley or a bracket that nothing has opened: many put it where the full stop would be."""
    if _SMILE.search(gap):
        return True
    near = max(0, at - _BRACKETS)
    return gap.startswith(")") and text.rfind("(", near, at) <= text.rfind(")", near, at)


def _goes_on(gap: str, after: str) -> bool:
    """A mark in a quotation or in brackets that the sentence runs past: "(really?) and", «Где?» - спросил."""
    mark = max(gap.rfind("!"), gap.rfind("?"), gap.rfind("…"), gap.rfind("."))
    rest = gap[mark + 1 :]
    closed = any(c in '»”")' for c in rest)
    return closed and (after[:1].islower() or "," in rest or "—" in rest or "–" in rest or "-" in rest)


def _newline_ends(text: str, gap: str, after: str, at: int) -> bool:
    if _BLANK_LINE.search(gap) or _LIST.search(gap) is None:
        return True
    if not after[:1].islower() or gap.rstrip(" \t")[:1] in ".!?…":
        return True
    line = text.rfind("\n", max(0, at - 200), at)
    return at - line < 50  # a short line was ended on purpose, a long one was only wrapped


def _full_stop_ends(gap: str, before: str, after: str) -> bool:
    word, known = before.lower(), _known(vocabulary())
    if len(gap) == 1:  # no space after it: "Sorry.We" ends, "т.е", "12.05" and "www.site" do not
        is_end = len(word) > 1 and after[:1].isupper() and not before[:1].isdigit()
        return is_end and word not in known.leading
    if word in known.leading:
        return word in known.also_word and after[:1].isupper() and not after[:1].isdigit()
    if len(word) == 1 and before.isupper():  # initials
        return word in known.capital and after[:1].isupper()
    if word in known.trailing or (len(word) == 1 and before.isalpha()):
        return after[:1].isupper()
    return True


@dataclass(frozen=True, slots=True)
class _Known:
    """Words that a full stop follows."""

    leading: frozenset[str]
    also_word: frozenset[str]
    trailing: frozenset[str]
    capital: frozenset[str]


@cache
def _known(words: Vocabulary) -> _Known:
    return _Known(**{name: words.words["sentences", name] for name in _Known.__slots__})
