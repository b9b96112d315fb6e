"""A text read with a lexicon: which patterns match, and where."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from complaint_gift.rules.lexicon import Entry, Lexicon, Pattern, Step
from complaint_gift.text import Text, Word

_MOST_MATCHES = 20  # of one phrase in one sentence


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: positions `start` to `end` (exclusive); `own` are the words it names."""

    start: int
    end: int
    own: tuple[int, ...]


class Reading:
    """The words of a text as bits. Every mask over places has one bit a position (see `Text`).

    `present` holds, sentence by sentence, the bits of all sets and choices that occur in it. With `only` the
    words of all other sentences are left out.
    """

    def __init__(self, text: Text, lexicon: Lexicon, only: Container[int] | None = None) -> None:
        self.text = text
        self.lexicon = lexicon
        self._places: dict[Word, list[int]] = {}
        self._entries: dict[Word, Entry] = {}
        self.present: list[int] = []
        self._sentences: list[list[Entry]] = []
        self._runs: dict[int, int] = {}
        self._edges: dict[str, int] = {}
        words = self._read(only)
        self._words = words
        self.all = (1 << len(text.words)) - 1
        self._spans = {1: words}
        self._atoms = self._by_atom()
        self._sets: dict[int, int] = {lexicon.anything: words}
        self._run_sentences: list[list[int]] = [[] for _ in self.present]
        self._find_runs()

    def _read(self, only: Container[int] | None) -> int:
        """Note places and entries, sentence by sentence; returns the places of all words."""
        every, starts = self.text.words, self.text.sentence_starts
        taken: list[int] = []
        for sentence, first in enumerate(starts) if every else ():
            after = starts[sentence + 1] if sentence + 1 < len(starts) else len(every)
            entries: dict[int, Entry] = {}
            if only is None or sentence in only:
                self._read_sentence(every[first : after - 1], first, entries)
                taken.extend(range(first, after - 1))
            present = 0
            for entry in entries.values():
                present |= entry.mask
            self.present.append(present)
            self._sentences.append(list(entries.values()))
        return _bits_of(taken)

    def _read_sentence(self, words: list[Word | None], first: int, entries: dict[int, Entry]) -> None:
        places, known, look_up = self._places, self._entries, self.lexicon.entry
        for place, word in enumerate(words, first):
            assert word is not None  # noqa: S101
            entry = known.get(word)
            if entry is None:
                entry = known[word] = look_up(word)
                places[word] = [place]
            else:
                places[word].append(place)
            if entry.mask:
                entries[id(entry)] = entry

    def _by_atom(self) -> dict[int, int]:
        """For every atom that occurs the places of its words."""
        found: dict[int, list[int]] = {}
        places = self._places
        for word, entry in self._entries.items():
            for atom in entry.atoms:
                found.setdefault(atom, []).extend(places[word])
        return {atom: _bits_of(at) for atom, at in found.items()}

    def places(self, number: int) -> int:
        """Where a word of this set stands."""
        found = self._sets.get(number)
        if found is None:
            found, atoms = 0, self._atoms
            for atom in self.lexicon.atoms_of[number]:
                if atom in atoms:
                    found |= atoms[atom]
            self._sets[number] = found
        return found

    def _find_runs(self) -> None:
        runs, anything = self.lexicon.runs, 1 << self.lexicon.anything
        wanted: dict[int, list[int]] = {}
        for sentence, entries in enumerate(self._sentences):
            present = self.present[sentence] | anything
            self.present[sentence] = present
            for entry in entries:
                for number in entry.runs:
                    required = runs[number].required
                    if present & required == required:
                        wanted.setdefault(number, []).append(sentence)
        for number in self.lexicon.bare_runs:
            self._runs[number] = self._find_run(number)
        for number, sentences in wanted.items():
            reach = self._find_run(number)
            if reach:
                self._note_run(number, reach, sentences)

    def _find_run(self, number: int) -> int:
        reach = self.all
        for part in reversed(self.lexicon.runs[number].parts):
            reach = reach & self.edge(part) if isinstance(part, str) else (reach >> 1) & self.places(part)
            if not reach:
                break
        return reach

    def _note_run(self, number: int, reach: int, sentences: Iterable[int]) -> None:
        self._runs[number] = reach
        bits = self.lexicon.run_bits[number]
        starts, places = self.text.sentence_starts, _places_of(reach)
        for sentence in sentences:
            after = starts[sentence + 1] if sentence + 1 < len(starts) else len(self.text.words)
            if places.find("1", starts[sentence], after) >= 0:
                self.present[sentence] |= bits
                self._run_sentences[sentence].append(number)

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
            return _bits_of(self.text.sentence_starts)
        marks = "-—–" if mark in "-—" else mark
        return _bits_of(at for at, gap in self.text.gaps.items() if any(one in gap for one in marks))

    def candidates(self) -> list[Pattern]:
        """Indexed patterns all of whose parts occur in one sentence."""
        found: dict[Pattern, None] = {}
        run_patterns = self.lexicon.run_patterns
        for sentence, entries in enumerate(self._sentences):
            present = self.present[sentence]
            for entry in entries:
                for pattern in entry.patterns:
                    if present & pattern.required == pattern.required:
                        found[pattern] = None
            for run in self._run_sentences[sentence]:
                for pattern in run_patterns[run]:
                    if present & pattern.required == pattern.required:
                        found[pattern] = None
        return list(found)

    def present_in(self, sentences: Iterable[int]) -> int:
        """The bits of what occurs in any of these sentences."""
        found = 0
        for sentence in sentences:
            found |= self.present[sentence]
        return found

    def matches(self, pattern: Pattern) -> list[Match]:
        """Where the pattern matches, at most one match a starting place, from left to right."""
        reaches = [self.all]
        for step in reversed(pattern.steps):
            reach = self._before(step, reaches[-1])
            if not reach:
                return []
            reaches.append(reach)
        reaches.reverse()
        return [self._follow(pattern, reaches, start) for start in self._starts(reaches[0])]

    def _starts(self, mask: int) -> Iterator[int]:
        """The places of a mask, in each sentence only the first few."""
        sentences, current, count = self.text.sentences, -1, 0
        places = _places_of(mask)
        place = places.find("1")
        while place >= 0:
            if sentences[place] != current:
                current, count = sentences[place], 0
            count += 1
            if count > _MOST_MATCHES:
                place = places.find("1", self.text.sentence_end(place))
            else:
                yield place
                place = places.find("1", place + 1)

    def _before(self, step: Step, after: int) -> int:
        """The boundaries from which the step can be made into one of `after`."""
        if step.gap:
            return self._gap(after, step.gap)
        if step.edge:
            return after & self.edge(step.edge)
        found = after if step.optional else 0
        single = step.single
        if single >= 0:
            places = self._sets.get(single)
            found |= (after >> 1) & (self.places(single) if places is None else places)
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
        first = self._widened(start, pattern.lead) if pattern.lead else (own[0] if own else start)
        return Match(first, max(at, first + 1), tuple(own))

    def _widened(self, start: int, most: int) -> int:
        words, left = self.text.words, start
        while left and start - left < most and words[left - 1] is not None:
            left -= 1
        return left

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


def _bits_of(places: Iterable[int]) -> int:
    """A mask of these places, in time that grows with their number and the greatest of them."""
    few = list(places)
    mask = bytearray(max(few, default=0) // 8 + 1)
    for place in few:
        mask[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(mask, "little")


def _places_of(mask: int) -> str:
    """A mask as text, place 0 first: what is looked for in it costs no copy of it."""
    return f"{mask:b}"[::-1]
