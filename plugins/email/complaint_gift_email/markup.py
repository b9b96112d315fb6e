"""The text of an HTML mail, quotations kept as lines that begin with `>`.

The core's own reader leaves quoted history out; here it stays, marked, because answers stand between
quotations.
"""

from __future__ import annotations

import re

from complaint_gift.text.listing import listed
from complaint_gift.text.nesting import BLOCKS, CELLS, SILENT, Element, Nesting
from complaint_gift.text.tags import attributes_of, cut

LONGEST = 400_000
_DEEPEST_QUOTE = 8
_PARAGRAPHS = listed("""p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre""")
_MAY_HIDE = re.compile(r"hidden|none|font-size", re.I)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.I
)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_RULE = "_" * 32


def to_text(html: str) -> str:
    """What a reader sees, a block on its own line, a blockquote behind `> `. Any str is accepted."""
    reader = _Reader()
    for what, words, attributes in cut(html[:LONGEST].encode("utf-8", "replace").decode("utf-8")):
        if what == "text":
            reader.read(words)
        elif what == "<":
            reader.open(words, attributes)
        else:
            reader.close(words)
    return reader.writer.text()


class _Reader:
    """Hands what is seen to the writer."""

    def __init__(self) -> None:
        self.writer = _Writer()
        self._nesting = Nesting(self._leave, Element(""))

    def read(self, text: str) -> None:
        if not self._nesting.unread:
            self.writer.write(text)

    def open(self, name: str, attributes: str) -> None:
        self._nesting.end_before(name)
        is_unread = name in SILENT or (bool(attributes) and _is_hidden(attributes))
        if not (is_unread or self._nesting.unread):
            self._show(name)
        self._nesting.begin(Element(name, is_unread))

    def close(self, name: str) -> None:
        if not self._nesting.end(name) and name in ("p", "br"):
            self.open(name, "")
            self._nesting.end(name)

    def _show(self, name: str) -> None:
        if name == "br":
            self.writer.end_line()
        elif name == "hr":
            self.writer.draw_rule()
        elif name in CELLS:
            self.writer.space()
        elif name in BLOCKS:
            self.writer.enter(name)

    def _leave(self, element: Element) -> None:
        if element.name in BLOCKS and not (element.is_unread or self._nesting.unread):
            self.writer.leave(element.name)


def _is_hidden(attributes: str) -> bool:
    if not _MAY_HIDE.search(attributes):
        return False
    said = attributes_of(attributes)
    style = said.get("style", "")
    return "hidden" in said or bool(len(style) < 2000 and _HIDDEN.search(style))


class _Writer:
    """Collects lines; knows how deep in quotations it is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.preformatted = 0
        self.blank = False

    def write(self, piece: str) -> None:
        if self.preformatted:
            *whole, last = piece.replace("\r\n", "\n").split("\n")
            for part in whole:
                self.line.append(part)
                self.end_line()
            piece = last
        else:
            piece = _SPACES.sub(" ", piece)
        piece = piece.replace("\xa0", " ")
        piece = piece if self.line or self.preformatted else piece.lstrip(" ")
        if piece:
            self.line.append(piece)

    def space(self) -> None:
        if self.line:
            self.line.append(" ")

    def draw_rule(self) -> None:
        self._break(1)
        self.line.append(_RULE)
        self._break(1)

    def end_line(self) -> None:
        prefix = "> " * min(self.quotes, _DEEPEST_QUOTE)
        if self.blank and self.lines and self.lines[-1].strip("> "):
            self.lines.append(prefix.rstrip() if self.lines[-1].startswith(">") else "")
        self.blank = False
        self.lines.append((prefix + "".join(self.line)).rstrip())
        self.line.clear()

    def enter(self, block: str) -> None:
        self._break(2 if block in _PARAGRAPHS else 1)
        self.quotes += block == "blockquote"
        self.preformatted += block == "pre"

    def leave(self, block: str) -> None:
        self._break(2 if block in _PARAGRAPHS else 1)
        self.quotes -= block == "blockquote"
        self.preformatted -= block == "pre"

    def text(self) -> str:
        self._break(1)
        return re.sub(r"(?:\n[> ]*){3,}\n", "\n\n", "\n".join(self.lines)).strip("\n ")

    def _break(self, lines: int) -> None:
        """Begin a new line, with an empty one before it when `lines` is 2."""
        if self.line:
            self.end_line()
        self.blank = self.blank or lines > 1
