"""A text cut into sentences of words, every word with its place in code points.

Positions: every word has one, and so has the end of every sentence (`words[p] is None`). A boundary `p`
is the place before position `p`, so a sentence of n words has n + 1 boundaries and no match can leave it.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

from complaint_gift.text.listing import listed
from complaint_gift.text.quotations import quotations
from complaint_gift.text.sentences import ends_sentence
from complaint_gift.text.words import INVISIBLE, Word, words_of

_LETTER = r"[^\W\d_]"
_IN_WORD = rf"(?:{_LETTER}|[{INVISIBLE}\u0300-\u036f])"
_WORD = rf"{_LETTER}{_IN_WORD}*(?:[-‐‑'’‘ʼ`´]{_LETTER}{_IN_WORD}*)*"
_NUMBER = (
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d])(?:[.,]\d+)?"
    r"|\d+(?:[.,:]\d+)*(?:(?:st|nd|rd|th|-?го|-?му|-?ое|-?ая|-?ый|-?ой|-?й|-?е)(?![^\W_]))?"
)
_SYMBOL = "[%£€₽$¥₴₸№§&+°]"
_PLAIN = re.compile(f"{_WORD}|{_NUMBER}|{_SYMBOL}")
_RICH = re.compile(
    r"https?://[^\s<>\"»]{1,2000}|www\.[^\s<>\"»]{1,2000}"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"
    rf"|@[A-Za-z0-9_.-]{{2,40}}|{_WORD}|{_NUMBER}|{_SYMBOL}",
    re.IGNORECASE,
)
_MARKS = ",.!?;:…()—–-/*\n"
_CLAUSE = re.compile(r"[,;:()—–\n]|\s-\s")
_CLAUSE_WORDS = listed(
    """but however although though and because so since но однако хотя зато а и потому поэтому поскольку"""
)
_CONDITION = listed("if unless whether если коли ежели коль")
_NEGATORS = listed(
    """not no never without nobody none nothing neither nor hardly не нет ни нельзя без никогда никто
    никого никому никем ничто ничего ничему ничем никакой никакого никакая никакие никаких никакую
    нечего невозможно"""
)
_BARE = frozenset(("not", "не", "нельзя", "нет", "no"))
_NOT_REALLY = frozenset(
    tuple(pair.split())
    for pair in [
        "не только",
        "не просто",
        "не столько",
        "not only",
        "not just",
        "not merely",
        "no doubt",
        "нет сомнений",
        "без сомнения",
        "без сомнений",
        "no longer",
        "не раз",
        "no matter",
        "no wonder",
        "без промедления",
        "without delay",
        "без проволочек",
        "ни разу",
    ]
)
_SHIELD = frozenset(("for", "that", "what", "что", "чтобы", "to"))
_WINDOW = 5


class Text:
    """A text that was read: `words`, `starts`, `ends` run in parallel over the positions."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.words: list[Word | None] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sentence_starts: list[int] = [0]
        self.gaps: dict[int, str] = {}
        self._read()

    def _read(self) -> None:
        raw, words, starts, ends, gaps = self.raw, self.words, self.starts, self.ends, self.gaps
        rich = "@" in raw or "://" in raw or "www." in raw or "WWW." in raw
        last, fresh, previous = 0, True, ""
        for match in (_RICH if rich else _PLAIN).finditer(raw):
            start, end = match.span()
            token = match.group()
            if start - last != 1 or raw[last] != " ":
                gap = raw[last:start]
                if gap:
                    if not fresh and ends_sentence(raw, gap, previous, token, last):
                        self._close(gap)
                        fresh = True
                    else:
                        gaps[len(words)] = gap
            for word in words_of(token):
                words.append(word.lowered if fresh else word)
                starts.append(start)
                ends.append(end)
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

    @cached_property
    def sentences(self) -> list[int]:
        """For every position the number of its sentence, from 0."""
        numbers, number = [], 0
        for word in self.words:
            numbers.append(number)
            number += word is None
        return numbers

    @cached_property
    def clauses(self) -> list[int]:
        """For every position the number of its clause: commas, dashes and adversative words start one."""
        numbers, number = [], 0
        for position, word in enumerate(self.words):
            gap = self.gaps.get(position)
            if (gap and _CLAUSE.search(gap)) or (word is not None and word.form in _CLAUSE_WORDS):
                number += 1
            numbers.append(number)
            number += word is None
        return numbers

    @cached_property
    def quotes(self) -> list[tuple[int, int]]:
        """Spans of quoted words, in code points, in order."""
        return quotations(self.raw)

    def is_quoted(self, position: int) -> bool:
        """Whether the word at this position is inside a quotation."""
        start = self.starts[position]
        return any(a <= start < b for a, b in self.quotes)

    def is_negated(self, position: int, own: frozenset[int] | set[int] = frozenset()) -> int | None:
        """The position of what negates this word, None when nothing does; `own` words do not count."""
        clauses, words = self.clauses, self.words
        clause, bare, concord, where = clauses[position], 0, 0, None
        for at in range(position - 1, max(-1, position - 1 - _WINDOW), -1):
            word = words[at]
            if word is None or clauses[at] != clause:
                break
            form = word.form
            if form not in _NEGATORS or at in own or self._only_looks_negative(at):
                continue
            where = at
            if form in _BARE:
                bare += 1
            else:
                concord += 1
        return where if bare % 2 or (bare == 0 and concord) else None

    def _only_looks_negative(self, at: int) -> bool:
        after = self.words[at + 1]
        if after is not None and (self.words[at].form, after.form) in _NOT_REALLY:  # type: ignore[union-attr]
            return True
        before = self.words[at - 1] if at else None
        return before is not None and before.form in _SHIELD

    def is_conditional(self, position: int) -> bool:
        """Whether the clause of this word hangs on an "if"."""
        return any(word.form in _CONDITION for word in self._clause(position))

    def is_counterfactual(self, position: int, own: frozenset[int] | set[int] = frozenset()) -> bool:
        """Whether the clause of this word says what would have been ("бы", "would have")."""
        forms = [word.form for word in self._clause(position)]
        if "бы" in forms or "б" in forms:
            return True
        return any(a in ("would", "could", "might") and b == "have" for a, b in pairwise(forms))

    def _clause(self, position: int) -> list[Word]:
        clauses, clause = self.clauses, self.clauses[position]
        first = last = position
        while first and clauses[first - 1] == clause:
            first -= 1
        while last + 1 < len(clauses) and clauses[last + 1] == clause:
            last += 1
        return [word for word in self.words[first : last + 1] if word is not None]

    def sentence_end(self, position: int) -> int:
        """The end position of the sentence around this position."""
        words = self.words
        while words[position] is not None:
            position += 1
        return position

    def is_question(self, position: int) -> bool:
        """Whether the sentence around this position ends with a question mark."""
        return "?" in self.gaps.get(self.sentence_end(position), "")
