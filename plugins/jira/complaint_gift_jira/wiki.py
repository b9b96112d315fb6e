"""Jira's wiki markup to plain text. All it does is leave letters out, so every letter keeps its place.

What cannot be read as markup is text. Every pattern is bounded by its line: a hostile one costs no more time.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from complaint_gift_jira.adf import read_adf
from complaint_gift_jira.clean import Clean, Writer

LONGEST = 100_000
_MACRO = re.compile(r"(?<!\\)\{(code|noformat|quote|adf)(?::[^{}\n]{0,300})?\}")
_TAG = re.compile(r"(?<!\\)\{(?:color|panel|anchor|quote|code|noformat|adf|expand|info|note|tip|warning)"
                  r"(?::[^{}\n]{0,300})?\}|\{(?=[*_+^~-]\})|(?<=\{[*_+^~-])\}|\{\{|\}\}")  # fmt: skip
_START = re.compile(r"^[ \t]*(?:h[1-6]\.[ \t]+|bq\.[ \t]+|[*#-]{1,6}[ \t]+|-{4,}[ \t]*$)", re.M)
_QUOTED_LINE = re.compile(r"^[ \t]*bq\.[ \t][^\n]*\n?", re.M)
_MENTION = re.compile(r"(?<!\\)\[~(?:accountid:)?([^\]\n|]{1,200})\]")
_LINK = re.compile(
    r"(?<!\\)\[([^\[\]|\n]{1,500})\|[^\[\]|\n]{1,2000}(?:\|smart-(?:link|card|embed))?\]", re.ASCII
)
_BARE_LINK = re.compile(r"(?<!\\)\[((?:https?://|mailto:)[^\[\]|\n]{1,2000})\]")
_FILE = re.compile(r"(?<!\\)\[\^[^\[\]|\n]{1,300}\]|(?<![\w\\])![^\s!|]{1,300}\.\w{2,5}(?:\|[^!\n]{0,200})?!")
_ROW = re.compile(r"^[ \t]*\|\|?|(?<=[^|\n])\|\|?[ \t]*$|(?<=[^|\n])\|\|?(?=[^|\n])", re.M)
_TABLE = re.compile(r"^[ \t]*\|[^\n]*$", re.M)
_ESCAPE = re.compile(r"\\(?=[\\{}\[\]*_+\-^~?!|#()])")
_BREAK = re.compile(r"\\\\(?=\s|$)")
_EMPTY = re.compile(r"(?<=\n\r\n)[\r\n]+|(?<=\n\n)[\r\n]+|\r")
_MARKS = tuple(
    re.compile(rf"(?<![\w\\{mark}])({mark}{{{count}}})(?=[^\s{mark}])[^\n{mark}]{{0,500}}?(?<=[^\s\\])"
               rf"({mark}{{{count}}})(?![\w{mark}])")
    for mark, count in ((r"\*", 1), ("_", 1), (r"\+", 1), ("-", 1), (r"\^", 1), ("~", 1), (r"\?", 2))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """Leave source[start:end] out and say `instead`."""

    start: int
    end: int
    instead: str = ""


def read_wiki(source: str, *, quotes: bool = True) -> Clean:
    """The text; without `quotes` neither quotations nor code. Beyond a hundred thousand letters it is cut."""
    source = source[:LONGEST]
    blocks, verbatim = _read_blocks(source, quotes=quotes)
    marks = (cut for cut in _read_lines(source, quotes=quotes) if not _inside(cut, verbatim))
    # Of two that begin together the longer one counts: a whole quotation before its tag.
    cuts = sorted([*blocks, *marks], key=lambda cut: (cut.start, -cut.end))
    writer, at = Writer(), 0
    for cut in cuts:
        if cut.start < at:
            continue
        writer.copy(source[at : cut.start], (), at)
        if cut.instead == "\n":
            writer.block()
        else:
            writer.say(cut.instead)
        at = cut.end
    writer.copy(source[at:], (), at)
    return writer.done()


def _read_blocks(source: str, *, quotes: bool) -> tuple[list[Cut], list[tuple[int, int]]]:
    """(what to cut, where nothing else is to be read as markup); a macro that is never closed is a tag."""
    cuts: list[Cut] = []
    verbatim: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    tags = list(_MACRO.finditer(source))
    last = {tag[1]: tag.start() for tag in tags}
    for tag in tags:
        if opened is None:
            opened = tag if tag.start() < last[tag[1]] else None
            continue
        if tag[1] != opened[1]:
            continue
        name, start, end = tag[1], opened.start(), tag.end()
        if name == "adf":
            cuts.append(Cut(start, end, _read_embedded(source[opened.end() : tag.start()], quotes=quotes)))
        elif not quotes:
            cuts.append(Cut(start, end, "\n"))
        else:
            cuts += [Cut(start, opened.end(), "\n"), Cut(tag.start(), end, "\n")]
            verbatim += [(opened.end(), tag.start())] if name != "quote" else []
        opened = None
    return cuts, verbatim


def _read_embedded(document: str, *, quotes: bool) -> str:
    try:
        return read_adf(json.loads(document), quotes=quotes).text
    except (ValueError, RecursionError):
        return ""


def _read_lines(source: str, *, quotes: bool) -> Iterator[Cut]:
    if not quotes:
        yield from (Cut(m.start(), m.end()) for m in _QUOTED_LINE.finditer(source))
    for pattern in (_START, _FILE, _TAG, _ESCAPE, _EMPTY):
        yield from (Cut(m.start(), m.end()) for m in pattern.finditer(source))
    yield from (Cut(m.start(), m.end(), "\n") for m in _BREAK.finditer(source))
    for found in _MENTION.finditer(source):
        yield Cut(found.start(), found.start(1), "@")
        yield Cut(found.end(1), found.end())
    for pattern in (_LINK, _BARE_LINK):
        for found in pattern.finditer(source):
            yield Cut(found.start(), found.start(1))
            yield Cut(found.end(1), found.end())
    for mark in _MARKS:
        for found in mark.finditer(source):
            yield Cut(*found.span(1))
            yield Cut(*found.span(2))
    yield from _read_tables(source)


def _read_tables(source: str) -> Iterator[Cut]:
    for row in _TABLE.finditer(source):
        for bar in _ROW.finditer(row[0]):
            outer = bar.start() == 0 or bar.end() == len(row[0])
            yield Cut(row.start() + bar.start(), row.start() + bar.end(), "" if outer else " | ")


def _inside(cut: Cut, ranges: list[tuple[int, int]]) -> bool:
    """`ranges` stand in order and apart."""
    before = bisect_right(ranges, cut.start, key=itemgetter(0))
    return before > 0 and cut.start < ranges[before - 1][1]
