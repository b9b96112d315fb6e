"""Signals: speech acts found in a text, and the marks that decide whether they count."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar

from complaint_gift.domain import Layer
from complaint_gift.rules.lexicon import Lexicon, Pattern
from complaint_gift.rules.marks import COUNTS, Counts, silenced
from complaint_gift.rules.matching import Match, Reading
from complaint_gift.rules.phrases import Classes, Node, parse
from complaint_gift.rules.regexes import Regex, any_of
from complaint_gift.text import Text

K = TypeVar("K")
V = TypeVar("V")
_CLASS = re.compile(r"@([\w-]+)")
_MOST_SENTENCES = 4_096  # remembered
_ENDED, _GAP = re.compile(r"[.!?…\n]"), 200  # characters between two sentences that are looked through
SURE = 1.0  # in everyday replies, judged by eye, it was mostly wrong about errors, whatever its score
Finder = Callable[[str], Iterable[tuple[int, int]]]


class Phrase:
    """A phrase as it was written, and where: file and line (from 1). It is read when it is first needed."""

    __slots__ = ("_classes", "_nodes", "file", "line", "text")

    def __init__(self, text: str, classes: Classes, file: str = "", line: int = 0) -> None:
        self.text = text
        self.file = file
        self.line = line
        self._classes = classes
        self._nodes: tuple[Node, ...] | None = None

    @property
    def vocabulary(self) -> str:
        """The phrase with the members of the classes it names."""
        members = self._classes.members
        named = (" ".join(members.get(name, ())) for name in _CLASS.findall(self.text))
        return " ".join((self.text, *named))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The phrase as a tree. Raises BadPhrase."""
        if self._nodes is None:
            self._nodes = parse(self.text, self._classes)
        return self._nodes


Place = tuple[int, int, Phrase]  # code points from the start of a sentence, and what stands there


@dataclass(frozen=True, slots=True)
class Learned:
    """How the learned layer speaks for a signal: `decides` is either, alone or confirms.

    With `keeps` words count only where a sentence they touch scores at least so much. Heard alone, an
    error is shown as a warning unless its score is above `sure`: nothing is held because a model thinks so.
    Where a signal of `spared_by` stands it is not heard alone.
    `file`, `line` and `column` say where it is written.
    """

    head: str
    threshold: float
    decides: str = "either"
    keeps: float = 0.0
    sure: float = SURE
    spared_by: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    column: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one file says about a signal: its phrases in one language and when they count."""

    signal: str
    language: str
    phrases: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    counts: Counts = COUNTS
    finders: tuple[Finder, ...] = ()
    learned: Learned | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A signal in a text: code points `start` to `end`, the number of its first sentence, why."""

    signal: str
    start: int
    end: int
    sentence: int
    layer: Layer = Layer.LEXICAL
    score: float = 1.0
    phrase: Phrase | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Dropped:
    """A near-hit and the mark that silenced it."""

    hit: Hit
    mark: str
    by: str


@dataclass(frozen=True, slots=True)
class _Search:
    """The finders of a signal, once, however many languages name them; `quoted`: whether quotations count."""

    signal: str
    quoted: bool
    finders: tuple[Finder, ...]


def _searches(parts: Iterable[Part]) -> list[_Search]:
    finders: dict[tuple[str, bool], dict[Finder, None]] = {}
    for part in parts:
        if part.finders:
            finders.setdefault((part.signal, part.counts.quoted), {}).update(dict.fromkeys(part.finders))
    return [_Search(*key, tuple(found)) for key, found in finders.items()]


class SignalFinder:
    """Finds a closed set of signals in texts. Safe to share between threads.

    What a sentence holds depends on nothing but itself, so it is remembered (by a hash, never as words):
    while somebody writes, only the sentence that changed is looked at again.
    """

    def __init__(self, parts: Sequence[Part], latin: Sequence[str] = ("en",)) -> None:
        self._lexicon = Lexicon(latin)
        self._owners: dict[Pattern, tuple[Part, Phrase]] = {}
        self._unless: dict[Part, tuple[tuple[Phrase, Pattern], ...]] = {}
        self._searches = _searches(parts)
        self._holds_regex = any_of(finder for search in self._searches for finder in search.finders)
        self._known: dict[bytes, tuple[Hit, ...]] = {}
        self._excepted: dict[tuple[str, bytes], tuple[Place, ...]] = {}
        self.learned: dict[str, dict[str, Learned]] = {}
        for part in parts:
            if part.learned is not None:
                self.learned.setdefault(part.signal, {})[part.language] = part.learned
        for part in parts:
            for phrase in part.phrases:
                pattern = self._lexicon.add(phrase.nodes, part.language)
                self._owners[pattern] = (part, phrase)
            self._unless[part] = tuple(
                (phrase, self._lexicon.add(phrase.nodes, part.language, indexed=False))
                for phrase in part.unless
            )
        # A detector knows no language, and every language that names it finds the same.
        self._unless_by_signal: dict[str, tuple[tuple[Phrase, Pattern], ...]] = {}
        for part, exceptions in self._unless.items():
            known = self._unless_by_signal.get(part.signal, ())
            self._unless_by_signal[part.signal] = (*known, *exceptions)

    def find(self, text: Text, dropped: list[Dropped] | None = None) -> list[Hit]:
        """All hits of the lexical layer in the order of the text; near-hits go to `dropped` if given."""
        hits = (
            self._read(Reading(text, self._lexicon), dropped) if dropped is not None else self._recall(text)
        )
        has_regexes = self._holds_regex(text.raw)
        for search in self._searches:
            hits.extend(self._search(search, text, dropped, has_regexes))
        return _widest(hits)

    def _recall(self, text: Text) -> list[Hit]:
        """Hits sentence by sentence: remembered ones moved to their place, the others found now."""
        known, fresh = self._known, dict[bytes, int]()
        sentences = text.sentence_spans
        prints = [_print_of(text, start, end) for start, end in sentences]
        found: dict[bytes, tuple[Hit, ...]] = {}
        for number, key in enumerate(prints):
            held = known.get(key)
            if held is not None:
                found[key] = held
            elif key not in fresh:  # the first of many that are the same is read for all of them
                fresh[key] = number
        if fresh:
            new = self._read(Reading(text, self._lexicon, frozenset(fresh.values())), None)
            found |= self._remember(new, fresh, sentences)
        return [
            _moved(hit, sentences[number][0], number)
            for number, key in enumerate(prints)
            for hit in found[key]
        ]

    def _remember(
        self, hits: list[Hit], fresh: dict[bytes, int], sentences: list[tuple[int, int]]
    ) -> dict[bytes, tuple[Hit, ...]]:
        by_sentence: dict[int, list[Hit]] = {number: [] for number in fresh.values()}
        for hit in hits:
            by_sentence[hit.sentence].append(_moved(hit, -sentences[hit.sentence][0], 0))
        found = {key: tuple(by_sentence[number]) for key, number in fresh.items()}
        _keep(self._known, found)
        return found

    def _read(self, reading: Reading, dropped: list[Dropped] | None) -> list[Hit]:
        found: dict[Part, list[tuple[Match, Phrase]]] = {}
        for pattern in reading.candidates():
            matches = reading.matches(pattern)
            if matches:
                part, phrase = self._owners[pattern]
                found.setdefault(part, []).extend((match, phrase) for match in matches)
        return [hit for part, pairs in found.items() for hit in self._judge(part, pairs, reading, dropped)]

    def _judge(
        self,
        part: Part,
        matches: list[tuple[Match, Phrase]],
        reading: Reading,
        dropped: list[Dropped] | None,
    ) -> list[Hit]:
        exceptions: dict[int, list[tuple[Match, Phrase]]] | None = None
        hits = []
        for match, phrase in matches:
            mark = silenced(match, part.counts, reading.text)
            if mark is None:
                if exceptions is None:
                    sentences = {reading.text.sentences[one.start] for one, _ in matches}
                    exceptions = _matches_of(self._unless[part], sentences, reading)
                near = exceptions.get(reading.text.sentences[match.start], ())
                mark = _exception(match, near)
            if mark is None:
                hits.append(_hit(part.signal, match, phrase, reading.text))
            elif dropped is not None:
                dropped.append(Dropped(_hit(part.signal, match, phrase, reading.text), *mark))
        return hits

    def _search(
        self, search: _Search, text: Text, dropped: list[Dropped] | None, has_regexes: bool
    ) -> list[Hit]:
        found = [
            Hit(search.signal, start, end, sentence_at(text, start))
            for finder in search.finders
            if has_regexes or not isinstance(finder, Regex)
            for start, end in text.found_by(finder)
        ]
        exceptions = self._excepted_spans(search.signal, found, text)
        hits = []
        for hit in found:
            if not search.quoted and text.is_quoted_at(hit.start):
                mark: tuple[str, str] | None = ("quoted", text.raw[hit.start : hit.end])
            else:
                near = exceptions.get(hit.sentence, ())
                by = (phrase.text for start, end, phrase in near if start < hit.end and hit.start < end)
                mark = next((("unless", words) for words in by), None)
            if mark is None:
                hits.append(hit)
            elif dropped is not None:
                dropped.append(Dropped(hit, *mark))
        return hits

    def _excepted_spans(self, signal: str, hits: list[Hit], text: Text) -> dict[int, list[Place]]:
        """What silences a signal, in code points: what a finder finds need not be words."""
        unless = self._unless_by_signal[signal]
        if not hits or not unless or not text.sentences:
            return {}
        known, spans = self._excepted, text.sentence_spans
        keys = {at: (signal, _print_of(text, *spans[at])) for at in {hit.sentence for hit in hits}}
        found = {at: places for at, key in keys.items() if (places := known.get(key)) is not None}
        fresh = keys.keys() - found.keys()
        if fresh:
            matches = _matches_of(unless, fresh, Reading(text, self._lexicon, fresh))
            new = {at: _places_in(text, spans[at][0], matches.get(at, ())) for at in fresh}
            _keep(known, {keys[at]: places for at, places in new.items()})
            found |= new
        return {
            at: [(spans[at][0] + start, spans[at][0] + end, phrase) for start, end, phrase in places]
            for at, places in found.items()
        }


def _matches_of(
    phrases: Iterable[tuple[Phrase, Pattern]], sentences: Set[int], reading: Reading
) -> dict[int, list[tuple[Match, Phrase]]]:
    """Where these phrases match in these sentences, by the number of the sentence."""
    present = reading.present_in(sentences)
    found: dict[int, list[tuple[Match, Phrase]]] = {}
    for phrase, pattern in phrases:
        if present & pattern.required == pattern.required:
            for match in reading.matches(pattern):
                found.setdefault(reading.text.sentences[match.start], []).append((match, phrase))
    return found


def _keep(known: dict[K, V], new: Mapping[K, V]) -> None:
    """Remember what sentences hold; where that becomes too much, begin anew."""
    if len(known) + len(new) > _MOST_SENTENCES:
        known.clear()
    if len(new) <= _MOST_SENTENCES:
        known.update(new)


def _places_in(text: Text, first: int, matches: Iterable[tuple[Match, Phrase]]) -> tuple[Place, ...]:
    """Where phrases match, counted from `first`, in code points."""
    return tuple(
        (text.starts[m.start] - first, text.ends[m.end - 1] - first, phrase) for m, phrase in matches
    )


def _print_of(text: Text, start: int, end: int) -> bytes:
    """A hash of a sentence with the marks around it and the quotations in it."""
    print_ = blake2b(text.raw[start:end].encode("utf-8", "surrogatepass"), digest_size=16)
    for first, last in text.quotes_in(start, end) if text.quotes else ():
        print_.update(b"%d-%d" % (max(first - start, 0), min(last, end) - start))
    return print_.digest()


def _moved(hit: Hit, offset: int, sentence: int) -> Hit:
    if not offset and hit.sentence == sentence:
        return hit
    return Hit(hit.signal, hit.start + offset, hit.end + offset, sentence, hit.layer, hit.score, hit.phrase)


def _hit(signal: str, match: Match, phrase: Phrase, text: Text) -> Hit:
    return Hit(
        signal, text.starts[match.start], text.ends[match.end - 1], text.sentences[match.start], phrase=phrase
    )


def _exception(match: Match, exceptions: Sequence[tuple[Match, Phrase]]) -> tuple[str, str] | None:
    first, last = (match.own[0], match.own[-1]) if match.own else (match.start, match.end - 1)
    for other, phrase in exceptions:
        if other.start <= last and first < other.end:
            return "unless", phrase.text
    return None


def sentence_at(text: Text, offset: int) -> int:
    """The number of the sentence around a code point; the mark that ends one is the last of it."""
    if not text.sentences:
        return 0
    at = min(bisect_right(text.ends, offset), len(text.sentences) - 1)
    if at and text.words[at - 1] is None and offset < text.starts[at]:
        at -= _ENDED.search(text.raw, max(text.ends[at - 1], offset - _GAP), offset) is None
    return text.sentences[at]


def _widest(hits: list[Hit]) -> list[Hit]:
    """In text order; of hits of one signal that lie within each other only the widest."""
    kept: list[Hit] = []
    reach: dict[str, int] = {}
    for hit in in_order(hits):
        if hit.end > reach.get(hit.signal, -1):
            kept.append(hit)
            reach[hit.signal] = hit.end
    return kept


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in the order of the text, the widest first."""
    return sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.signal))


def by_signal(hits: Iterable[Hit]) -> Mapping[str, list[Hit]]:
    """Hits grouped under the name of their signal."""
    grouped: dict[str, Any] = {}
    for hit in hits:
        grouped.setdefault(hit.signal, []).append(hit)
    return grouped
