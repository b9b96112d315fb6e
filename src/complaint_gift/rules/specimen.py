"""A text made from a phrase's own words: what a phrase has to match at the very least."""

from __future__ import annotations

from collections.abc import Sequence

from complaint_gift.rules.phrases import Atom, Choice, Edge, Gap, Node

_KINDS = {
    "number": "7", "time": "18:00", "date": "12.05", "name": "Zyxanna", "money": "euros", "caps": "NNNN",
    "url": "https://a.example/b", "mail": "a@b.example", "phone": "80155501000",
    "shall": "вернём", "will": "вернут", "verb": "call",
}  # fmt: skip


def specimen(nodes: Sequence[Node]) -> str:
    """The shortest text that the phrase describes, taking the first of every choice."""
    words: list[str] = []
    for node in nodes:
        _write(node, words)
    return " ".join(words)


def _write(node: Node, words: list[str]) -> None:
    if isinstance(node, Atom):
        words.append(_atom(node))
    elif isinstance(node, Choice):
        option = next((option for option in node.options if option), ())
        for part in option:
            _write(part, words)
    elif isinstance(node, Edge) and node.mark not in "^$":
        if words:
            words[-1] += node.mark
        else:
            words.append(node.mark)
    else:
        assert isinstance(node, Gap | Edge)  # noqa: S101


def _atom(atom: Atom) -> str:
    if atom.how == "kind":
        return _KINDS[atom.value]
    return atom.value or "word"
