"""A text read with a lexicon: which patterns match, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from complaint_gift.rules.lexicon import Lexicon, Pattern, Step
from complaint_gift.text import Text, Word

_MOST_MATCHES = 40


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: positions `start` to `end` (exclusive); `own` are the words it names."""

    start: int
    end: int
    own: tuple[int, ...]


class Reading:
    """The words of a text as bits. Every mask has one bit a position (see `Text`)."""

    def __init__(self, text: Text, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        places: dict[Word, int] = {}
        bit, words = 1, 0
        for word in text.words:
            if word is not None:
                places[word] = places.get(word, 0) | bit
                words |= bit
            bit <<= 1
        self._places = places
        self.all = bit - 1
        self._words = words
        self._spans = {1: words}
        self._sets: dict[int, int] = {}
        self._runs: dict[int, int] = {}
        self._edges: dict[str, int] = {}
        entries = [lexicon.entry(word) for word in places]
        present = 0
        for entry in entries:
            present |= entry.mask
        self.present = present
        candidates = {run for entry in entries for run in entry.runs}
        for run in candidates:
            self._find_run(run)
        self._entries = entries

    def _find_run(self, number: int) -> None:
        run = self.lexicon.runs[number]
        if self.present & run.required != run.required:
            return
        reach = self.all
        for part in reversed(run.parts):
            reach = reach & self.edge(part) if isinstance(part, str) else (reach >> 1) & self.places(part)
            if not reach:
                return
        self._runs[number] = reach
        self.present |= self.lexicon.run_bits[number]

    def places(self, number: int) -> int:
        """Where a word of this set stands."""
        found = self._sets.get(number)
        if found is None:
            found, places = 0, self._places
            for word in self.lexicon.sets[number].words.intersection(places):
                found |= places[word]
            self._sets[number] = found
        return found

    def edge(self, mark: str) -> int:
        """The boundaries where this edge holds: sentence start, sentence end, or a punctuation mark."""
        found = self._edges.get(mark)
        if found is None:
            found = self._edges[mark] = self._read_edge(mark)
        return found

    def _read_edge(self, mark: str) -> int:
        if mark == "$":
            return self.all & ~self._words
        if mark == "^":
            return sum(1 << start for start in self.text.sentence_starts)
        if mark in "-—":
            return sum(1 << at for at, gap in self.text.gaps.items() if any(dash in gap for dash in "-—–"))
        return sum(1 << at for at, gap in self.text.gaps.items() if mark in gap)

    def candidates(self) -> Iterator[Pattern]:
        """Indexed patterns all of whose parts occur somewhere in the text."""
        seen: set[Pattern] = set()
        for entry in self._entries:
            seen.update(entry.patterns)
        for run in self._runs:
            seen.update(self.lexicon.run_patterns[run])
        present = self.present
        return (pattern for pattern in seen if present & pattern.required == pattern.required)

    def matches(self, pattern: Pattern) -> list[Match]:
        """Where the pattern matches, at most one match a starting place, from left to right."""
        if self.present & pattern.required != pattern.required:
            return []
        reaches = [self.all]
        for step in reversed(pattern.steps):
            reach = self._before(step, reaches[-1])
            if not reach:
                return []
            reaches.append(reach)
        reaches.reverse()
        return [self._follow(pattern, reaches, start) for start in _bits(reaches[0])]

    def _before(self, step: Step, after: int) -> int:
        """The boundaries from which the step can be made into one of `after`."""
        if step.gap:
            return self._gap(after, step.gap)
        if step.edge:
            return after & self.edge(step.edge)
        found = after if step.optional else 0
        if step.single >= 0:
            found |= (after >> 1) & self.places(step.single)
        if step.runs:
            runs = self.lexicon.runs
            for number in step.runs.intersection(self._runs):
                found |= (after >> runs[number].length) & self._runs[number]
        return found

    def _gap(self, after: int, most: int) -> int:
        reach = 0
        while reach < most:
            step = min(reach + 1, most - reach)
            after |= (after >> step) & self._span(step)
            reach += step
        return after

    def _span(self, length: int) -> int:
        """Boundaries that are followed by at least `length` words of the same sentence."""
        found = self._spans.get(length)
        if found is None:
            half = length // 2
            found = self._spans[length] = self._span(half) & (self._span(length - half) >> half)
        return found

    def _follow(self, pattern: Pattern, reaches: list[int], start: int) -> Match:
        at = start
        own: list[int] = []
        last = len(pattern.steps) - 1
        for number, step in enumerate(pattern.steps):
            after = reaches[number + 1]
            if step.gap:
                at = self._end_of_gap(at, step.gap) if number == last else at + _lowest(after >> at)
                continue
            if step.edge:
                continue
            length = self._length(step, at, after)
            own.extend(range(at, at + length))
            at += length
        first = own[0] if own else start
        if pattern.lead:
            sentences, sentence, left = self.text.sentences, self.text.sentences[first], start
            while left and start - left < pattern.lead and sentences[left - 1] == sentence:
                left -= 1
            first = left
        return Match(first, max(at, first + 1), tuple(own))

    def _length(self, step: Step, at: int, after: int) -> int:
        """How many words the choice takes here: the longest that still lets the rest match."""
        best = 0
        if step.single >= 0 and self.places(step.single) >> at & 1 and after >> (at + 1) & 1:
            best = 1
        for number in step.runs.intersection(self._runs):
            length = self.lexicon.runs[number].length
            if length > best and self._runs[number] >> at & 1 and after >> (at + length) & 1:
                best = length
        return best

    def _end_of_gap(self, at: int, most: int) -> int:
        words = self.text.words
        while most and words[at] is not None:
            at += 1
            most -= 1
        return at


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _bits(mask: int) -> Iterator[int]:
    for _ in range(_MOST_MATCHES):
        if not mask:
            return
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
