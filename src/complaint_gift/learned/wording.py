r"""Texts and expressions in the shape stock words are written in: tokens with one space in between.

An expression is a regular expression on such a text, with three abbreviations: `word*` is every word that
begins so, `_3` stands for up to three words of the same sentence, `#` is a number and `@name` a class. RE2
searches, so no text is slow. "." ends a sentence, `"` is every quotation mark.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import re2

_TOKEN: Final = re.compile(r"[^\W_]+(?:['’.,:-][^\W_]+)*%?|[@#$£€₽]|[.!?…]+|\n\s*\n|[«»\"“”„()]|\)+|[💔👋]")
_MARKS: Final = {'"': '"', "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "(": ",", ")": ","}
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_MOST_MEMORY: Final = 64 << 20
_BEFORE: Final = 48  # characters in front of a hit in which its negation stands
_BEHIND: Final = 120  # characters behind it in which the negation is taken back
CLASS: Final = re.compile(r"@([a-z]+)")
_GAP: Final = re.compile(r"_(\d+) ")
_PREFIX: Final = re.compile(r"(?<=[\w'-])\*|(?<=[^ ]\))\*")


@dataclass(frozen=True, slots=True)
class Plain:
    """`text`: the tokens, folded, a space on both sides; `spans`: where they stand in the original."""

    text: str
    spans: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a stretch of `text`."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(start, end - 2)) - 1
        return self.spans[max(first, 0)][0], self.spans[max(last, 0)][1]


def plain(text: str) -> Plain:
    """Whatever the text is."""
    hits = [(hit.span(), _token(hit.group())) for hit in _TOKEN.finditer(_SURROGATES.sub(" ", text))]
    tokens = [token for _, token in hits]
    starts = tuple(accumulate((len(token) + 1 for token in tokens), initial=0))[: len(tokens)]
    return Plain(" " + " ".join(tokens) + " ", tuple(span for span, _ in hits), starts)


def _token(found: str) -> str:
    if found[0] in _MARKS:
        return _MARKS[found[0]]
    if found[0] in ".!…\n":
        return "." if "?" not in found else "?"
    if found[0] == "?":
        return "?"
    return found.lower().replace("ё", "е").replace("’", "'").replace(".", "")


class WrongExpression(ValueError):
    """RE2 cannot read `expression`, or not all of them together where it is empty."""

    def __init__(self, expression: str, problem: str) -> None:
        super().__init__(problem)
        self.expression = expression


class Expressions:
    """Several expressions as one; nothing is found where there are none. Raises WrongExpression."""

    def __init__(self, expressions: Iterable[str], classes: Mapping[str, str] | None = None) -> None:
        whole = tuple(expressions)
        parts = [_translated(expression, classes or {}) for expression in whole]
        try:
            self._compiled = _compiled("|".join(parts)) if parts else None
        except re2.error as error:
            raise _wrong(whole, parts, error) from error

    def __bool__(self) -> bool:
        return self._compiled is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Stretches of a plain text, the space behind each included."""
        if self._compiled is None:
            return
        read, at = text.encode(), 0
        while (hit := self._compiled.search(read, at)) is not None:
            start, at = hit.span(1)
            yield len(read[:start].decode()), len(read[:at].decode()) + 1

    def found(self, text: str) -> bool:
        return self._compiled is not None and self._compiled.search(text.encode()) is not None

    def without(self, text: str) -> str:
        """The text with everything found taken out, a `~` in its place."""
        if self._compiled is None:
            return text
        found: bytes = self._compiled.sub(b" ~ ", text.encode())
        return found.decode()

    def said(self, text: str, denied: "Expressions", refused: "Expressions", insisted: "Expressions") -> bool:
        """Whether something is found that is neither in quotation marks nor denied before or refused behind.

        What is denied and then insisted on is said: "I do not want to, but I will".
        """
        for start, end in self.spans(text):
            before = text[:start]
            if before.count('"') % 2 and '"' in text[start:]:
                continue
            behind = text[end - 1 : end + _BEHIND]
            behind = behind[: behind.rfind(" ") + 1]
            is_denied = denied.found(before[max(0, before.rfind(" ", 0, max(0, start - _BEFORE))) :] + "| ")
            rest = refused.without(f" |{behind}. ")
            is_refused = rest.startswith(" ~")
            if not (is_denied or is_refused) or insisted.found(rest if is_refused else behind):
                return True
        return False


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    # Of bytes: in a text RE2 would count characters for every search, found or not.
    return re2.compile(f" ((?:{pattern})) ".encode(), options)


def _wrong(expressions: Iterable[str], parts: Iterable[str], whole: Exception) -> WrongExpression:
    for expression, part in zip(expressions, parts, strict=True):
        try:
            _compiled(part)
        except re2.error as error:
            return WrongExpression(expression, _problem(error))
    return WrongExpression("", _problem(whole))


def _problem(error: Exception) -> str:
    told = error.args[0] if error.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)


def _translated(expression: str, classes: Mapping[str, str]) -> str:
    text = CLASS.sub(lambda hit: f"(?:{classes[hit.group(1)]})", expression.replace("ё", "е"))
    text = _GAP.sub(lambda hit: rf'(?:[^ .?"]+ ){{0,{hit.group(1)}}}', text)
    return _PREFIX.sub("[^ ]*", text).replace("#", "[0-9][0-9,]*")
