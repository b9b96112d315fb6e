"""Quotations: words in a reply that are not the writer's own."""

from __future__ import annotations

import re

_LONGEST = 600
# A single mark is an apostrophe as well: a quotation begins with a word behind it and ends behind one.
_MARKS = re.compile(r"[«“„\"”‟'‘>](?<!\w['‘])")  # begins with the sign itself, so that `re` can skip the rest
_QUOTED = re.compile(
    rf"«[^»]{{0,{_LONGEST}}}»|“[^”]{{0,{_LONGEST}}}”|„[^“”]{{0,{_LONGEST}}}[“”]"
    rf"|(?<!\d)\"[^\"\n]{{0,{_LONGEST}}}\"|”[^”]{{0,{_LONGEST}}}”|^[ \t]*>.*$"
    rf"|(?<![\w'’])(?:'(?=[^\W\d])(?:[^'\n]|(?<=\w)'(?=\w)){{1,{_LONGEST}}}(?<=[\w.!?,…])'"
    rf"|‘(?=\w)(?:[^‘’\n]|(?<=\w)’(?=\w)){{1,{_LONGEST}}}(?<=[\w.!?,…])’)(?!\w)",
    re.M,
)


def quotations(text: str) -> list[tuple[int, int]]:
    """Spans of quoted words and of `>` lines, in order, never overlapping."""
    if not _MARKS.search(text):
        return []
    return [match.span() for match in _QUOTED.finditer(text)]
