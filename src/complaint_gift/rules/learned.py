"""The learned layer's scores become signals, as the playbook says for each signal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from complaint_gift.domain import Layer
from complaint_gift.rules.signals import Hit, sentence_at
from complaint_gift.rules.signals import Learned as Speaks
from complaint_gift.text import Text, is_cyrillic

Spans = Sequence[tuple[int, int, float]]
Learned = Mapping[str, Spans]
ByLanguage = Mapping[str, Speaks]


def merged(hits: Sequence[Hit], learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> list[Hit]:
    """Hits of both layers. `either` adds, `alone` replaces, `confirms` keeps a hit only where both agree.

    Where a signal has a threshold per language, the letters of the sentence decide which one counts.
    """
    certain = {name: list(_certain(how, learned, text.raw)) for name, how in speaks.items()}
    kept = [hit for hit in hits if _stands(hit, speaks, learned, certain, text.raw)]
    covered = [(hit.signal, hit.start, hit.end) for hit in kept]
    for name, spans in certain.items():
        for start, end, score, how in spans:
            if how.decides == "confirms" or any(n == name and s < end and start < e for n, s, e in covered):
                continue
            sure = score > how.sure
            sentence = sentence_at(text, start)
            kept.append(Hit(name, start, end, sentence, Layer.LEARNED, score, sure=sure))
    return sorted(kept, key=lambda hit: (hit.start, -hit.end, hit.signal))


def decided(learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> frozenset[str]:
    """The signals about which the learned layer alone has spoken: what it did not find is not there."""
    return frozenset(
        name
        for name, by_language in speaks.items()
        if (how := _for(by_language, text.raw)).decides == "alone" and how.head in learned
    )


def _stands(
    hit: Hit,
    speaks: Mapping[str, ByLanguage],
    learned: Learned,
    certain: Mapping[str, list[tuple[int, int, float, Speaks]]],
    raw: str,
) -> bool:
    """Whether a lexical hit stands once the learned layer has spoken."""
    if hit.signal not in speaks:
        return True
    how = _for(speaks[hit.signal], raw[hit.start : hit.end])
    if how.head not in learned:
        return True
    if how.decides == "either":
        return not how.keeps or any(
            start < hit.end and hit.start < end and score >= how.keeps
            for start, end, score in learned[how.head]
        )
    agreed = any(start < hit.end and hit.start < end for start, end, _, _ in certain[hit.signal])
    return how.decides == "confirms" and agreed


def _certain(speaks: ByLanguage, learned: Learned, raw: str) -> Iterator[tuple[int, int, float, Speaks]]:
    """Spans whose score reaches the threshold of their language."""
    for head in {how.head for how in speaks.values()}:
        for start, end, score in learned.get(head, ()):
            how = _for(speaks, raw[start:end])
            if _foreign(raw[start:end]):
                continue
            if how.head == head and score >= how.threshold:
                yield start, end, score, how


def _foreign(words: str) -> bool:
    """Whether the letters are of a script that the learned layer was never taught."""
    letters = [char for char in words if char.isalpha()]
    taught = sum(is_cyrillic(char) or char < "\u0250" for char in letters)
    return taught * 2 < len(letters)


def _for(speaks: ByLanguage, words: str) -> Speaks:
    """How the learned layer speaks in the language of these words."""
    if len(speaks) > 1:
        letters = [is_cyrillic(char) for char in words if char.isalpha()]
        language = "ru" if sum(letters) * 2 > len(letters) else "en"
        if language in speaks:
            return speaks[language]
    return next(iter(speaks.values()))
