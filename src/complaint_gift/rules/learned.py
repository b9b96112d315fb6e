"""The learned layer's scores become signals, as the playbook says for each signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from complaint_gift.domain import Layer
from complaint_gift.rules.signals import Hit, sentence_at
from complaint_gift.rules.signals import Learned as Speaks
from complaint_gift.text import Text

Spans = Sequence[tuple[int, int, float]]
Learned = Mapping[str, Spans]


def merged(hits: Sequence[Hit], learned: Learned, speaks: Mapping[str, Speaks], text: Text) -> list[Hit]:
    """Hits of both layers. `either` adds, `alone` replaces, `confirms` keeps a hit only where both agree."""
    certain = {name: _certain(learned.get(how.head, ()), how.threshold) for name, how in speaks.items()}
    kept = [hit for hit in hits if _stands(hit, speaks.get(hit.signal), learned, certain)]
    covered = [(hit.signal, hit.start, hit.end) for hit in kept]
    for name, how in speaks.items():
        if how.decides == "confirms":
            continue
        for start, end, score in certain[name]:
            if not any(n == name and s < end and start < e for n, s, e in covered):
                kept.append(Hit(name, start, end, sentence_at(text, start), Layer.LEARNED, score))
    return sorted(kept, key=lambda hit: (hit.start, -hit.end, hit.signal))


def _agrees(hit: Hit, spans: Sequence[tuple[int, int, float]]) -> bool:
    return any(start < hit.end and hit.start < end for start, end, _ in spans)


def _stands(hit: Hit, how: Speaks | None, learned: Learned, certain: Mapping[str, Spans]) -> bool:
    """Whether a lexical hit stands once the learned layer has spoken."""
    if how is None or how.head not in learned or how.decides == "either":
        return True
    agreed = any(start < hit.end and hit.start < end for start, end, _ in certain[hit.signal])
    return how.decides == "confirms" and agreed


def _certain(scores: Spans, threshold: float) -> Spans:
    return [(start, end, score) for start, end, score in scores if score >= threshold]
