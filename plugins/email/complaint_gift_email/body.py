"""Which parts of a mail are its text, and that text."""

from __future__ import annotations

from collections.abc import Sequence

from complaint_gift_email.markup import to_text
from complaint_gift_email.mime import Part

LONGEST = 1_000_000
_STUB = 20
_LONGEST_EXCUSE = 300


def read_body(parts: Sequence[Part]) -> tuple[str, bool]:
    """The text of a mail and whether some of it was too long.

    Of alternatives one is taken: plain text, unless it is empty or only says that there is HTML.
    """
    texts: list[str] = []
    left = LONGEST
    cut = False
    for group in _groups([part for part in parts if is_text(part)]):
        text = _one_of(group, max(left, 0))
        cut |= any(len(part.body) > left for part in group)
        left -= len(text)
        if text.strip():
            texts.append(text.strip("\n"))
        if left <= 0:
            cut = True
            break
    return "\n\n".join(texts), cut


def is_text(part: Part) -> bool:
    """Text to be read, and no file."""
    if part.kind not in ("text/plain", "text/html") or part.disposition == "attachment":
        return False
    return not (part.filename and part.disposition != "inline") and not (
        part.filename and part.path and part.path[-1] > 0 and "multipart/alternative" not in part.inside
    )


def _groups(parts: Sequence[Part]) -> list[list[Part]]:
    """Alternatives of one another together, everything else alone."""
    groups: dict[tuple[int, ...] | int, list[Part]] = {}
    for number, part in enumerate(parts):
        depth = next((n for n, kind in enumerate(part.inside) if kind == "multipart/alternative"), None)
        groups.setdefault(number if depth is None else part.path[:depth], []).append(part)
    return list(groups.values())


def _one_of(group: Sequence[Part], most: int) -> str:
    """Encoded bytes are read up to `most`, which is never less than their text."""
    plain = "\n".join(part.text(most) for part in group if part.kind == "text/plain")
    marked = [part for part in group if part.kind == "text/html"]
    is_excuse = _is_excuse(plain)
    if not marked or (len(plain.strip()) >= _STUB and not is_excuse):
        return plain
    html = "\n".join(to_text(part.text(most)) for part in marked[:20])
    return html if html.strip() and (is_excuse or len(html.strip()) > len(plain.strip())) else plain


def _is_excuse(plain: str) -> bool:
    """Whether it only says that there is HTML, as programs of sites do."""
    return len(plain) < _LONGEST_EXCUSE and "html" in plain.lower()
