"""YAML that stands where nothing reads it: refused with the place where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from complaint_gift.playbook.problems import Source
from complaint_gift.playbook.tree import Node, read_bytes, read_content

_SUFFIXES = frozenset((".yaml", ".yml"))
_SETTINGS = frozenset(("extends", "profile", "shadow", "block", "off"))
_ELSEWHERE = "Keep files that are no rules outside this folder, or give them another ending than .yaml."


def is_hidden(name: str) -> bool:
    """Whether it begins with a dot, as what editors, Git and Kubernetes keep for themselves."""
    return name.startswith(".")


def is_yaml(name: str) -> bool:
    """Whether a file of this name counts: `a.yaml`, `a.YML`, but neither `a.yaml~` nor `.#a.yaml`."""
    return Path(name).suffix.lower() in _SUFFIXES and not is_hidden(name)


def refuse_stray(path: Path, root: Path, settings: Sequence[Path]) -> Source:
    """The file as a source with one problem, or with those of reading it."""
    source, documents = Source(str(path)), list[Node]()
    content = read_bytes(path, source)
    if content is None:
        return source
    _, documents = read_content(content, str(path))
    source = Source(str(path), content.decode("utf-8-sig", "replace"))
    node = documents[0] if documents else Node("null", 1, 1)
    if path in settings:
        remedy = f"Keep {settings[0].name} alone."
        source.add(node.line, node.column, f"there is {settings[0].name} already", remedy)
        return source
    where = "in" if path.parent == root else f"in {path.parent.relative_to(root)}/ of"
    remedy = _home(node, path)
    source.add(node.line, node.column, f"nothing reads a file here, {where} the playbook's folder", remedy)
    return source


def refuse_more_settings(node: Node, source: Source) -> None:
    """Note a further document of playbook.yaml."""
    home = _home(node, Path("our.yaml"))
    if home.endswith(_ELSEWHERE) or _SETTINGS & node.entries.keys():
        home = "Put its keys into the first document and remove the line `---`."
    source.add(node.line, node.column, f"{Path(source.file).name} has another document here", home)


def _home(node: Node, path: Path) -> str:
    """Where a document of this content belongs."""
    keys = node.entries.keys()
    name = f"{path.stem}.yaml"
    if "signal" in keys or path.stem.lower() == "classes":
        home = f"move it to signals/en/{name}, or the language it is in"
        return f"Signals belong into signals/<language>/: {home}."
    if keys & {"id", "kind"}:
        return f"Rules belong into rules/: move it to rules/{name}."
    if keys & _SETTINGS:
        return "Put its keys into playbook.yaml, at the top of the folder."
    return f"Rules belong into rules/, signals into signals/<language>/. {_ELSEWHERE}"
