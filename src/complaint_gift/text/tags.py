"""HTML cut into tags and text, as browsers cut it, in time that grows with its length and nothing else."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator

# Every alternative matches wherever it begins and never looks back: an unclosed quote, comment or script
# reaches to the end, as in a browser.
_ATTRIBUTES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)*+"""
_MARKUP = re.compile(
    rf"""<!--(?:-?>|.*?(?:--!?>|\Z))
    |<(?P<raw>(?i:script|style|title|textarea|iframe|noembed|noframes))(?=[\s/>]|\Z){_ATTRIBUTES}(?:>|\Z)
        .*?(?:</(?i:(?P=raw))(?=[\s/>]){_ATTRIBUTES}(?:>|\Z)|\Z)
    |<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)
    |<[!?/][^>]*+(?:>|\Z)""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]*+)))?+""", re.DOTALL
)


def cut(html: str) -> Iterator[tuple[str, str, str]]:
    """Each piece as (what, name or text, attributes); what is "text", "<" or "</".

    Text is decoded, names are lower case. Comments, scripts, styles and other raw contents are left out.
    """
    at = 0
    for found in _MARKUP.finditer(html):
        if found.start() > at:
            yield "text", _decoded(html[at : found.start()]), ""
        at = found.end()
        if (name := found["name"]) is not None:
            yield "<" + found["end"], name.lower(), found["attributes"]
    if at < len(html):
        yield "text", _decoded(html[at:]), ""


def attributes_of(written: str) -> dict[str, str]:
    """What a tag says of itself; of two attributes of one name the first counts."""
    said: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(written):
        said.setdefault(found[1].lower(), _decoded(found[2] or found[3] or found[4] or ""))
    return said


def _decoded(text: str) -> str:
    return entities.unescape(text) if "&" in text else text
