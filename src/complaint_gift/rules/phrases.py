"""The phrase grammar: from the line an admin writes to a tree.

word   any form of a word in its dictionary form; an inflected word means only itself
=word  exactly this form     word*  *word  *   by its beginning, by its end, any
(a|b c|d)  a choice    x?     may be absent         _N     up to N words in between
^  $   sentence ends   @name  a class of words      #name  a kind of token      =? =,   a punctuation mark
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from complaint_gift.text import words_of
from complaint_gift.text.listing import listed

KINDS = listed("number time date name money caps url mail phone shall will verb")
DEFAULT_GAP = 3
LONGEST_GAP = 30
_TOKEN = re.compile(r"[^\s()|?]+")
_PIECE = re.compile(r"[^\W_]+(?:[-‐‑'’][^\W_]+)*|[%£€₽$¥₴₸№§&+°]", re.UNICODE)
_PUNCTUATION = frozenset(",.!?:;…-—")


class BadPhrase(Exception):
    """A phrase cannot be read: `column` counts from 0 inside the phrase, `remedy` says what to write."""

    def __init__(self, text: str, column: int, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.column = column
        self.remedy = remedy


HOWS = ("word", "exact", "prefix", "suffix", "kind", "any")


class Atom(str):
    """One test of one word, as "how:value". `how` is one of HOWS."""

    __slots__ = ()

    def __new__(cls, how: str, value: str) -> Atom:
        return super().__new__(cls, f"{how}:{value}")

    @property
    def how(self) -> str:
        """Which test."""
        return self.partition(":")[0]

    @property
    def value(self) -> str:
        """What the word is tested for."""
        return self.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` words in between."""

    most: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A test of a place between words: "^", "$" or a punctuation mark."""

    mark: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of several sequences; the empty sequence makes it optional."""

    options: tuple[tuple[Node, ...], ...]


Node = Atom | Gap | Edge | Choice


class Classes:
    """The word classes of one language: `@name` stands for any of its members. Read once, on first use."""

    def __init__(self, members: Mapping[str, Sequence[str]] | None = None) -> None:
        self.members = dict(members or {})
        self.signs: dict[str, list[Node]] = {}  # what stood in phrases before: most signs stand in many
        self._choices: dict[str, Choice] = {}

    def choice(self, name: str, inside: tuple[str, ...]) -> Choice:
        """The class as a choice of its members."""
        found = self._choices.get(name)
        if found is None:
            readers = [_Reader(member, self, (*inside, name)) for member in self.members[name]]
            found = self._choices[name] = Choice(tuple(tuple(reader.words()) for reader in readers))
        return found


def parse(phrase: str, classes: Classes) -> tuple[Node, ...]:
    """Read a phrase. Raises BadPhrase with the column and the remedy."""
    reader = _Reader(phrase, classes)
    nodes = reader.sequence(depth=0)
    if reader.at < len(phrase):
        raise BadPhrase(
            "a closing bracket without an opening one", reader.at, "Remove the bracket or open it."
        )
    if not any(isinstance(node, Atom | Choice) for node in nodes):
        raise BadPhrase("no word in it", 0, "Write at least one word: a phrase of gaps matches everything.")
    return nodes


class _Reader:
    def __init__(self, phrase: str, classes: Classes, inside: tuple[str, ...] = ()) -> None:
        self.phrase = phrase
        self.classes = classes
        self.inside = inside
        self.at = 0

    def sequence(self, depth: int) -> tuple[Node, ...]:
        nodes: list[Node] = []
        phrase = self.phrase
        while self.at < len(phrase):
            char = phrase[self.at]
            if char.isspace():
                self.at += 1
            elif char == ")" or (char == "|" and depth):
                break
            elif char == "|":
                raise BadPhrase(
                    "a choice outside of brackets", self.at, "Put the choice into brackets: (this|that)."
                )
            elif char == "(":
                nodes.append(self._optional(self._choice(depth)))
            elif char == "?":
                raise BadPhrase(
                    "a question mark with nothing before it",
                    self.at,
                    "Write `word?` for an optional word and `=?` for a question mark in the text.",
                )
            else:
                nodes.extend(self._token())
        return tuple(nodes)

    def _choice(self, depth: int) -> Choice:
        opened = self.at
        if depth >= 5:
            raise BadPhrase("brackets more than five deep", opened, "Split the phrase into several phrases.")
        self.at += 1
        options = []
        while True:
            start = self.at
            options.append(self.sequence(depth + 1))
            if self.at >= len(self.phrase):
                raise BadPhrase("a bracket that is never closed", opened, "Close it with `)`.")
            if not options[-1]:
                raise BadPhrase(
                    "an empty choice", start, "Remove the extra `|`, or write `(…)?` for an optional one."
                )
            closing = self.phrase[self.at] == ")"
            self.at += 1
            if closing:
                return Choice(tuple(options))

    def _optional(self, node: Choice) -> Choice:
        if self.phrase[self.at : self.at + 1] == "?":
            self.at += 1
            return Choice((*node.options, ()))
        return node

    def _token(self) -> list[Node]:
        start = self.at
        if self.phrase.startswith("=", start) and self.phrase[start + 1 : start + 2] in _PUNCTUATION:
            self.at += 2
            return [Edge(self.phrase[start + 1])]
        match = _TOKEN.match(self.phrase, start)
        assert match is not None  # noqa: S101
        self.at = match.end()
        sign = match.group()
        nodes = self.classes.signs.get(sign)
        if nodes is None:
            nodes = self.classes.signs[sign] = self._read(sign, start)
        if self.phrase[self.at : self.at + 1] == "?":
            self.at += 1
            return [Choice((tuple(nodes), ()))]
        return nodes

    def _read(self, sign: str, start: int) -> list[Node]:
        if sign in ("^", "$"):
            return [Edge(sign)]
        if sign[0] == "_":
            return [Gap(self._gap(sign, start))]
        if sign[0] == "@":
            return [self._class(sign[1:], start)]
        if sign[0] == "#":
            kind = "mail" if sign == "#email" else sign[1:]
            if kind not in KINDS:
                raise BadPhrase(
                    f"an unknown kind of token {sign}",
                    start,
                    "The kinds are " + ", ".join("#" + one for one in sorted(KINDS)) + ".",
                )
            return [Atom("kind", kind)]
        return self._word(sign, start)

    def _gap(self, sign: str, start: int) -> int:
        if sign == "_":
            return DEFAULT_GAP
        if not sign[1:].isdecimal() or not 1 <= int(sign[1:]) <= LONGEST_GAP:
            raise BadPhrase(f"a gap {sign} that cannot be read", start, f"Write `_1` to `_{LONGEST_GAP}`.")
        return int(sign[1:])

    def _class(self, name: str, start: int) -> Node:
        if name not in self.classes.members:
            known = ", ".join("@" + known for known in sorted(self.classes.members)) or "none"
            raise BadPhrase(
                f"an unknown class @{name}", start, f"Define it in classes.yaml; there are: {known}."
            )
        if name in self.inside:
            raise BadPhrase(f"the class @{name} contains itself", start, "Take it out of its own list.")
        return self.classes.choice(name, self.inside)

    def words(self) -> list[Node]:
        """A class member: words with a space in between; a sign such as $ stands for itself."""
        nodes: list[Node] = []
        for piece in self.phrase.split():
            nodes.extend(self._word(piece, 0) if piece[0] != "@" else [self._class(piece[1:], 0)])
        return nodes

    def _word(self, sign: str, start: int) -> list[Node]:
        how, body = "word", sign
        if sign == "*":
            return [Atom("any", "")]
        if sign[0] == "=":
            how, body = "exact", sign[1:]
        elif sign[0] == "*":
            how, body = "suffix", sign[1:]
        elif sign[-1] == "*":
            how, body = "prefix", sign[:-1]
        if how in ("prefix", "suffix") and (not body or not body.replace("-", "").replace("'", "").isalnum()):
            raise BadPhrase(
                f"a beginning {sign} that cannot be read",
                start,
                "Write letters and one `*`, such as `refund*`.",
            )
        if not _PIECE.fullmatch(body):
            raise BadPhrase(
                f"a word `{sign}` that holds a sign which no word can have",
                start,
                _remedy(sign),
            )
        words = words_of(body)
        if how in ("prefix", "suffix") and len(words) == 1:
            return [Atom(how, words[0].form)]
        exact = "exact" if how == "exact" else "word"
        return [Atom(exact, word.form) for word in words]


def _remedy(sign: str) -> str:
    """How a word is mended that holds a sign which none can have."""
    if sign[0] in "“”„«»":
        return 'Quote the phrase with straight marks: "like this".'
    if sign[0] == "-":
        return "Write a space behind the dash of a list."
    return (
        "Write plain words; a choice is `(a|b)`, any ending is `word*`, a comma `=,`. There are no "
        "regular expressions in phrases: use the key `regex`."
    )
