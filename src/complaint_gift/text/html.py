"""HTML as mail programs and helpdesks write it, turned into plain text without a tree (see nesting.py)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from complaint_gift.text.listing import listed
from complaint_gift.text.nesting import BLOCKS, CELLS, SILENT, Element, Nesting
from complaint_gift.text.tags import attributes_of, cut

_PARAGRAPHS = listed("p h1 h2 h3 h4 h5 h6 hr blockquote ul ol table pre")
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
class _Open(Element):
    """`rest`: what elements still follow in it are history."""

    rest: bool = False


class _Reader:
    """Collects what is read."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._line_open = False
        self._nesting = Nesting(self._leave, _Open(""))

    def read(self, text: str) -> None:
        if not self._nesting.unread:
            piece = _SPACES.sub(" ", text)  # an entity that stands for no sign leaves nothing
            if piece[:1] == " " and not (self._line_open and self.pieces[-1][-1] != " "):
                piece = piece[1:]
            if piece:
                self._line_open = True
                self.pieces.append(piece.replace("\xa0", " "))

    def open(self, name: str, attributes: str) -> None:
        self._nesting.end_before(name)
        around = self._nesting.inmost
        is_unread = (
            name in SILENT
            or name == "blockquote"
            or around.rest
            or (bool(attributes) and _begins_history(name, attributes, around))
        )
        if not (is_unread or self._nesting.unread):
            self._break(name)
        self._nesting.begin(_Open(name, is_unread))

    def close(self, name: str) -> None:
        if not self._nesting.end(name) and name in ("p", "br"):
            self.open(name, "")
            self._nesting.end(name)

    def _break(self, name: str) -> None:
        if name in ("br", "hr") or (self._line_open and name in BLOCKS):
            self._end_line(name)
        elif self._line_open and name in CELLS:
            self.pieces.append(" ")

    def _end_line(self, name: str) -> None:
        self.pieces.append("\n\n" if name in _PARAGRAPHS else "\n")
        self._line_open = False

    def _leave(self, element: _Open) -> None:
        if element.name in BLOCKS and not (element.is_unread or self._nesting.unread):
            self._end_line(element.name)


def _begins_history(name: str, attributes: str, around: _Open) -> bool:
    if name in ("html", "body") or not _HISTORY.search(attributes):
        return False
    said = attributes_of(attributes)
    around.rest = said.get("id") in _HISTORY_STARTS
    return (
        around.rest or _HISTORY_MARK in said or not _HISTORY_CLASSES.isdisjoint(said.get("class", "").split())
    )
