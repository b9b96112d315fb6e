"""The learned layer's scores become signals, as the playbook says for each signal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from complaint_gift.domain import Layer
from complaint_gift.rules.heads import FAULTS
from complaint_gift.rules.overlap import keys_of
from complaint_gift.rules.signals import Dropped, Hit, in_order, sentence_at
from complaint_gift.rules.signals import Learned as Speaks
from complaint_gift.text import Text, is_cyrillic

Spans = Sequence[tuple[int, int, float]]
Learned = Mapping[str, Spans]
ByLanguage = Mapping[str, Speaks]
Said = tuple[int, int, float, Speaks]  # start, end, score and how it counts there

TAUGHT = frozenset(("en", "ru"))
TERSE, TERSE_IF_EMPTY = 2, 4  # words; the latter where none has a meaning of its own


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the learned layer thinks of some words: its best score there and the line this has to reach.

    `key` says which key of `how` draws the line.
    """

    start: int
    end: int
    score: float
    line: float
    key: str
    how: Speaks


def merged(
    hits: Sequence[Hit],
    learned: Learned,
    speaks: Mapping[str, ByLanguage],
    text: Text,
    dropped: list[Dropped] | None = None,
) -> list[Hit]:
    """Hits of both layers. `either` adds, `alone` replaces, `confirms` keeps a hit only where both agree.

    Where a signal has a threshold per language, the letters of the sentence decide which one counts.
    Words that the learned layer silences go to `dropped` if given.
    """
    certain = {name: list(_certain(how, learned, text.raw)) for name, how in speaks.items()}
    kept = []
    for hit in hits:
        if _stands(hit, speaks, learned, certain, text.raw):
            kept.append(hit)
        elif dropped is not None:
            dropped.append(
                Dropped(hit, "doubted", _for(speaks[hit.signal], text.raw[hit.start : hit.end]).head)
            )
    kept.extend(_alone(kept, certain, text, dropped))
    return in_order(kept)


def _alone(
    kept: Sequence[Hit], certain: Mapping[str, list[Said]], text: Text, dropped: list[Dropped] | None
) -> list[Hit]:
    """What the learned layer hears where no words of the signal stand."""
    found = []
    for name, spans in certain.items():
        for start, end, score, how in spans:
            near = [hit for hit in kept if hit.start < end and start < hit.end]
            if how.decides == "confirms" or any(hit.signal == name for hit in near):
                continue
            hit = Hit(name, start, end, sentence_at(text, start), Layer.LEARNED, score, sure=score > how.sure)
            spared_by = next((one.signal for one in near if one.signal in how.spared_by), None)
            terse = how.head in FAULTS and _is_terse(text.raw[start:end])
            if spared_by is None and not terse:
                found.append(hit)
            elif dropped is not None:
                dropped.append(Dropped(hit, "spared", spared_by) if spared_by else Dropped(hit, "terse", ""))
    return found


def _is_terse(words: str) -> bool:
    """Whether a sentence says too little to be a fault by itself: "Done!", "They did not.", "It was us."

    What it means depends on what was asked, so the model guesses: it accused a third of a hundred harmless
    answers so short, while of the faults in the corpus one in two hundred rests on so few words.
    """
    count = len(words.split())
    return count <= TERSE or (
        count <= TERSE_IF_EMPTY and not any(word and keys_of(word) for word in Text(words).words)
    )


def decided(learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> frozenset[str]:
    """The signals about which the learned layer alone has spoken: what it did not find is not there."""
    return frozenset(_asked("alone", learned, speaks, text))


def confirmed(learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> frozenset[str]:
    """The signals whose words stand where the learned layer agrees, after it was asked."""
    return frozenset(_asked("confirms", learned, speaks, text))


def _asked(decides: str, learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> Iterator[str]:
    for name, by_language in speaks.items():
        how = _for(by_language, text.raw)
        if how.decides == decides and how.head in learned:
            yield name


def opinion(hit: Hit, learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> Opinion | None:
    """What the learned layer thinks of a hit; None where it is not asked."""
    if hit.signal not in speaks:
        return None
    how = _for(speaks[hit.signal], text.raw[hit.start : hit.end])
    alone = hit.layer is Layer.LEARNED
    if how.head not in learned or (how.decides == "either" and not how.keeps and not alone):
        return None
    key = "keeps" if how.decides == "either" and not alone else "threshold"
    touched = [span for span in learned[how.head] if span[0] < hit.end and hit.start < span[1]]
    start, end, score = max(touched, key=lambda span: span[2], default=(hit.start, hit.end, 0.0))
    return Opinion(start, end, score, getattr(how, key), key, how)


def nearest(name: str, learned: Learned, speaks: Mapping[str, ByLanguage], text: Text) -> Opinion | None:
    """The sentence that comes nearest to a signal; None where the learned layer is not asked about it."""
    by_language = speaks.get(name, {})
    if not any(how.head in learned for how in by_language.values()):
        return None
    best: Opinion | None = None
    for head in {how.head for how in by_language.values()}:
        for start, end, score in learned.get(head, ()):
            how = _for(by_language, text.raw[start:end])
            if how.head == head and (best is None or score > best.score):
                best = Opinion(start, end, score, how.threshold, "threshold", how)
    how = _for(by_language, text.raw)
    return best or Opinion(0, 0, 0.0, how.threshold, "threshold", how)


def _stands(
    hit: Hit,
    speaks: Mapping[str, ByLanguage],
    learned: Learned,
    certain: Mapping[str, list[Said]],
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


def _certain(speaks: ByLanguage, learned: Learned, raw: str) -> Iterator[Said]:
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
