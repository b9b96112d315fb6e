"""The new part of a mail or comment: what its author wrote just now, without history and signature."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from complaint_gift.text.vocabulary import Shape, vocabulary
from complaint_gift.text.wordfiles import Vocabulary

_QUOTE_LINE = re.compile(r"^[ \t]*>")
# Words do not stand here but in languages/<language>.yaml, under the names in braces.
_OPENS_HEADER = Shape(
    "history",
    r"^[ \t]*(?:{opens}|{days}[a-zа-я]*\b|\d{1,4}[ ./-]\d?|[^\n]{0,120}<[^\s<>]+@)",
)
_WROTE_LINE = Shape(
    "history",
    r"^[ \t]*(?:{opens_whole}\b[^\n]{4,200}|[^\n]{0,200}\d{1,2}[:.]\d{2}[^\n]{0,120}"
    r"|[^\n]{0,120}<[^\s<>]+@[^\s<>]+>[^\n]{0,60})"
    r"{wrote}[ \t]*:[ \t]*$",
)
_ORIGINAL = Shape(
    "history",
    r"^[ \t]*(?:-{2,}|_{5,}|\*{3,})[ \t]*{titles}(?:[ \t]*(?:-{2,}|_{5,}|\*{3,}))?[ \t]*$"
    r"|^[ \t]*_{20,}[ \t]*$",
)
_HEADER = Shape("history", r"^[ \t]*\*?{fields}\*?:")
_FIRST_HEADER = Shape("history", r"^[ \t]*\*?{sender}\*?:")
_SIGNATURE = re.compile(r"^--[ \t]*$")
_DEVICE = Shape("history", r"^[ \t]*{device} [^\n]{0,80}$")
_SEPARATOR = Shape("history", r"^[ \t]*(?:##-|-{3,}[ \t]*{above})")


def new_part(plain: str) -> str:
    """Cut quoted lines, everything below a reply header, and the signature; never returns less than one line.

    A text that is nothing but quotation comes back as it is, since cutting it all would hide it.
    """
    lines = plain.splitlines()
    end = _cut_at(lines)
    kept = [line for line in lines[:end] if not _QUOTE_LINE.match(line)]
    result = "\n".join(kept).strip("\n")
    return result if result.strip() else plain


def _cut_at(lines: list[str]) -> int:
    original, separator, device, opens, first = _matchers(vocabulary())
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) and number:
            return number
        if original(line) or separator(line) or device(line):
            return number
        if opens(line[:300]) and _starts_history(lines, number):
            return number
        if first(line) and sum(bool(_HEADER.match(x)) for x in lines[number : number + 5]) >= 3:
            return number
    return len(lines)


@cache
def _matchers(_: Vocabulary) -> tuple[Callable[[str], object], ...]:
    """What begins an older mail, ready for many lines."""
    shapes = (_ORIGINAL, _SEPARATOR, _DEVICE, _OPENS_HEADER, _FIRST_HEADER)
    return tuple(shape.pattern().match for shape in shapes)


def _starts_history(lines: list[str], number: int) -> bool:
    """A line "... wrote:"; mail programs wrap it, so up to three lines are joined."""
    joined = lines[number][:300]
    for extra in range(3):
        if joined.rstrip().endswith(":") and len(joined) < 400 and _WROTE_LINE.match(joined):
            return True
        following = number + extra + 1
        if following >= len(lines) or not lines[following].strip():
            return False
        joined = f"{joined.rstrip()} {lines[following].strip()[:200]}"
    return False
