"""Rules that compare the reply with the complaint: was it read, and is every point answered?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from complaint_gift.rules.overlap import likeness, meaning
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.text import Text

_POINT_BREAK = re.compile(
    r"(?:^|\n)\s*(?:\d{1,2}[.)]|[-*•])\s|;\s|,?\s(?:and also|also|besides|on top of that|plus|as well as"
    r"|and then|and"
    r"|а также|также|кроме того|ещё и|к тому же|вдобавок|потом|и ещё|плюс)\s",
    re.I,
)
_SHORTEST_POINT = 2  # words
_LEAST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Recall:
    """The reply repeats at least `least` meaningful words of the complaint."""

    kind: ClassVar[str] = "recall"
    least: int = 2
    stop: frozenset[str] = field(default=frozenset(), repr=False)
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        asked = meaning(situation.complaint, self.stop | _names(situation), own_words=False)
        if not asked or any(True for _ in situation.found(self.signals)):
            return
        said = meaning(situation.text, self.stop)
        common = set(asked) & set(said)
        strong = any(key.isdigit() for key in common)
        if len(common) < min(self.least, len(asked)) and not strong:
            yield Fault(missing=True)


@dataclass(frozen=True, slots=True)
class Points:
    """Every grievance of the complaint is taken up in the reply."""

    kind: ClassVar[str] = "points"
    stop: frozenset[str] = field(default=frozenset(), repr=False)
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        if any(True for _ in situation.found(self.signals)):
            return
        stop = self.stop | _names(situation)
        points = [
            (point, set(meaning(Text(point), stop, own_words=False)))
            for point in _points(situation.complaint)
        ]
        points = [(point, keys) for point, keys in points if keys]
        if len(points) < _LEAST_POINTS:
            return
        said = set(meaning(situation.text, stop))
        open_points = [point for point, keys in points if not keys & said]
        if open_points:
            yield Fault(missing=True, params={"missing": _shorten(open_points[0])})


@dataclass(frozen=True, slots=True)
class Similar:
    """A template: a slot left open (signals), or nearly the same words as in an earlier reply."""

    kind: ClassVar[str] = "similar"
    at_least: float = 0.85
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        hits = list(situation.found(self.signals))
        yield from map(fault_at, hits)
        raw = situation.text.raw
        if hits or len(situation.text.words) < 8:
            return
        best = max((likeness(raw, other) for other in situation.context.previous_replies), default=0.0)
        if best >= self.at_least:
            yield Fault(
                0, len(raw.rstrip()), params={"percent": str(round(best * 100))}, because="previous_replies"
            )


def _names(situation: Situation) -> frozenset[str]:
    """The customer's own name: repeating it does not show that the complaint was read."""
    return frozenset(meaning(Text(situation.context.customer_name)))


def _points(complaint: Text) -> Iterator[str]:
    raw = complaint.raw
    for start in complaint.sentence_starts if complaint.words else ():
        end = complaint.sentence_end(start)
        for piece in _POINT_BREAK.split(raw[complaint.starts[start] : complaint.ends[end]]):
            if len(piece.split()) >= _SHORTEST_POINT:
                yield piece.strip(" ,;-")


def _shorten(point: str) -> str:
    return point if len(point) <= 80 else point[:79].rsplit(" ", 1)[0] + "…"
