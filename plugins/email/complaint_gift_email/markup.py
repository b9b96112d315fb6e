"""The text of an HTML mail, quotations kept as lines that begin with `>`.

The core's own reader leaves quoted history out; here it stays, marked, because answers stand between
quotations.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from complaint_gift.text.listing import listed

LONGEST = 400_000
_DEEPEST_QUOTE = 8
_SILENT = listed(
    """script style head title template noscript svg math object iframe select button textarea meta link"""
)
_BLOCKS = listed(
    """address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4
    h5 h6 header li main nav ol p pre section table tbody thead tfoot tr ul body html"""
)
_PARAGRAPHS = listed("""p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre""")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)", re.I
)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_RULE = "_" * 32
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[\s/>]")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_CLOSES_ALONE = listed(
    """area base br col embed hr img input link meta source track wbr p li td th tr dt dd option"""
)
_DEEPEST = 1500


def to_text(html: str) -> str:
    """What a reader sees, a block on its own line, a blockquote behind `> `. Any str is accepted."""
    html = html[:LONGEST]
    if _is_too_deep(html):
        return _SPACES.sub(" ", _ANY_TAG.sub(" ", html)).strip()
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode("utf-8"))
    root = tree.body or tree.root
    if root is None:
        return ""
    writer = _Writer()
    stack: list[tuple[LexborNode | None, str]] = [(root, "")]
    while stack:
        node, closing = stack.pop()
        if node is None:
            writer.close(closing)
        elif (tag := node.tag or "") == "-text":
            writer.write(node.text(deep=False) or "", "pre" in writer.open)
        elif not (tag in _SILENT or tag.startswith(("-", "!", "_")) or _is_hidden(node)):
            stack.extend(_begin(writer, node, tag))
    return writer.text()


def _begin(writer: _Writer, node: LexborNode, tag: str) -> list[tuple[LexborNode | None, str]]:
    """Write what the tag itself means; gives what comes next, the last first."""
    if tag == "br":
        writer.end_line()
        return []
    if tag == "hr":
        writer.break_block(1)
        writer.write(_RULE, False)
        writer.break_block(1)
        return []
    if tag in ("td", "th"):
        writer.space()
    inner: list[tuple[LexborNode | None, str]] = [
        (child, "") for child in reversed(list(node.iter(include_text=True)))
    ]
    if tag in _BLOCKS:
        writer.enter(tag)
        return [(None, tag), *inner]
    return inner


def _is_too_deep(html: str) -> bool:
    """The parser's time grows with the square of the depth; no mail program nests like that."""
    depth = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in _CLOSES_ALONE:
            depth += -1 if found[1] else 1
            if depth > _DEEPEST:
                return True
    return False


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and len(style) < 2000 and _HIDDEN.search(style))


class _Writer:
    """Collects lines; knows how deep in quotations it is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.open: list[str] = []
        self.quotes = 0
        self.blank = False

    def write(self, piece: str, preserve: bool) -> None:
        if preserve:
            *whole, last = piece.replace("\r\n", "\n").split("\n")
            for part in whole:
                self.line.append(part)
                self.end_line()
            piece = last
        else:
            piece = _SPACES.sub(" ", piece)
        piece = piece.replace("\xa0", " ")
        piece = piece if self.line or preserve else piece.lstrip(" ")
        if piece:
            self.line.append(piece)

    def space(self) -> None:
        if self.line:
            self.line.append(" ")

    def end_line(self) -> None:
        self._flush("".join(self.line))

    def break_block(self, lines: int) -> None:
        """Begin a new line, with an empty one before it when `lines` is 2."""
        if self.line:
            self.end_line()
        self.blank = self.blank or lines > 1

    def enter(self, tag: str) -> None:
        self.break_block(2 if tag in _PARAGRAPHS else 1)
        self.open.append(tag)
        if tag == "blockquote":
            self.quotes += 1

    def close(self, tag: str) -> None:
        self.break_block(2 if tag in _PARAGRAPHS else 1)
        self.open.pop()
        if tag == "blockquote":
            self.quotes -= 1

    def text(self) -> str:
        self.break_block(1)
        return re.sub(r"(?:\n[> ]*){3,}\n", "\n\n", "\n".join(self.lines)).strip("\n ")

    def _flush(self, text: str) -> None:
        prefix = "> " * min(self.quotes, _DEEPEST_QUOTE)
        if self.blank and self.lines and self.lines[-1].strip("> "):
            self.lines.append(prefix.rstrip() if self.lines[-1].startswith(">") else "")
        self.blank = False
        self.lines.append((prefix + text).rstrip())
        self.line.clear()
