"""Sentences as the tagger was trained to see them: spans of code points, line breaks always part them."""

import re

from complaint_gift.learned.vocabulary import vocabulary
from complaint_gift.text.smileys import EMOJI, FACE

LONGEST = 400
# A run of marks is read once: from its beginning, and as a whole.
_SIGN = rf"[{EMOJI}\ufe0f\u200d]"
_SMILE = rf"(?:(?<!{_SIGN}){_SIGN}++|(?<!\))\)\)++|{FACE}+)"
_STOP = re.compile(rf"(?<![.!?…])[.!?…]++[)\]»”\"']*+(?=\s|$)|\n+|{_SMILE}(?=[ \t]+[A-ZА-ЯЁ])")
_BLANKS = re.compile("[ \t\u00a0]*")
_SHORT = ("sentences", "short")
_LAST_WORD = re.compile(r"([\w.\-]+)$")
_FAR = 40  # characters: no abbreviation is as long
_LETTER = re.compile(r"\w")


def split(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of every sentence, without the white space around it."""
    spans: list[tuple[int, int]] = []
    begin = 0
    for stop in _STOP.finditer(text):
        if not _ends(text, begin, stop):
            continue
        _add(text, begin, stop.end(), spans)
        begin = stop.end()
    _add(text, begin, len(text), spans)
    return tuple(spans)


def _ends(text: str, begin: int, stop: re.Match[str]) -> bool:
    mark = stop.group()
    if mark.startswith("\n"):
        return True
    blanks = _BLANKS.match(text, stop.end())
    at = blanks.end() if blanks else stop.end()
    after = text[at : at + 1]
    if mark == "." and after:
        last = _LAST_WORD.search(text, max(begin, stop.start() - _FAR), stop.start())
        word = last.group(1).lower() if last else ""
        if word in vocabulary().words[_SHORT] or (len(word) == 1 and word.isalpha()):
            return False
        if after.islower() and after.isalpha() and len(word) <= 3:
            return False
    return not (mark in {"…", "..."} and after.islower())


def _add(text: str, begin: int, end: int, spans: list[tuple[int, int]]) -> None:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    if begin == end:
        return
    if spans and not _LETTER.search(text, begin, end) and "\n" not in text[spans[-1][1] : begin]:
        spans[-1] = (spans[-1][0], end)  # a lone smiley or bracket belongs to what was said before
        return
    while end - begin > LONGEST:  # a wall of text without a stop: cut at a space
        cut = text.rfind(" ", begin + LONGEST // 2, begin + LONGEST)
        cut = cut if cut > 0 else begin + LONGEST
        spans.append((begin, cut))
        begin = cut
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        spans.append((begin, end))
