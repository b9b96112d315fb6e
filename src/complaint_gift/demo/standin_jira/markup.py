"""Between the three forms of a text in Jira: its document format (v3), wiki markup (v2, webhooks), plain."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
# Inside of blocks only; a document that begins with one is refused.
_INLINE = frozenset(("text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status"))
_MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+", "subsup": "~"}


def to_document(text: str) -> Json:
    """Plain text or wiki markup as a document: paragraphs at empty lines, hard breaks at others."""
    parts = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return {"version": 1, "type": "doc", "content": [_paragraph(part) for part in parts]}


def _paragraph(text: str) -> Json:
    content: list[Json] = []
    for line in text.split("\n"):
        if content:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


def is_document(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "doc"
        and value.get("version") == 1
        and isinstance(value.get("content"), list)
        and all(_is_node(node) and node["type"] not in _INLINE for node in value["content"])
    )


def _is_node(node: Any) -> bool:
    if not _is_named(node):
        return False
    marks = node.get("marks", [])
    if not (isinstance(marks, list) and all(map(_is_named, marks))):
        return False
    if node["type"] == "text" and not (isinstance(node.get("text"), str) and node["text"]):
        return False  # an empty text node makes Jira refuse the whole document
    children = node.get("content", [])
    return isinstance(children, list) and all(_is_node(child) for child in children)


def _is_named(thing: Any) -> bool:
    """A node or a mark: a type, and attributes if there are any."""
    return (
        isinstance(thing, dict)
        and isinstance(thing.get("type"), str)
        and isinstance(thing.get("attrs", {}), dict)
    )


def is_empty(document: Json) -> bool:
    """Whether there is nothing to read or to see in it."""
    return not any(map(_shows, document["content"]))


def _shows(node: Json) -> bool:
    if node["type"] == "text":
        return bool(node["text"].strip())
    if "content" in node:
        return any(map(_shows, node["content"]))
    return node["type"] not in ("paragraph", "heading", "hardBreak")


def to_wiki(document: Json) -> str:
    """The wiki markup that v2 and webhooks show for a document."""
    return "\n\n".join(filter(None, (_block(node) for node in document["content"]))).strip()


def _block(node: Json) -> str:
    kind, children = node["type"], node.get("content", [])
    if kind == "heading":
        return f"h{node.get('attrs', {}).get('level', 1)}. {_line(children)}"
    if kind in ("bulletList", "orderedList"):
        sign = "*" if kind == "bulletList" else "#"
        items = [" ".join(_block(part) for part in item.get("content", [])) for item in children]
        return "\n".join(f"{sign} {item}" for item in items)
    wrapped = {"panel": "panel", "blockquote": "quote", "codeBlock": "code"}.get(kind)
    if wrapped:
        inner = _line(children) if kind == "codeBlock" else "\n\n".join(_block(child) for child in children)
        return f"{{{wrapped}}}\n{inner}\n{{{wrapped}}}"
    return _line(children) or str(node.get("text", ""))


def _line(nodes: list[Json]) -> str:
    return "".join(_inline(node) for node in nodes)


def _inline(node: Json) -> str:
    kind, attrs = node["type"], node.get("attrs", {})
    if kind == "hardBreak":
        return "\n"
    if kind == "mention":
        return f"[~accountid:{attrs.get('id', '')}]"
    if kind == "emoji":
        return str(attrs.get("text") or attrs.get("shortName", ""))
    text = str(node.get("text", "")) or _line(node.get("content", []))
    for mark in node.get("marks", []):
        sign = _MARKS.get(mark["type"], "")
        text = (
            f"[{text}|{mark.get('attrs', {}).get('href', '')}]"
            if mark["type"] == "link"
            else sign + text + sign
        )
    return text


def to_plain(document: Json) -> str:
    """What a reader sees, for the demo's page."""
    return "\n\n".join(filter(None, (_plain(node) for node in document["content"]))).strip()


def _plain(node: Json) -> str:
    kind = node["type"]
    if kind == "hardBreak":
        return "\n"
    if "text" in node:
        return str(node["text"])
    if kind in ("mention", "emoji"):
        return str(node.get("attrs", {}).get("text") or node.get("attrs", {}).get("shortName", ""))
    children = node.get("content", [])
    blocks = {"panel", "blockquote", "listItem"}
    if kind in ("bulletList", "orderedList"):
        return "\n".join(f"– {_plain(child)}" for child in children)
    return ("\n" if kind in blocks else "").join(_plain(child) for child in children)
