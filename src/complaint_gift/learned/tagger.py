"""Speech acts of a reply, sentence by sentence, each with a score between 0 and 1, parted at 0.5."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from complaint_gift.learned.calibration import Calibration
from complaint_gift.learned.heads import COMPLAINT, MOST_UNITS, REPLY
from complaint_gift.learned.passages import passages
from complaint_gift.learned.sentences import split
from complaint_gift.rules.heads import HEADS

if TYPE_CHECKING:
    from complaint_gift.learned.encoder import Encoder

Tags = Mapping[str, tuple[tuple[int, int, float], ...]]

LEAST = 0.02  # scores below say nothing and are left out
LONGEST = 20_000
COMPLAINT_PASSAGES = 2


def complaint_of(context: Any) -> str:
    """The customer's text in whatever the caller calls a context: a string, an object, nothing."""
    if isinstance(context, str):
        return context
    return str(getattr(context, "complaint_text", None) or "")


class Tagger:
    """`tag` gives for every head the sentences that may hold it: (start, end, score), in code points."""

    def __init__(self, encoder: "Encoder") -> None:
        self._encoder = encoder
        self._calibration = Calibration(HEADS, encoder.limits.get("heads", {}))

    def tag(self, text: str, context: Any = None) -> Tags:
        spans = split(text[:LONGEST])[: MOST_UNITS - COMPLAINT_PASSAGES]
        if not spans:
            return dict.fromkeys(HEADS, ())
        complaint = complaint_of(context)[:LONGEST]
        units = [(text[a:b], REPLY) for a, b in spans]
        units += [(complaint[a:b], COMPLAINT) for a, b in passages(complaint)[:COMPLAINT_PASSAGES]]
        logits, _ = self._encoder.logits(self._encoder.vectors(units), [kind for _, kind in units])
        texts = [text[a:b] for a, b in spans]
        scores = self._calibration.scores(logits[: len(spans)], texts).round(3).tolist()
        return {
            head: tuple(
                (a, b, row[at]) for (a, b), row in zip(spans, scores, strict=True) if row[at] >= LEAST
            )
            for at, head in enumerate(HEADS)
        }
