"""HTML as mail programs and helpdesks write it, turned into plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from complaint_gift.text.listing import listed

_SILENT = listed(
    """script style head title template noscript svg math object iframe select button textarea"""
)
_BLOCKS = listed(
    """address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4
    h5 h6 header hr li main nav ol p pre section table tbody thead tfoot tr ul"""
)
_PARAGRAPHS = listed("p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre")
# What mail programs wrap around the history of a conversation.
_HISTORY = (
    "blockquote",
    ".gmail_quote",
    ".gmail_extra",
    ".yahoo_quoted",
    ".moz-cite-prefix",
    "#appendonsend",
    "#divRplyFwdMsg",
    "#divRplyFwdMsg ~ *",
    "#appendonsend ~ *",
    ".zmail_extra",
    ".protonmail_quote",
    ".js-forwarded-text",
    ".mail-quote-collapse",
    "[data-signature-widget]",
)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_LINES = re.compile(r"[ \t]*\n[ \t]*")
_DEPTH = 400


def html_to_plain(html: str) -> str:
    """The text a reader sees, block elements on lines of their own, quoted history left out.

    Links keep their text. Any str is accepted, broken HTML too; text without a tag comes back as it reads.
    """
    # Lone surrogates cannot be encoded; they carry no meaning, so they become the usual replacement sign.
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode("utf-8"))
    body = tree.body or tree.root
    if body is None:
        return ""
    for selector in _HISTORY:
        for node in body.css(selector):
            if node.parent is not None and node.tag != "body":
                node.decompose()
    text = "".join(_pieces(body))
    text = _LINES.sub("\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n ")


def _pieces(root: LexborNode) -> Iterator[str]:
    """Depth first without recursion, since hostile HTML nests thousands deep."""
    stack: list[tuple[LexborNode | None, str]] = [(root, "")]
    line_open = False
    while stack:
        node, closing = stack.pop()
        if node is None:
            yield closing
            line_open = False
            continue
        tag = node.tag or ""
        if tag == "-text":
            piece = _SPACES.sub(" ", node.text(deep=False) or "").replace("\xa0", " ")
            piece = piece if line_open else piece.lstrip(" ")
            line_open = line_open or bool(piece)
            yield piece
            continue
        if tag in _SILENT or tag.startswith(("-", "!", "_")):
            continue
        if tag == "br":
            yield "\n"
            line_open = False
            continue
        if tag in _BLOCKS and line_open:
            yield "\n\n" if tag in _PARAGRAPHS else "\n"
            line_open = False
        if tag in ("td", "th") and line_open:
            yield " "
        if tag in _BLOCKS:
            stack.append((None, "\n\n" if tag in _PARAGRAPHS else "\n"))
        stack.extend((child, "") for child in reversed(list(node.iter(include_text=True))))
