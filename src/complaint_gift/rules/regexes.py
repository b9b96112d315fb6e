r"""The escape hatch: regular expressions that run in linear time, with letter boundaries for every alphabet.

RE2 knows \b and \w for ASCII only, so both are replaced before it sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import re2

from complaint_gift.rules.regexfaults import BadRegex, look_over, refused

_MOST_MEMORY = 8 << 20
_MOST_MATCHES = 200
_LONGEST = 1_000
# Characters. Many odd regexes together outgrow the memory of RE2, which goes on slowly then.
_LONGEST_TOLD = 4_000
_WORD = r"\p{L}\p{N}_"
_SURROGATES = re.compile("[\ud800-\udfff]")


def compile_regex(pattern: str) -> Callable[[str], Iterator[tuple[int, int]]]:
    r"""A finder for the pattern: case and ё do not matter, \b and \w know every letter. Raises BadRegex."""
    look_over(pattern, _LONGEST)
    body, left, right = _edges(pattern.replace("ё", "е").replace("Ё", "Е"))
    translated = _letters(body)
    before = rf"(?:^|[^{_WORD}])" if left else ""
    after = rf"(?:$|[^{_WORD}])" if right else ""
    _compiled(pattern)
    compiled = _compiled(f"{before}({translated}){after}")
    if compiled.search("") is not None:
        raise BadRegex(
            "a pattern that matches the empty text",
            "All of it may be left out (`*`, `?`, a side of `|` with nothing): make one sign compulsory.",
        )
    return Regex(compiled)


def _compiled(pattern: str) -> re2._Regexp[str]:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise refused(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)) from None


@lru_cache(maxsize=8)
def _folded(text: str) -> bytes:
    """The text with ё as е and without lone surrogates, every place kept; as bytes it is encoded once."""
    return _SURROGATES.sub("\ufffd", text.replace("ё", "е").replace("Ё", "Е")).encode()


def any_of(finders: Iterable[object]) -> Callable[[str], bool]:
    """Whether the regexes among these finders may find anything: nearly every text is told in one go."""
    patterns = [f"(?:{finder.pattern})" for finder in finders if isinstance(finder, Regex)]
    try:
        together = _compiled("|".join(patterns)) if patterns else None
    except BadRegex:  # each is small enough, all of them are not
        return lambda text: True

    def may_hold(text: str) -> bool:
        if together is None:
            return False
        return len(text) > _LONGEST_TOLD or together.search(_folded(text)) is not None

    return may_hold


class Regex:
    """A regular expression as a finder."""

    def __init__(self, compiled: re2._Regexp[str]) -> None:
        self._compiled = compiled
        self.pattern: str = compiled.pattern

    def __call__(self, text: str) -> Iterator[tuple[int, int]]:
        folded = _folded(text)
        at = place = seen = 0  # where to look on; a place in code points, and the same in bytes
        for _ in range(_MOST_MATCHES):
            match = self._compiled.search(folded, at)
            if match is None:
                return
            start, end = match.span(1)
            # The sign behind a match may be the one before the next: it is looked at again.
            at = end if end > start else max(match.end(), at + 1)
            if end > start:
                first = place + len(folded[seen:start].decode())
                place, seen = first + len(folded[start:end].decode()), end
                yield first, place


def _edges(pattern: str) -> tuple[str, bool, bool]:
    left, right = pattern.startswith(r"\b"), pattern.endswith(r"\b") and not pattern.endswith(r"\\b")
    body = pattern[2 if left else 0 : -2 if right else None]
    return body, left, right


def _letters(pattern: str) -> str:
    found, at, inside = [], 0, False
    while at < len(pattern):
        char = pattern[at]
        pair = pattern[at : at + 2]
        if char == "\\":
            if pair in (r"\b", r"\B"):
                remedy = r"Only the first and the last place may be \b: write the signs that may stand there."
                raise BadRegex(f"a {pair} in the middle", remedy)
            found.append(_class(pair, inside))
            at += 2
            continue
        inside = (char == "[" or inside) and char != "]"
        found.append(char)
        at += 1
    return "".join(found)


def _class(pair: str, inside: bool) -> str:
    if pair == r"\w":
        return _WORD if inside else f"[{_WORD}]"
    if pair == r"\W":
        if inside:
            raise BadRegex(r"a \W inside [ ]", r"Write out what may stand there, such as [ .,!?].")
        return f"[^{_WORD}]"
    return pair
