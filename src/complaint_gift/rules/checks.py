"""The kinds of rules that work on signals alone: forbid, require, require_if, order, limit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from complaint_gift.domain import Layer
from complaint_gift.rules.signals import Hit
from complaint_gift.rules.situation import Fault, Situation, fault_at, joined

ANYWHERE = 1_000_000
_EARLY_CHARACTERS = 200
_EXPLAINS = 6  # words: fewer explain nothing
_ADDRESS = 5  # words before a comma, at most
_BETWEEN = " \n.,;:!?…—-"


class Check(Protocol):
    """The part of a rule that looks at a situation."""

    kind: ClassVar[str]

    def names(self) -> Iterator[str]:
        """The signals this check asks about."""
        ...

    def find(self, situation: Situation) -> Iterator[Fault]:
        """What is wrong, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A signal that counts only in company: `after`, `before`, `beside` others, or `without` them.

    `after` and `before` reach over `within` sentences; `beside` and `without` look at its own sentence alone.
    """

    signal: str
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    within: int = 1

    def counts(self, hit: Hit, situation: Situation) -> bool:
        """Whether this hit has the company it needs."""
        at, near = hit.sentence, situation.near
        return not (
            (self.after and near(at, self.after, self.within, 0) is None)
            or (self.before and near(at, self.before, 0, self.within) is None)
            or (self.beside and near(at, self.beside, 0, 0) is None)
            or (self.without and near(at, self.without, 0, 0) is not None)
        )

    def names(self) -> Iterator[str]:
        """All signals that are looked at."""
        yield from (self.signal, *self.after, *self.before, *self.beside, *self.without)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Signals that silence a hit in their neighbourhood of `within` sentences."""

    signals: tuple[str, ...]
    within: int = 2


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Hits on a denial are silent where the sentence before is what we had `told`, and so are hits in that.

    "You were told that nobody was at home. That is not true": it is not the customer who is contradicted.
    """

    denials: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def signals(self) -> tuple[str, ...]:
        """All that is looked at."""
        return (*self.denials, *self.told)

    def by(self, hit: Hit, situation: Situation) -> Hit | None:
        """The other half of a denial and what it denies, where this hit lies on one of them."""
        for denial in situation.found(self.denials):
            said = situation.near(denial.sentence - 1, self.told, 0, 0)
            if said is None:
                continue
            if denial.start < hit.end and hit.start < denial.end:
                return said
            if hit.sentence == said.sentence:
                return denial
        return None


@dataclass(frozen=True, slots=True)
class Forbid:
    """Every hit of the signals is a fault, unless something redeems it.

    Any hit of `unless` redeems the whole text. Fewer than `at_least` are none; hits that overlap are one.
    """

    kind: ClassVar[str] = "forbid"
    signals: tuple[Wanted, ...]
    unless: tuple[str, ...] = ()
    cancelled_by: Cancelled | None = None
    at_least: int = 1
    taken_back: TakenBack | None = None

    def names(self) -> Iterator[str]:
        for wanted in self.signals:
            yield from wanted.names()
        yield from self.unless
        if self.cancelled_by:
            yield from self.cancelled_by.signals
        if self.taken_back:
            yield from self.taken_back.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        if situation.has(self.unless):
            return
        found = joined(map(fault_at, self._hits(situation)))
        if len(found) >= self.at_least:
            yield from found

    def _hits(self, situation: Situation) -> Iterator[Hit]:
        cancelled = self.cancelled_by
        for wanted in self.signals:
            for hit in situation.hits.get(wanted.signal, ()):
                if not wanted.counts(hit, situation):
                    continue
                if cancelled and situation.near(
                    hit.sentence, cancelled.signals, cancelled.within, cancelled.within
                ):
                    continue
                if self.taken_back and self.taken_back.by(hit, situation):
                    continue
                yield hit


@dataclass(frozen=True, slots=True)
class Require:
    """Something has to be said: each group of `groups` needs a hit of one of its signals.

    The hits of several groups have to stand within so many sentences. One with `revoked_by` in its sentence
    does not count, nor with `first_third` one behind the first third of the text (at least 200 characters).

    With `suspect`, words alone are not trusted to notice an absence: while the learned layer has not spoken,
    the rule speaks only where one of these signals is found. With `by_itself`, `unless` excuses nothing in a
    bare text of which nothing is known. All signals of `unless_all` together excuse as well.
    """

    kind: ClassVar[str] = "require"
    groups: tuple[tuple[str, ...], ...]
    revoked_by: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    within: int = ANYWHERE
    first_third: bool = False
    suspect: tuple[str, ...] = ()
    by_itself: bool = False
    unless_all: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        for group in self.groups:
            yield from group
        yield from (*self.revoked_by, *self.unless, *self.suspect, *self.unless_all)

    def find(self, situation: Situation) -> Iterator[Fault]:
        judged = self.by_itself and situation.by_itself
        if not judged and situation.has(self.unless):
            return
        if self.unless_all and situation.hits.keys() >= set(self.unless_all):
            return
        if self.suspect and not situation.heard and not situation.has(self.suspect):
            return
        groups = [situation.deciding(group) for group in self.groups]
        credited = [
            [hit for hit in situation.found(group) if self._counts(hit, situation)] for group in groups
        ]
        missing = [group[0] for group, hits in zip(self.groups, credited, strict=True) if not hits]
        if not missing and not self._together(credited):
            missing = [self.groups[-1][0]]
        if missing:
            yield Fault(missing=True, params={"missing": ", ".join(missing)})

    def _counts(self, hit: Hit, situation: Situation) -> bool:
        if self.revoked_by and situation.near(hit.sentence, self.revoked_by, 0, 0):
            return False
        return not self.first_third or self.is_early(hit, situation)

    @staticmethod
    def is_early(hit: Hit, situation: Situation) -> bool:
        """Whether words stand in the first third of the text, or in its first 200 characters."""
        return hit.start < max(_EARLY_CHARACTERS, len(situation.text.raw) // 3)

    def _together(self, credited: list[list[Hit]]) -> bool:
        """Whether some hits of all groups stand within the allowed number of sentences."""
        if self.within >= ANYWHERE or len(credited) < 2:
            return True
        places = [sorted({hit.sentence for hit in hits}) for hits in credited]
        return any(
            all(_has_between(one, first, first + self.within) for one in places)
            for first in {number for one in places for number in one}
        )


def _has_between(numbers: list[int], first: int, last: int) -> bool:
    at = bisect_left(numbers, first)
    return at < len(numbers) and numbers[at] <= last


@dataclass(frozen=True, slots=True)
class RequireIf:
    """Where one thing is said, another has to follow or precede within so many sentences.

    With `if_complaint` it is also wanted where one of these signals is in the customer's words, with
    `by_itself` in a bare text of which nothing is known; there `unless` excuses nothing.
    """

    kind: ClassVar[str] = "require_if"
    condition: tuple[str, ...]
    then: tuple[str, ...]
    unless: tuple[str, ...] = ()
    within: int = 2
    if_complaint: tuple[str, ...] = ()
    by_itself: bool = False

    def names(self) -> Iterator[str]:
        yield from (*self.condition, *self.then, *self.unless)

    def find(self, situation: Situation) -> Iterator[Fault]:
        alone = self.by_itself and situation.by_itself
        if not alone and situation.has(self.unless):
            return
        asked = alone or (bool(self.if_complaint) and situation.complained(self.if_complaint))
        if asked and not situation.has(self.then):
            yield Fault(missing=True, params={"missing": self.then[0]})
            return
        for hit in situation.found(self.condition):
            if situation.near(hit.sentence, self.then, self.within, self.within) is None:
                yield fault_at(hit, {"missing": self.then[0]})


@dataclass(frozen=True, slots=True)
class Order:
    """`first` has to come before `then`, where both are there; with `always` also where `first` is not.

    Where the learned layer alone has decided about `unless` and does not find it, the longest sentence before
    `first` is at fault, other than those that `may_precede`.
    """

    kind: ClassVar[str] = "order"
    first: tuple[str, ...]
    then: tuple[str, ...]
    unless: tuple[str, ...] = ()
    always: bool = False
    may_precede: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from (*self.first, *self.then, *self.unless, *self.may_precede)

    def find(self, situation: Situation) -> Iterator[Fault]:
        if situation.has(self.unless):
            return
        never = len(situation.text.raw) if self.always else 0
        start = min((hit.start for hit in situation.found(self.first)), default=never)
        early = min(situation.found(self.then), key=lambda hit: hit.start, default=None)
        if early is not None and early.start < start:
            yield fault_at(early)
        elif not situation.decided.isdisjoint(self.unless):
            yield from self._displaced(situation)

    def _displaced(self, situation: Situation) -> Iterator[Fault]:
        """The sentence, or the part of one, that explains before `first` comes."""
        hit = min(situation.found(self.first), key=lambda hit: hit.start, default=None)
        if hit is None:
            return
        fine = {one.sentence for one in situation.found(self.may_precede)}
        spans = situation.text.sentence_spans[: hit.sentence + 1]
        spans[-1] = (spans[-1][0], hit.start)
        told = [_told(situation.text.raw, *span) for number, span in enumerate(spans) if number not in fine]
        start, end = max(told, key=lambda span: span[1] - span[0], default=(0, 0))
        if len(situation.text.raw[start:end].split()) >= _EXPLAINS:
            yield Fault(start, end, layer=Layer.LEARNED, because=hit.signal, sure=False)


def _told(raw: str, start: int, end: int) -> tuple[int, int]:
    """A sentence without the words that address somebody, and without what stands around it."""
    greeting, comma, rest = raw[start:end].partition(",")
    if comma and len(greeting.split()) <= _ADDRESS:
        start = end - len(rest)
    words = raw[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip(_BETWEEN))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many hits, and no sentence longer than so many words (0: any length).

    Hits that overlap are one. What the learned layer hears is a whole sentence of such words, and a fault
    of its own.
    """

    kind: ClassVar[str] = "limit"
    signals: tuple[str, ...]
    most: int = 0
    longest_sentence: int = 0
    unless: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from (*self.signals, *self.unless)

    def find(self, situation: Situation) -> Iterator[Fault]:
        if situation.has(self.unless):
            return
        found = sorted(situation.found(self.signals), key=lambda hit: hit.start)
        yield from (fault_at(hit) for hit in found if hit.layer is Layer.LEARNED)
        counted = joined(fault_at(hit) for hit in found if hit.layer is not Layer.LEARNED)
        if len(counted) > self.most:
            yield replace(counted[0], params={"count": str(len(counted)), "most": str(self.most)})
        if self.longest_sentence:
            yield from self._long_sentences(situation)

    def _long_sentences(self, situation: Situation) -> Iterator[Fault]:
        text = situation.text
        for start in text.sentence_starts if text.words else ():
            end = text.sentence_end(start)
            if end - start > self.longest_sentence:
                params = {"count": str(end - start), "most": str(self.longest_sentence)}
                yield Fault(text.starts[start], text.ends[end], params=params, because="longest_sentence")


def needed(check: Check) -> frozenset[str] | None:
    """Signals without any of which the check finds nothing; None where it asks for more than signals."""
    match check:
        case Forbid():
            return frozenset(wanted.signal for wanted in check.signals)
        case RequireIf(if_complaint=(), by_itself=False):
            return frozenset(check.condition)
        case Limit(longest_sentence=0):
            return frozenset(check.signals)
    return None
