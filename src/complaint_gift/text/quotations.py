"""Quotations: words in a reply that are not the writer's own."""

from __future__ import annotations

import re

_LONGEST = 600
_MARKS = re.compile('[«“„"”‟]|^[ \t]*>', re.M)
_QUOTED = re.compile(
    rf"«[^»]{{0,{_LONGEST}}}»|“[^”]{{0,{_LONGEST}}}”|„[^“”]{{0,{_LONGEST}}}[“”]"
    rf"|\"[^\"\n]{{0,{_LONGEST}}}\"|”[^”]{{0,{_LONGEST}}}”|^[ \t]*>.*$",
    re.M,
)


def quotations(text: str) -> list[tuple[int, int]]:
    """Spans of quoted words and of `>` lines, in order, never overlapping."""
    if not _MARKS.search(text):
        return []
    return [match.span() for match in _QUOTED.finditer(text)]
