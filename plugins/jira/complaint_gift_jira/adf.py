"""The Atlassian Document Format, which Jira Cloud keeps its texts in, to plain text and back.

Nothing is lost: a node of an unknown type keeps its text. Nothing is raised, whatever a document holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from complaint_gift_jira.clean import Clean, Path, Writer

DEEPEST = 400
_PARAGRAPHS = frozenset(
    ("paragraph", "heading", "blockquote", "codeBlock", "panel", "bulletList", "orderedList", "table")
)
_LINES = frozenset(
    (
        "doc", "rule", "listItem", "taskList", "taskItem", "decisionList", "decisionItem", "mediaSingle",
        "mediaGroup", "caption", "expand", "nestedExpand", "blockCard", "embedCard", "layoutSection",
        "layoutColumn", "bodiedExtension", "extension", "tableRow",
    )
)  # fmt: skip
_CELLS = frozenset(("tableCell", "tableHeader"))
_CARDS = frozenset(("inlineCard", "blockCard", "embedCard"))
# What somebody else said, and what no person says.
_QUOTES = frozenset(("blockquote", "codeBlock"))
# Files have names, not words; a placeholder is a hint of the editor.
_SILENT = frozenset(("media", "mediaInline", "placeholder"))


def read_adf(document: Any, *, quotes: bool = True) -> Clean:
    """The text of a document; without `quotes` neither quotations nor code."""
    writer = Writer()
    stack: list[tuple[Any, Path, str]] = [(document, (), "")]
    while stack:
        node, path, closing = stack.pop()
        if closing:
            _close(closing, path, writer)
        elif isinstance(node, dict):
            kind = node.get("type") if isinstance(node.get("type"), str) else ""
            if quotes or kind not in _QUOTES:
                stack.extend(reversed(list(_open(node, str(kind), path, writer))))
    return writer.done()


def make_adf(text: str, small: str = "") -> dict[str, Any]:
    """A document of paragraphs; an empty line ends one, a line break stays one. `small` is set low below."""
    content: list[dict[str, Any]] = []
    for part in text.split("\n\n"):
        inner: list[dict[str, Any]] = []
        for line in part.split("\n"):
            if inner:
                inner.append({"type": "hardBreak"})
            if line:
                inner.append({"type": "text", "text": line})
        content.append({"type": "paragraph", "content": inner})
    if small:
        low = {"type": "subsup", "attrs": {"type": "sub"}}
        content.append({"type": "paragraph", "content": [{"type": "text", "text": small, "marks": [low]}]})
    return {"type": "doc", "version": 1, "content": content}


def _open(node: dict[str, Any], kind: str, path: Path, writer: Writer) -> Iterator[tuple[Any, Path, str]]:
    """Write what stands at the beginning of a node; gives what is to be looked at next."""
    attributes = node.get("attrs") if isinstance(node.get("attrs"), dict) else {}
    _block(kind, path, writer)
    if kind == "hardBreak":
        writer.line()
    elif kind not in _SILENT:
        _speak(node, kind, attributes, path, writer)
    children = node.get("content")
    if isinstance(children, list) and len(path) < DEEPEST:
        cells = 0
        for number, child in enumerate(children):
            is_cell = isinstance(child, dict) and _text(child, "type") in _CELLS
            if is_cell:
                yield None, (), "cell" if cells else "first cell"
                cells += 1
            yield child, (*path, "content", number), ""
            if is_cell:
                yield None, (), "end of cell"
    if kind in _PARAGRAPHS or kind in _LINES:
        yield None, path, kind


def _close(closing: str, path: Path, writer: Writer) -> None:
    if closing in ("cell", "first cell"):
        writer.open_cell(first=closing == "first cell")
    elif closing == "end of cell":
        writer.close_cell()
    else:
        _block(closing, path, writer)


def _block(kind: str, path: Path, writer: Writer) -> None:
    """Paragraphs of the document stand apart; those inside a list or a panel are lines."""
    if kind in _PARAGRAPHS:
        writer.block(2 if len(path) <= 2 else 1)
    elif kind in _LINES:
        writer.block(1)


def _speak(node: dict[str, Any], kind: str, attributes: Any, path: Path, writer: Writer) -> None:
    """The words of the node itself."""
    if kind == "mention":
        key = "text" if _text(attributes, "text") else "id"
        word = _text(attributes, key)
        writer.say("" if word.startswith("@") or not word else "@")
        writer.copy(word, (*path, "attrs", key))
    elif kind == "emoji":
        key = "text" if _text(attributes, "text") else "shortName"
        writer.copy(_text(attributes, key), (*path, "attrs", key))
    elif kind == "date":
        writer.say(_day(attributes.get("timestamp")))
    elif kind in _CARDS:
        writer.copy(_text(attributes, "url"), (*path, "attrs", "url"))
    elif kind in ("expand", "nestedExpand"):
        writer.copy(_text(attributes, "title"), (*path, "attrs", "title"))
        writer.block(1)
    elif _text(node, "text"):
        writer.copy(_text(node, "text"), (*path, "text"))
    else:
        writer.copy(_text(attributes, "text"), (*path, "attrs", "text"))


def _text(of: dict[str, Any], key: str) -> str:
    value = of.get(key)
    return value if isinstance(value, str) else ""


def _day(value: Any) -> str:
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
