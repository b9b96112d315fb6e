"""The new part of a mail: what its author wrote just now, apart from history, farewell and signature.

Made for English and Russian mail (other languages are known as far as their programs' fixed words go). Every
line is looked at once and only its first characters are, so time grows with the length of the mail at most.

    new_part(text)                  what rules look at: no history, no signature below `--`, no device line
    quoted_part(text)               what it answers: the newest quoted mail, older ones behind `>`
    Split.of(text).new              without the farewell ("С уважением, Иван") as well
    Split.of(text).without_history  history alone is gone, signature and farewell stay
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from complaint_gift_email.lines import LOOKED_AT, Line, is_marked, read_lines, unmarked

MOST_LINES = 1000
_FEWEST_WORDS = 3
_WORD = re.compile(r"\w+")
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?p?\.?s\b|ps\b|пс\b|п\.?\s?с\.|з\.?ы\b)", re.I)
_DASHES = re.compile(r"\s*(?:-{2,3}|—|–|_{2,10})\s*$")
_INLINE = re.compile(
    r"(?<=\S)(?:[ \t]+|[ \t]*-{2,10}[ \t]*)(?=On (?:\d|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? ).{6,}:\s*$)"
)
_LONGEST_SIGNATURE = 15
_LONGEST_FAREWELL = 9
_LONGEST_DISCLAIMER = 6
_FAREWELL_LINE = 90


class Kind(StrEnum):
    """What a line is."""

    NEW = "new"
    FAREWELL = "farewell"
    SIGNATURE = "signature"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Split:
    """The lines of a text and what each is. `is_cut`: it was too long to be looked at as a whole."""

    lines: tuple[str, ...]
    kinds: tuple[Kind, ...]
    is_cut: bool = False

    @classmethod
    def of(cls, plain: str) -> Split:
        """Split a plain text; never raises."""
        # The lines of a mail end with line feeds; other separators of Unicode are part of what people write.
        every = plain.replace("\r\n", "\n").replace("\r", "\n").split("\n", MOST_LINES)
        kept = _apart(every[:MOST_LINES])
        lines = read_lines(kept)
        kinds = [Kind.NEW] * len(lines)
        _mark_history(lines, kinds)
        _mark_signature(lines, kinds)
        return cls(tuple(kept), tuple(kinds), len(every) > MOST_LINES)

    def only(self, *kinds: Kind) -> str:
        """The lines of these kinds, runs of empty lines made one."""
        wanted = [text.rstrip() for text, kind in zip(self.lines, self.kinds, strict=True) if kind in kinds]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(wanted)).strip("\n")

    @property
    def new(self) -> str:
        """The author's own words, without farewell and signature; may be empty."""
        return self.only(Kind.NEW)

    @property
    def written(self) -> str:
        """The author's own words with the farewell: who signs, and how, belongs to a reply."""
        return self.only(Kind.NEW, Kind.FAREWELL)

    @property
    def without_history(self) -> str:
        """Everything but quoted and forwarded messages."""
        return self.only(Kind.NEW, Kind.FAREWELL, Kind.SIGNATURE)

    @property
    def history(self) -> str:
        """What is quoted."""
        return self.only(Kind.HISTORY)

    @property
    def is_marked(self) -> bool:
        """Whether `>` or the like shows what is quoted."""
        return any(
            kind is Kind.HISTORY and is_marked(text)
            for text, kind in zip(self.lines, self.kinds, strict=True)
        )


def new_part(plain: str) -> str:
    """What its author wrote just now, farewell included.

    A text that is nothing but quotation comes back as it is: cutting it all would hide it.
    """
    split = Split.of(plain)
    return split.written or split.without_history or "\n".join(split.lines).strip()


def judged_part(plain: str) -> str:
    """What a reply is judged by: its new part, or all of it where that is less than three words.

    Marked quotations are never the author's own words, however short the answer to them is.
    """
    split = Split.of(plain)
    found = split.written
    is_enough = len(_WORD.findall(found[:500])) >= _FEWEST_WORDS or (found and split.is_marked)
    return found if is_enough else plain.strip()


def quoted_part(plain: str) -> str:
    """What a mail answers, as its author would read it: without marks and introduction.

    Mails that are quoted in that one in their turn stay behind `>`.
    """
    split = Split.of(plain)
    bare = [unmarked(text) for text in split.only(Kind.HISTORY).split("\n")]
    lines = read_lines(bare)
    inner = Split.of("\n".join(bare[_end_of_heading(lines) :]))
    told = [
        f"> {text}".rstrip() if kind is Kind.HISTORY and not line.is_quote else text.rstrip()
        for text, kind, line in zip(inner.lines, inner.kinds, read_lines(inner.lines), strict=True)
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(told)).strip("\n")


def _end_of_heading(lines: Sequence[Line]) -> int:
    """Where the words begin below `On ... wrote:` or a block of header fields."""
    number = _next_filled(lines, 0)
    if number == len(lines):
        return number
    if length := _intro_at(lines, number):
        return number + length
    if not _history_begins(lines, number):
        return number
    while number < len(lines) and (lines[number].is_title or lines[number].is_rule):
        number = _next_filled(lines, number + 1)
    while number < len(lines) and lines[number].role:
        number += 1
    return number


def _apart(texts: list[str]) -> list[str]:
    """Where a program puts its introduction on the line of the last word, that line becomes two."""
    found: list[str] = []
    for number, text in enumerate(texts):
        inside = None
        if text.rstrip().endswith(":") and "On " in text[1:LOOKED_AT]:
            following = next((one for one in texts[number + 1 : number + 4] if one.strip()), "")
            inside = _INLINE.search(text[:LOOKED_AT]) if following.lstrip().startswith(">") else None
        found += [text] if inside is None else [text[: inside.start()], text[inside.end() :]]
    return found


def _mark_history(lines: Sequence[Line], kinds: list[Kind]) -> None:
    number = 0
    while number < len(lines):
        if lines[number].is_quote:
            kinds[number] = Kind.HISTORY
            number += 1
            continue
        if (length := _intro_at(lines, number)) > 0:
            following = _next_filled(lines, number + length)
            if following < len(lines) and lines[following].is_quote:
                # Marked history: answers may stand between it and below.
                kinds[number:following] = [Kind.HISTORY] * (following - number)
                number = following
                continue
            if _is_sure(lines, number, length, following):
                _cut(kinds, number)
                return
        elif _history_begins(lines, number):
            start = _before_rule(lines, number)
            _cut(kinds, start)
            return
        number += 1


def _cut(kinds: list[Kind], start: int) -> None:
    kinds[start:] = [Kind.HISTORY] * (len(kinds) - start)


def _intro_at(lines: Sequence[Line], number: int) -> int:
    """How many lines from here on introduce a quotation; mail programs wrap them. 0 for none."""
    first = lines[number]
    if not first.opens and not first.ends_intro:
        return 0
    joined = first
    for extra in range(4):
        if joined.ends_intro:
            return extra + 1 if joined.introduces else 0
        following = number + extra + 1
        if following >= len(lines) or not lines[following].text.strip() or lines[following].is_quote:
            return 0
        joined = joined.joined(lines[following])
    return 0


def _is_sure(lines: Sequence[Line], number: int, length: int, following: int) -> bool:
    """Without quotation marks below only an address, or a moment as programs write it, is enough."""
    joined = lines[number]
    for other in lines[number + 1 : number + length]:
        joined = joined.joined(other)
    if following >= len(lines) and not joined.has_address:
        return joined.opens and joined.has_moment
    return joined.has_address or (joined.opens and joined.has_moment)


def _history_begins(lines: Sequence[Line], number: int) -> bool:
    line = lines[number]
    if line.is_title:
        return line.is_framed or _count_fields(lines, number + 1) >= 2
    if line.is_above or line.is_framed_verb:
        return True
    if line.is_rule:
        following = _next_filled(lines, number + 1)
        return following - number <= 3 and _count_fields(lines, following) >= 2
    if line.role in ("from", "sent", "subject", "to"):
        return _count_fields(lines, number) >= 3
    return False


def _count_fields(lines: Sequence[Line], start: int) -> int:
    """How many different header fields stand here, 0 when neither a moment nor an address is among them."""
    roles: set[str] = set()
    told = has_moment = has_address = False
    missed = 0
    first = _next_filled(lines, start)
    for line in lines[first : first + 12]:
        if not line.text.strip():
            missed += 1
        elif line.role:
            roles.add(line.role)
            has_address, has_moment = has_address or line.has_address, has_moment or line.has_moment
            told = told or line.has_address or line.has_date
            missed = 0
        elif not roles:
            return 0
        else:
            missed += 1
        if missed > 2:
            break
    if len(roles) == 2 and has_moment and has_address and "sent" in roles:
        return 3  # `Date:` and `To:` as programs write them
    return len(roles) if told or len(roles) >= 4 else 0


def _before_rule(lines: Sequence[Line], number: int) -> int:
    """A rule right above a header block belongs to it."""
    above = number - 1
    while above > 0 and not lines[above].text.strip() and number - above < 3:
        above -= 1
    return above if above > 0 and lines[above].is_rule else number


def _next_filled(lines: Sequence[Line], number: int) -> int:
    while number < len(lines) and not lines[number].text.strip():
        number += 1
    return number


def _mark_signature(lines: Sequence[Line], kinds: list[Kind]) -> None:
    filled = [n for n, line in enumerate(lines) if kinds[n] is Kind.NEW and line.text.strip()]
    while len(filled) > 1 and lines[filled[0]].is_banner:
        kinds[filled.pop(0)] = Kind.SIGNATURE
    for place in range(max(1, len(filled) - _LONGEST_DISCLAIMER), len(filled)):
        if lines[filled[place]].is_disclaimer:
            filled = _mark(kinds, filled, place, Kind.SIGNATURE)
            break
    for place in range(max(0, len(filled) - 6), len(filled)):
        number = filled[place]
        if lines[number].is_device and (place > 0 or len(filled) == 1):
            filled = _mark(kinds, filled, place, Kind.SIGNATURE)
            break
    if place := _dashes_at(lines, filled):
        filled = _mark(kinds, filled, place, Kind.SIGNATURE)
    for place in range(max(1, len(filled) - _LONGEST_FAREWELL), len(filled)):
        if lines[filled[place]].is_farewell and _is_signed(lines, filled[place:]):
            _mark(kinds, filled, place, Kind.FAREWELL, lines)
            break


def _dashes_at(lines: Sequence[Line], filled: Sequence[int]) -> int:
    """Where a signature begins, 0 for nowhere.

    `--` says so. Other dashes also part the points that somebody makes: only the only ones, and below words.
    """
    places = range(max(1, len(filled) - _LONGEST_SIGNATURE), len(filled))
    dashed = [place for place in places if _DASHES.match(lines[filled[place]].text)]
    for place in dashed:
        if lines[filled[place]].text.strip() == "--":
            return place
    if len(dashed) != 1:
        return 0
    above = " ".join(lines[number].text for number in filled[: dashed[0]])
    return dashed[0] if len(_WORD.findall(above[:500])) >= _FEWEST_WORDS else 0


def _is_signed(lines: Sequence[Line], rest: Sequence[int]) -> bool:
    """Only short lines below a farewell, up to a postscript."""
    for number in rest[1:]:
        if _POSTSCRIPT.match(lines[number].text):
            return True
        if len(lines[number].text) > _FAREWELL_LINE:
            return False
    return True


def _mark(
    kinds: list[Kind], filled: list[int], place: int, kind: Kind, lines: Sequence[Line] | None = None
) -> list[int]:
    for number in filled[place:]:
        if lines is not None and _POSTSCRIPT.match(lines[number].text):
            break
        kinds[number] = kind
    return filled[:place]
