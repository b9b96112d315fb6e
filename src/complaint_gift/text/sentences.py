"""Where a sentence ends: the decision about one gap between two words."""

from __future__ import annotations

import re

from complaint_gift.text.listing import listed

# What every gap has that ends one.
may_end = re.compile("[!?….\n\r\x0b\x0c\u2028\u2029]").search
_HARD = re.compile(r"[!?…]|\.\.")
_NEWLINE = re.compile(r"[\n\r\x0b\x0c\u2028\u2029]")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n|\r\r|\u2029")
_LIST = re.compile(r"\n[ \t]*(?:(?:[-*•–—·]|\d{1,2}[.)])[ \t]*)?$")
# A name follows: the full stop after these never ends a sentence.
_LEADING = listed(
    """mr mrs ms dr st prof sr jr no nr vs approx fig e.g i.e eg ie ул пр д кв стр корп обл р-н им т г-н
    г-жа п пп пос пер бул просп ст см напр рис тел каб теч"""
)
# A sentence may end after these, so the next word decides: a capital letter starts a new one.
_TRAILING = listed(
    """etc inc ltd co corp am pm a p m руб коп тыс млн млрд г гг в вв др пр проч мин сек час ч кг гр шт мес
    нед раб дн с е к д н р н.э u.s u.k"""
)


def ends_sentence(text: str, gap: str, before: str, after: str, at: int) -> bool:
    """Whether the gap between the words `before` and `after` ends a sentence; `at` is where it starts."""
    if _NEWLINE.search(gap) and _newline_ends(text, gap, after, at):
        return True
    if _HARD.search(gap):
        return not _goes_on(gap, after)
    if "." in gap:
        return _full_stop_ends(gap, before, after)
    return False


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
    word = before.lower()
    if len(gap) == 1:  # no space after it: "Sorry.We" ends, "т.е", "12.05" and "www.site" do not
        return len(word) > 1 and after[:1].isupper() and not before[:1].isdigit() and word not in _LEADING
    if word in _LEADING:
        return word == "no" and after[:1].isupper() and not after[:1].isdigit()
    if len(word) == 1 and before.isupper():  # initials
        return before == "I" and after[:1].isupper()
    if word in _TRAILING or (len(word) == 1 and before.isalpha()):
        return after[:1].isupper()
    return True
