"""A text cut into sentences of words, every word with its place in code points.

Positions: every word has one, and so has the end of every sentence (`words[p] is None`). A boundary `p`
is the place before position `p`, so a sentence of n words has n + 1 boundaries and no match can leave it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise
from operator import itemgetter

from complaint_gift.text.folding import INVISIBLE
from complaint_gift.text.lemmas import is_cyrillic, is_predicate
from complaint_gift.text.once import Once
from complaint_gift.text.quotations import quotations
from complaint_gift.text.sentences import ends_sentence, may_end
from complaint_gift.text.smallwords import small_words
from complaint_gift.text.vocabulary import Shape, vocabulary
from complaint_gift.text.words import Word, interned, words_of

_LETTER = r"[^\W\d_]"
_IN_WORD = rf"(?:{_LETTER}|[{INVISIBLE}\u0300-\u036f])"
_WORD = rf"{_LETTER}{_IN_WORD}*(?:[-‐‑'’‘ʼ`´]{_LETTER}{_IN_WORD}*)*"
_NUMBER = (
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d])(?:[.,]\d+)?"
    r"|\d+(?:[.,:]\d+)*(?:{ordinals}(?![^\W_]))?"
)
_SYMBOL = "[%£€₽$¥₴₸№§&+°]"
# One group around everything: to cut a text at its words is faster than to go from match to match.
_PLAIN = Shape("tokens", f"({_WORD}|{_NUMBER}|{_SYMBOL})", re.NOFLAG)
_RICH = Shape(
    "tokens",
    r"((?:https?://|www\.)[^\s<>\"»]{1,2000}(?<![.,!?;:)])"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"
    rf"|@[A-Za-z0-9_.-]{{2,40}}|{_WORD}|{_NUMBER}|{_SYMBOL})",
)
_CLAUSE = re.compile(r"[,;:()—–\n]|\s-\s")
_WINDOW = 5
_PAIR = 2  # words before a "not" among which a second one takes it back: не могу не
_LONGEST_CLAUSE = 40


class Text:
    """A text that was read: `words`, `starts`, `ends` run in parallel over the positions."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.words: list[Word | None] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sentence_starts: list[int] = [0]
        self.gaps: dict[int, str] = {}
        self._small = small_words(vocabulary())
        self._found: dict[Callable[[str], Iterable[tuple[int, int]]], list[tuple[int, int]]] = {}
        self._read()

    def _read(self) -> None:
        raw, words, starts, ends, gaps = self.raw, self.words, self.starts, self.ends, self.gaps
        rich = "@" in raw or "://" in raw or "www." in raw or "WWW." in raw
        last, fresh, previous = 0, True, ""
        known, add_word, add_start, add_end = interned.get, words.append, starts.append, ends.append
        parts = (_RICH if rich else _PLAIN).pattern().split(raw)
        for gap, token in zip(parts[::2], parts[1::2], strict=False):
            start = last + len(gap)
            end = start + len(token)
            if gap != " " and gap:
                if not fresh and may_end(gap) and ends_sentence(raw, gap, previous, token, last):
                    self._close(gap)
                    fresh = True
                else:
                    gaps[len(words)] = gap
            for word in known(token) or words_of(token):
                add_word(word.lowered if fresh else word)
                add_start(start)
                add_end(end)
                fresh = False
            last, previous = end, token
        if not fresh:
            self._close(raw[last:])
        if len(self.sentence_starts) > 1:
            self.sentence_starts.pop()

    def _close(self, gap: str) -> None:
        self.gaps[len(self.words)] = gap
        end = self.ends[-1]
        self.words.append(None)
        self.starts.append(end)
        self.ends.append(end)
        self.sentence_starts.append(len(self.words))

    @Once
    def sentences(self) -> list[int]:
        """For every position the number of its sentence, from 0."""
        numbers, number = [], 0
        for word in self.words:
            numbers.append(number)
            number += word is None
        return numbers

    @Once
    def forms(self) -> frozenset[str]:
        """Every word that occurs, folded."""
        return frozenset(word.form for word in self.words if word is not None and word.kind == "word")

    @Once
    def latin(self) -> frozenset[str]:
        """Those of them that are not Cyrillic."""
        return frozenset(form for form in self.forms if not is_cyrillic(form))

    def found_by(self, finder: Callable[[str], Iterable[tuple[int, int]]]) -> list[tuple[int, int]]:
        """What looks for spans in the words as they are, asked once however many ask for it."""
        spans = self._found.get(finder)
        if spans is None:
            spans = self._found[finder] = list(finder(self.raw))
        return spans

    @Once
    def sentence_spans(self) -> list[tuple[int, int]]:
        """Code points from each sentence's first word to the next one's; the first starts at 0."""
        if not self.words:
            return []
        starts = [self.starts[first] for first in self.sentence_starts]
        starts[0] = 0
        return list(zip(starts, [*starts[1:], len(self.raw)], strict=True))

    @Once
    def quotes(self) -> list[tuple[int, int]]:
        """Spans of quoted words, in code points, in order."""
        return quotations(self.raw)

    def quotes_in(self, start: int, end: int) -> list[tuple[int, int]]:
        """The quotations that have something of these code points."""
        quotes = self.quotes
        first = bisect_right(quotes, start, key=itemgetter(1))
        return quotes[first : bisect_left(quotes, end, lo=first, key=itemgetter(0))]

    def is_quoted(self, position: int) -> bool:
        """Whether the word at this position is inside a quotation."""
        return self.is_quoted_at(self.starts[position])

    def is_quoted_at(self, offset: int) -> bool:
        """Whether this code point is inside a quotation."""
        quotes = self.quotes
        at = bisect_right(quotes, (offset, len(self.raw) + 1)) - 1
        return at >= 0 and offset < quotes[at][1]

    def is_negated(self, position: int, own: Collection[int] = ()) -> int | None:
        """The position of what negates this word, None when nothing does; `own` words do not count."""
        words, bare, concord, where, small = self.words, 0, 0, None, self._small
        if self.opens_clause(position):
            return None
        at, end = position, position - 1 - _WINDOW
        while (at := at - 1) > max(-1, end):
            word = words[at]
            if word is None:
                break
            form = word.form
            if form in small.negators and at not in own and not self._only_looks_negative(at, position):
                where = at
                if form in small.bare:
                    bare += 1
                    end = min(end, at - 1 - _PAIR)
                else:
                    concord += 1
            if self.opens_clause(at):
                break
        return where if bare % 2 or (bare == 0 and concord) else None

    def _only_looks_negative(self, at: int, position: int) -> bool:
        word, after, denied, small = self.words[at], self.words[at + 1], self.words[position], self._small
        if word is not None and denied is not None and word.form in small.of_things:
            return is_predicate(denied.form)  # for days without water we do give money back
        if word is not None and word.form in small.number and after is not None and after.kind == "number":
            return True  # the number of an order
        if word is not None and after is not None and (word.form, after.form) in small.not_really:
            return True
        before = self.words[at - 1] if at else None
        return before is not None and before.form in small.shield

    def opens_clause(self, position: int) -> bool:
        """Whether a clause starts with this word: after a comma or a dash, or with "but" and its like."""
        gap = self.gaps.get(position)
        if gap is not None and _CLAUSE.search(gap):
            return True
        word = self.words[position]
        return word is not None and word.form in self._small.clause

    def same_clause(self, first: int, last: int) -> bool:
        """Whether no clause starts after `first`, up to and with `last`."""
        return not any(self.opens_clause(at) for at in range(first + 1, last + 1))

    def is_conditional(self, position: int) -> bool:
        """Whether the clause of this word hangs on an "if"."""
        return any(word.form in self._small.condition for word in self._clause(position))

    def is_counterfactual(self, position: int) -> bool:
        """Whether the clause of this word says what would have been ("бы", "would have")."""
        forms = [word.form for word in self._clause(position)]
        if not self._small.would.isdisjoint(forms):
            return True
        return not self._small.would_have.isdisjoint(pairwise(forms))

    def _clause(self, position: int) -> Iterator[Word]:
        words, first, last = self.words, position, position + 1
        lowest, highest = position - _LONGEST_CLAUSE, position + _LONGEST_CLAUSE
        while first > max(0, lowest) and words[first - 1] is not None and not self.opens_clause(first):
            first -= 1
        while last < highest and words[last] is not None and not self.opens_clause(last):
            last += 1
        return (word for word in words[first:last] if word is not None)

    def sentence_end(self, position: int) -> int:
        """The end position of the sentence around this position."""
        number = self.sentences[position] + 1
        return (self.sentence_starts[number] if number < len(self.sentence_starts) else len(self.words)) - 1

    def is_question(self, position: int) -> bool:
        """Whether the sentence around this position ends with a question mark."""
        return "?" in self.gaps.get(self.sentence_end(position), "")
