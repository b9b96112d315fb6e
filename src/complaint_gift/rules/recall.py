"""Rules that compare the reply with the complaint: was it read, and is every point answered?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from complaint_gift.rules.overlap import likeness, meaning, specifics
from complaint_gift.rules.situation import Fault, Situation, fault_at
from complaint_gift.rules.vocabulary import Shape
from complaint_gift.text import Text

_POINT_BREAK = Shape("recall", r"(?:^|\n)\s*(?:\d{1,2}[.)]|[-*•])\s|[;,]\s|\s{further}\s")
_CONTINUES = Shape("recall", r"(?:\w\w?\s)?{continues}\s")
_LEAST_POINTS = 2
_SUBSTANTIAL = 2  # meaningful words that make a clause an answer in its own right
_MANY = 6  # answers in other words for each point that looks open: nobody writes so much beside the point


@dataclass(frozen=True, slots=True)
class Recall:
    """The reply repeats `least` meaningful words of the complaint, or says enough about the case in its own.

    `specific` is how many words that other replies do not need are enough. `stop` are keys of words that show
    nothing. A hit of `signals` shows that the complaint was read, however it is worded.
    """

    kind: ClassVar[str] = "recall"
    least: int = 2
    specific: int = 4
    stop: frozenset[str] = field(default=frozenset(), repr=False)
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        if not situation.context.complaint_text or situation.has(self.signals):
            return
        stop = self.stop | _names(situation)
        asked = meaning(situation.complaint, stop, own_words=False)
        if not asked:
            return
        common = set(asked) & set(meaning(situation.text, stop))
        strong = any(key.isdigit() for key in common)
        if not situation.decided.isdisjoint(self.signals):
            # Where half the words of the complaint come back, no other wording has to be recognised.
            if not strong and len(common) < max(self.least, len(asked) / 2):
                yield Fault(missing=True)
            return
        enough = strong or len(common) >= min(self.least, len(asked))
        if not enough and len(common) + len(specifics(situation.text, stop)) < self.specific:
            yield Fault(missing=True)


@dataclass(frozen=True, slots=True)
class Points:
    """Every grievance of the complaint is taken up in the reply; the fault names one that is not.

    `stop` and `signals` as with Recall. A complaint with one grievance alone passes.
    """

    kind: ClassVar[str] = "points"
    stop: frozenset[str] = field(default=frozenset(), repr=False)
    signals: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        yield from self.signals

    def find(self, situation: Situation) -> Iterator[Fault]:
        if not situation.context.complaint_text or situation.has(self.signals):
            return
        stop = self.stop | _names(situation)
        points = _joined(_pieces(situation.complaint, stop, own_words=False))
        if len(points) < _LEAST_POINTS:
            return
        answers = _pieces(situation.text, stop, own_words=True)
        said = {key for _, keys in answers for key in keys}
        asked = {key for _, keys in points for key in keys}
        unanswered = [point for point, keys in points if not keys & said]
        # An answer in other words than the customer's: it may well be for a point that looks open.
        spare = sum(len(keys) >= _SUBSTANTIAL and not keys & asked for _, keys in answers)
        if not situation.decided.isdisjoint(self.signals):
            spare //= _MANY
        if len(unanswered) > spare:
            yield Fault(missing=True, params={"missing": _shorten(unanswered[0])})


@dataclass(frozen=True, slots=True)
class Similar:
    """A template: a slot left open (signals), or nearly the same words as in an earlier reply.

    `at_least` is the `likeness`, from 0 to 1; replies of fewer than eight words are not compared.
    """

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


def _pieces(text: Text, stop: frozenset[str], *, own_words: bool) -> list[tuple[str, set[str]]]:
    """Clauses that say something, each with its meaningful words."""
    found = []
    for start in text.sentence_starts if text.words else ():
        end = text.sentence_end(start)
        for piece in _POINT_BREAK.pattern().split(text.raw[text.starts[start] : text.ends[end]]):
            keys = set(meaning(Text(piece), stop, own_words=own_words)) if piece else set()
            if keys and " " in piece.strip():
                found.append((piece.strip(" ,;-"), keys))
    return found


def _joined(pieces: list[tuple[str, set[str]]]) -> list[tuple[str, set[str]]]:
    """A clause that hangs on the one before it is no point of its own: "a fee, which nobody mentioned"."""
    found: list[tuple[str, set[str]]] = []
    for piece, keys in pieces:
        if found and piece[0].islower() and _CONTINUES.match(piece):
            found[-1] = (found[-1][0], found[-1][1] | keys)
        else:
            found.append((piece, keys))
    return found


def _shorten(point: str) -> str:
    return point if len(point) <= 80 else point[:79].rsplit(" ", 1)[0] + "…"
