"""HTML as mail programs and helpdesks write it, turned into plain text.

Without a tree: parsers build one in time that grows with the square of the depth, of the attributes or of
the neighbours, and anybody may send us HTML. What is open is kept on a stack, with the places of each name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from complaint_gift.text.listing import listed
from complaint_gift.text.tags import attributes_of, cut

_SILENT = listed("template noscript svg math object select button")
_BLOCKS = listed(
    """address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4
    h5 h6 header hr li main nav ol p pre section table tbody thead tfoot tr ul"""
)
_PARAGRAPHS = listed("p h1 h2 h3 h4 h5 h6 hr blockquote ul ol table pre")
_VOID = listed("area base br col embed hr img input link meta param source track wbr")
_CELLS = listed("td th caption")
_TABLE_PARTS = listed("td th caption tr tbody thead tfoot")
# A closing tag does not reach beyond these.
_WALLS = _CELLS | listed("table template object foreignobject")
_SPECIAL = _WALLS | _BLOCKS | _SILENT
# What a tag ends that was left open just before it.
_ENDS = {
    "li": listed("p li"),
    "dd": listed("p dd dt"),
    "dt": listed("p dd dt"),
    "td": listed("p td th"),
    "th": listed("p td th"),
    "tr": listed("p td th tr"),
    "button": listed("p button"),
    "select": listed("select"),
    **dict.fromkeys(("tbody", "thead", "tfoot"), listed("p td th tr tbody thead tfoot")),
}
_ENDS_OF_BLOCKS = listed("p svg math")
# What mail programs wrap around the history of a conversation, and what they put before it.
_HISTORY_CLASSES = listed(
    """gmail_quote gmail_extra yahoo_quoted moz-cite-prefix zmail_extra protonmail_quote js-forwarded-text
    mail-quote-collapse"""
)
_HISTORY_STARTS = listed("appendonsend divRplyFwdMsg")
_HISTORY_MARK = "data-signature-widget"
_HISTORY = re.compile("|".join([*_HISTORY_CLASSES, *_HISTORY_STARTS, _HISTORY_MARK]), re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
# Spaces before a line's end are looked at from the first of them only: else the time grows with their square.
_LINES = re.compile(r"(?:(?<![ \t])[ \t]+)?\n[ \t]*")


def html_to_plain(html: str) -> str:
    """The text a reader sees, block elements on lines of their own, quoted history left out.

    Links keep their text. Any str is accepted, broken HTML too; text without a tag comes back as it reads.
    """
    reader = _Reader()
    # Lone surrogates cannot be encoded; they carry no meaning, so they become the usual replacement sign.
    for what, words, attributes in cut(html.encode("utf-8", "replace").decode("utf-8")):
        if what == "text":
            reader.read(words)
        elif what == "<":
            reader.open(words, attributes)
        else:
            reader.close(words)
    text = _LINES.sub("\n", "".join(reader.pieces))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n ")


@dataclass(slots=True)
class _Open:
    """An element that is open. `rest`: what elements still follow in it are history."""

    name: str
    unread: bool
    rest: bool = False


class _Reader:
    """Collects what is read. Inline elements that mean nothing to us are never opened."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._line_open = False
        self._unread = 0
        self._stack = [_Open("", unread=False)]
        # Where on the stack each name is open, and all that closing tags mind.
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._walls = [0]
        self._blocks = [0]

    def read(self, text: str) -> None:
        if not self._unread:
            piece = _SPACES.sub(" ", text)
            if piece[0] == " " and not (self._line_open and self.pieces[-1][-1] != " "):
                piece = piece[1:]
            if piece:
                self._line_open = True
                self.pieces.append(piece.replace("\xa0", " "))

    def open(self, name: str, attributes: str) -> None:
        is_special = name in _SPECIAL
        if is_special:
            ends = _ENDS.get(name, _ENDS_OF_BLOCKS)
            while self._stack[self._blocks[-1]].name in ends:
                self._pop_to(self._blocks[-1])
        is_unread = (
            name in _SILENT
            or name == "blockquote"
            or self._stack[-1].rest
            or (bool(attributes) and self._begins_history(name, attributes))
        )
        if not (is_unread or self._unread):
            self._break(name)
        if (is_special or is_unread or self._places.get(name)) and name not in _VOID:
            self._push(_Open(name, is_unread), is_special)

    def close(self, name: str) -> None:
        places = self._places.get(name)
        if places and places[-1] >= self._barrier(name):
            self._pop_to(places[-1])
        elif name == "br":
            self.open(name, "")
        elif name == "p":
            self.open(name, "")
            self._pop_to(self._blocks[-1])

    def _begins_history(self, name: str, attributes: str) -> bool:
        if name in ("html", "body") or not _HISTORY.search(attributes):
            return False
        said = attributes_of(attributes)
        self._stack[-1].rest = said.get("id") in _HISTORY_STARTS
        return (
            self._stack[-1].rest
            or _HISTORY_MARK in said
            or not _HISTORY_CLASSES.isdisjoint(said.get("class", "").split())
        )

    def _barrier(self, name: str) -> int:
        """The place on the stack below which a closing tag of this name closes nothing."""
        if name == "table":
            return 0
        if name in _TABLE_PARTS:
            return (self._places.get("table") or self._walls)[-1]
        return (self._walls if name in _SPECIAL else self._blocks)[-1]

    def _break(self, name: str) -> None:
        if name in ("br", "hr") or (self._line_open and name in _BLOCKS):
            self._end_line(name)
        elif self._line_open and name in _CELLS:
            self.pieces.append(" ")

    def _end_line(self, name: str) -> None:
        self.pieces.append("\n\n" if name in _PARAGRAPHS else "\n")
        self._line_open = False

    def _push(self, element: _Open, is_special: bool) -> None:
        at, name = len(self._stack), element.name
        self._stack.append(element)
        self._places[name].append(at)
        self._unread += element.unread
        if name in _WALLS:
            self._walls.append(at)
        if is_special:
            self._blocks.append(at)

    def _pop_to(self, place: int) -> None:
        """Close what is open at this place and all within it."""
        while len(self._stack) > place:
            element = self._stack.pop()
            at, name = len(self._stack), element.name
            self._places[name].pop()
            self._unread -= element.unread
            if self._walls[-1] == at:
                self._walls.pop()
            if self._blocks[-1] == at:
                self._blocks.pop()
            if name in _BLOCKS and not (element.unread or self._unread):
                self._end_line(name)
