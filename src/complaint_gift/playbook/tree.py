"""YAML read into a small tree that remembers where everything stood.

Only what a rule file needs is allowed: no anchors, no tags, no duplicate keys, at most a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from complaint_gift.playbook.problems import Source
from complaint_gift.playbook.sayings import explained
from complaint_gift.text.listing import listed

MOST_BYTES = 1_000_000
_DEEPEST = 20
_TRUE, _FALSE = listed("true yes on"), listed("false no off")
_TOO_DEEP = f"A playbook needs at most {_DEEPEST} levels."
_HOPELESS = (
    (re.compile(rf"(?:[\[{{]\s*){{{_DEEPEST * 5}}}"), "the file is nested too deep", _TOO_DEEP),
    (
        re.compile("^<{7}(?: .*)?$", re.M),
        "a merge conflict is left in the file",
        "Keep one of the two versions and remove the lines of <<<<<<<, ======= and >>>>>>>.",
    ),
)
_NOTHING = "Write a rule or a signal, or into playbook.yaml `extends: default`; or delete the file."
_CORE = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Node:
    """`kind` is map, list, text or null; `entries`, `items` or `text` hold what was written."""

    kind: str
    line: int
    column: int
    text: str = ""
    quoted: bool = False
    block: bool = False
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def flag(self) -> bool | None:
        """What an unquoted yes, no, true, false, on, off means; None for everything else."""
        word = self.text.lower()
        if self.kind != "text" or self.quoted or word not in _TRUE | _FALSE:
            return None
        return word in _TRUE

    @property
    def shape(self) -> str:
        """The kind in words."""
        if self.kind == "text":
            return "yes or no" if self.flag is not None else "a text"
        return {"map": "a mapping of keys", "list": "a list", "null": "nothing"}[self.kind]


def read_bytes(path: Path, source: Source) -> bytes | None:
    """The content of a file; None with a problem noted where it is too large or cannot be read."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            source.add(
                1, 1, f"the file has {size:,} bytes", "Split it: a playbook file holds at most a megabyte."
            )
            return None
        return path.read_bytes()
    except OSError as error:
        source.add(
            1, 1, f"the file cannot be read: {error.strerror}", "Check that it exists and is readable."
        )
        return None


def read_content(raw: bytes, shown: str) -> tuple[Source, list[Node]]:
    """The documents of a file. Whatever is wrong is in the problems of the source, nothing is raised."""
    source = Source(shown)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        source.add(line, column, "the file is not UTF-8", "Save it as UTF-8 in your editor.")
        return source, []
    return read_text(text, shown)


def read_text(text: str, shown: str) -> tuple[Source, list[Node]]:
    """The documents of a text; see `read_content`."""
    source = Source(shown, text)
    documents: list[Node] = []
    if _is_hopeless(text, source):
        return source, []
    try:
        for root in YAML(typ="safe", pure=True).compose_all(text):
            if root is not None:
                documents.append(_Builder(source).build(root))
    except MarkedYAMLError as error:
        source.add(*explained(error, source.lines))
    except RecursionError:
        source.add(1, 1, "the file is nested too deep", _TOO_DEEP)
    except (YAMLError, ValueError) as error:
        line, column = _character_place(text, error)
        source.add(
            line, column, "there is a character that YAML forbids", "Remove the invisible control character."
        )
    if not documents and not source.problems:
        source.add(1, 1, "the file is empty", _NOTHING)
    return source, documents


def _is_hopeless(text: str, source: Source) -> bool:
    """Note what the parser would take minutes to tell, or tell of another place."""
    for mark, said, remedy in _HOPELESS:
        if (found := mark.search(text)) is not None:
            source.add(*_place(text, found.start()), said, remedy)
            return True
    return False


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.seen: set[int] = set()

    def build(self, node: YamlNode, depth: int = 0) -> Node:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._refuse(node, line, column)
        if depth > _DEEPEST:
            self.source.add(line, column, "the file is nested too deep", _TOO_DEEP)
            return Node("null", line, column)
        if id(node) in self.seen:
            self.source.add(
                line, column, "an alias (`*name`) is used", "Write the value out where it is needed."
            )
            return Node("null", line, column)
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, line, column, depth)
        if isinstance(node, SequenceNode):
            return Node("list", line, column, items=[self.build(item, depth + 1) for item in node.value])
        assert isinstance(node, ScalarNode)  # noqa: S101
        quoted = node.style is not None
        if not quoted and node.value.startswith("“") and "”" not in node.value:
            self.source.add(
                line, column, "a curly quotation mark quotes nothing", 'Use straight ones: "like this".'
            )
        empty = not quoted and node.value.strip() in ("", "~", "null", "Null", "NULL")
        return Node(
            "null" if empty else "text", line, column, str(node.value), quoted, node.style in ("|", ">")
        )

    def _refuse(self, node: YamlNode, line: int, column: int) -> None:
        if node.anchor:
            self.source.add(
                line,
                column,
                f"an anchor (`&{node.anchor}`) is used",
                "Write the value out where it is needed.",
            )
        tag = str(node.tag or "")
        if not tag.startswith(_CORE) or tag[len(_CORE) :] in ("binary", "set", "omap", "pairs"):
            self.source.add(
                line,
                column,
                f"a tag (`{tag.replace(_CORE, '!!')}`) is used",
                "Remove the tag: rules are plain texts, lists and keys.",
            )
        elif tag[len(_CORE) :].startswith("python"):
            self.source.add(
                line,
                column,
                f"a Python tag (`{tag.replace(_CORE, '!!')}`) is used",
                "Remove it: rules never run code.",
            )

    def _mapping(self, node: MappingNode, line: int, column: int, depth: int) -> Node:
        result = Node("map", line, column)
        for key, value in node.value:
            at = key.start_mark.line + 1, key.start_mark.column + 1
            if not isinstance(key, ScalarNode):
                self.source.add(*at, "a key that is not a word", "Write a plain word, then a colon.")
                continue
            name = str(key.value)
            built = self.build(value, depth + 1)
            if key.anchor:
                self._refuse(key, *at)
            if name in result.entries:
                first = result.keys[name][0]
                self.source.add(
                    *at, f"the key `{name}` is there twice (first in line {first})", "Keep one of them."
                )
                continue
            result.entries[name] = built
            result.keys[name] = at
        return result


def _character_place(text: str, error: Exception) -> tuple[int, int]:
    position = getattr(error, "position", None)
    return _place(text, position) if isinstance(position, int) else (1, 1)


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in (*node.items, *node.entries.values()):
        yield from walk(child)
