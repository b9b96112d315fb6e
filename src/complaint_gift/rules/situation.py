"""What a rule looks at: a text that was read, the signals found in it, and what is known besides."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from complaint_gift.domain import Layer
from complaint_gift.rules.context import Context
from complaint_gift.rules.signals import Hit
from complaint_gift.text import Text, new_part
from complaint_gift.text.once import Once

_NOTHING_KNOWN = Context()
Hits = Mapping[str, Sequence[Hit]]
Listen = Callable[[Text], Iterable[Hit]]


class Situation:
    """One text under review. Complaint and reply are read once, on demand.

    `heard` says whether the learned layer has spoken, `decided` which signals it alone has decided about;
    `listen` finds the signals of a text.
    """

    def __init__(
        self,
        text: Text,
        hits: Hits,
        context: Context,
        *,
        heard: bool = False,
        decided: frozenset[str] = frozenset(),
        confirmed: frozenset[str] = frozenset(),
        listen: Listen | None = None,
    ) -> None:
        self.text = text
        self.hits = hits
        self.context = context
        self.heard = heard
        self.decided = decided
        self.confirmed = confirmed
        self._listen = listen
        self._ordered: dict[str, tuple[list[int], list[Hit]]] = {}

    @Once
    def complaint(self) -> Text:
        """The customer's words, as far as they are known."""
        return Text(new_part(self.context.complaint_text))

    @Once
    def _complaint_signals(self) -> frozenset[str]:
        if self._listen is None or not self.complaint.words:
            return frozenset()
        return frozenset(hit.signal for hit in self._listen(self.complaint))

    @property
    def by_itself(self) -> bool:
        """Whether a bare text is judged, of which nothing is known, and by more than words."""
        return self.heard and self.context == _NOTHING_KNOWN

    def complained(self, names: Iterable[str]) -> bool:
        """Whether one of the signals is in the customer's words."""
        return not self._complaint_signals.isdisjoint(names)

    def found(self, names: Iterable[str]) -> Iterator[Hit]:
        """All hits of these signals."""
        for name in names:
            yield from self.hits.get(name, ())

    def has(self, names: Iterable[str]) -> bool:
        """Whether one of these signals is in the text."""
        return not self.hits.keys().isdisjoint(names)

    def deciding(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """All of the signals; where the learned layer decides alone about one, those that it has judged."""
        if self.decided.isdisjoint(names):
            return names
        return tuple(name for name in names if name in self.decided or name in self.confirmed)

    def near(self, sentence: int, names: Iterable[str], before: int, after: int) -> Hit | None:
        """A hit of these signals in the same sentence, or at most so many sentences before or after."""
        for name in names:
            numbers, hits = self._by_sentence(name)
            at = bisect_left(numbers, sentence - before)
            if at < len(numbers) and numbers[at] <= sentence + after:
                return hits[at]
        return None

    def _by_sentence(self, name: str) -> tuple[list[int], list[Hit]]:
        """The hits of a signal in the order of their sentences, and the numbers of these."""
        found = self._ordered.get(name)
        if found is None:
            hits = sorted(self.hits.get(name, ()), key=lambda hit: hit.sentence)
            found = self._ordered[name] = [hit.sentence for hit in hits], hits
        return found


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: a span in code points, or None where there are no words to show.

    One that is not `sure` is at most a warning.
    """

    start: int | None = None
    end: int | None = None
    missing: bool = False
    layer: Layer = Layer.LEXICAL
    params: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    sure: bool = True


def fault_at(hit: Hit, params: Mapping[str, str] | None = None) -> Fault:
    """The fault that a hit shows."""
    return Fault(hit.start, hit.end, layer=hit.layer, params=params or {}, because=hit.signal, sure=hit.sure)


def joined(faults: Iterable[Fault], raw: str = "") -> list[Fault]:
    """Faults of one rule that overlap become one; those without a span come first.

    With the text that they are from, also neighbours of one clause: two signals that hold a half each.
    """
    every = list(faults)
    if len(every) < 2:
        return every
    merged: list[Fault] = []
    for fault in sorted(every, key=lambda f: (f.start is not None, f.start or 0, -(f.end or 0))):
        last = merged[-1] if merged else None
        if last is not None and _touch(last, fault, raw):
            end = max(last.end or 0, fault.end or 0)
            layer = last.layer if last.layer is Layer.LEXICAL else fault.layer
            sure = last.sure or fault.sure
            merged[-1] = replace(last, end=end, layer=layer, sure=sure)
        else:
            merged.append(fault)
    return merged


def _touch(last: Fault, fault: Fault, raw: str) -> bool:
    if last.end is None or fault.start is None:
        return False
    ends_in_word = raw[last.end - 1 : last.end].isalnum()
    return fault.start < last.end or (ends_in_word and raw[last.end : fault.start] in (" ", ", "))
