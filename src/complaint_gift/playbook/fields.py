"""Reading the keys of one mapping: each is asked for once, what nobody asked for is unknown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from complaint_gift.playbook.problems import Source, suggestion
from complaint_gift.playbook.tree import Node

LANGUAGE = 2
_LONGEST_TEXT = 2_000


class Fields:
    """The entries of a mapping node, read with words for everything that does not fit."""

    def __init__(self, node: Node, source: Source, what: str) -> None:
        self.node = node
        self.source = source
        self.what = what
        self._asked: set[str] = set()
        if node.kind != "map":
            self.wrong(
                node, f"{what} has to be a mapping of keys, not {node.shape}", "Write `key: value` lines."
            )

    def wrong(self, node: Node, text: str, remedy: str) -> None:
        """Note a problem at a node."""
        self.source.add(node.line, node.column, text, remedy)

    def get(self, key: str) -> Node | None:
        """The value of a key; None where it is absent or empty."""
        self._asked.add(key)
        node = self.node.entries.get(key)
        if node is None or node.kind != "null":
            return node
        line, column = self.node.keys[key]
        self.source.add(line, column, f"the key `{key}` has no value", "Give it one or remove the key.")
        return None

    def has(self, key: str) -> bool:
        """Whether the key is written at all."""
        return key in self.node.entries

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A text."""
        node = self.get(key)
        if node is None:
            if required and not self.has(key):
                self.wrong(self.node, f"{self.what} has no `{key}`", f"Add `{key}: ...`.")
            return default
        if node.kind != "text":
            self.wrong(node, f"`{key}` has to be a text, not {node.shape}", f"Write `{key}: some text`.")
            return default
        if len(node.text) > _LONGEST_TEXT:
            self.wrong(node, f"`{key}` has {len(node.text)} characters", f"Keep it under {_LONGEST_TEXT}.")
        return node.text.strip()

    def choice(self, key: str, choices: Collection[str], default: str = "", *, required: bool = False) -> str:
        """One word of a closed set."""
        value = self.text(key, default, required=required)
        if value != default and value not in choices:
            self.wrong(
                self.node.entries[key], f"`{key}` cannot be `{value[:60]}`", suggestion(value, choices)
            )
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """yes or no."""
        node = self.get(key)
        if node is None:
            return default
        if node.flag is None:
            self.wrong(
                node, f"`{key}` has to be yes or no, not {node.shape}", f"Write `{key}: yes` or `{key}: no`."
            )
            return default
        return node.flag

    def number(self, key: str, default: float, lowest: float, highest: float, *, whole: bool = True) -> float:
        """A number within bounds."""
        node = self.get(key)
        if node is None:
            return default
        try:
            value = float(node.text) if node.kind == "text" and not node.quoted else float("nan")
        except ValueError:
            value = float("nan")
        if not lowest <= value <= highest or (whole and value != int(value)):
            kind = "a whole number" if whole else "a number"
            self.wrong(
                node,
                f"`{key}` has to be {kind} from {lowest:g} to {highest:g}",
                f"Write `{key}: {default:g}`.",
            )
            return default
        return value

    def names(self, key: str, choices: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of words, or one word alone."""
        node = self.get(key)
        if node is None:
            return ()
        found = []
        for item in node.items if node.kind == "list" else [node]:
            if item.kind != "text" or not item.text.strip():
                self.wrong(
                    item,
                    f"`{key}` has to be a list of words, not {item.shape}",
                    f"Write `{key}: [one, two]`.",
                )
            elif choices is not None and item.text not in choices:
                self.wrong(item, f"`{key}` cannot hold `{item.text[:60]}`", suggestion(item.text, choices))
            else:
                found.append(item.text)
        if node.kind == "list" and not node.items:
            self.wrong(node, f"`{key}` is an empty list", "Name at least one, or remove the key.")
        return tuple(found)

    def items(self, key: str) -> list[Node]:
        """The items of a list; a single value counts as a list of one."""
        node = self.get(key)
        if node is None:
            return []
        if node.kind == "map":
            self.wrong(
                node,
                f"`{key}` has to be a list, not {node.shape}",
                f"Write `{key}:` and items that start with a dash.",
            )
            return []
        return node.items if node.kind == "list" else [node]

    def inner(self, key: str) -> Fields | None:
        """A mapping inside; None where it is absent or something else."""
        node = self.get(key)
        if node is None:
            return None
        if node.kind != "map":
            self.wrong(
                node,
                f"`{key}` has to be a mapping of keys, not {node.shape}",
                f"Write `{key}: {{key: value}}`.",
            )
            return None
        return Fields(node, self.source, f"`{key}`")

    def translations(self, key: str) -> dict[str, str]:
        """A text per language: `{en: ..., ru: ...}`."""
        node = self.node.entries.get(key)
        if node is not None and node.kind == "text":
            self.get(key)
            remedy = f"Write `{key}: {{en: ..., ru: ...}}`, with the languages that you need."
            self.wrong(node, f"`{key}` has to say in which language it is", remedy)
            return {}
        inner = self.inner(key)
        if inner is None:
            return {}
        return {language: inner.text(language) for language in inner.languages()}

    def languages(self) -> Iterator[str]:
        """The keys of this mapping as language codes; every other key is refused."""
        for language, (line, column) in self.node.keys.items():
            if len(language) == LANGUAGE and language.isascii() and language.islower():
                yield language
            else:
                self._asked.add(language)
                self.source.add(line, column, f"{self.what} has a key `{language}` that is no language",
                                "Use two-letter codes such as en and ru.")  # fmt: skip

    def was_asked(self, key: str) -> bool:
        """Whether anybody wanted this key."""
        return key in self._asked

    def finish(self, known: Sequence[str] = (), home_of: Callable[[str], str] = lambda key: "") -> None:
        """Refuse every key that nobody asked for; `home_of` says of one that is known elsewhere where."""
        for key, (line, column) in self.node.keys.items():
            if key in self._asked:
                continue
            home = home_of(key)
            fault = f"has a key `{key}` that does not belong here" if home else f"has an unknown key `{key}`"
            remedy = home or suggestion(key, known or sorted(self._asked))
            self.source.add(line, column, f"{self.what} {fault}", remedy)
