"""Stock words of customers' messages: what speaks without a model, and what supports it."""

from collections.abc import Iterable, Mapping
from math import exp
from typing import Final

from complaint_gift.learned import colleagues
from complaint_gift.learned.stockwords import Words, words
from complaint_gift.learned.wording import Expressions, Plain, plain

_NOTHING: Final = 0.4  # how sure an empty text is "other"
_MOST_HITS: Final = 3
_LONG: Final = 60  # words: short messages are questions and news, long ones stories
_COUNTED: Final = (
    *(("complaint", 0), ("complaint", 1), ("praise", 0), ("praise", 1)),
    *(("question", 0), ("other", 0), ("other", 1)),
)
# What each count adds to a kind, then words of harm, length and a constant: fitted on messages, then rounded.
_WEIGHTS: Final = {
    "complaint": (0.65, 1.25, -0.1, -0.5, -0.15, -0.65, -0.55, 1.5, 1.6, 0.4),
    "praise": (0.2, 0.0, 1.05, 0.9, -0.8, -0.45, -0.4, -0.25, 1.6, -0.6),
    "question": (-0.5, -0.25, -0.15, -0.1, 1.5, 0.0, -0.05, -0.2, -1.9, -0.8),
    "other": (-0.35, -1.0, -0.8, -0.3, -0.6, 1.1, 1.0, -0.1, -1.3, 1.0),
}
# A court that is denied or quoted is no threat; a burn that is "not serious" stays a burn.
_DENIABLE: Final = frozenset({"court", "regulator", "press", "asks-manager", "leaving"})


def triggers(text: str) -> frozenset[str]:
    """Triggers whose stock words occur."""
    read = plain(text).text
    found = set(_occurring(read)) | _sure(read)
    if colleagues.is_somebody_meant(text):
        found.add("names-employee")
    return frozenset(found)


def triggers_among(text: str, wanted: frozenset[str]) -> frozenset[str]:
    """Those of the wanted triggers whose stock words occur, without looking for any other."""
    return _occurring(plain(text).text, wanted)


def sure_triggers(text: str) -> frozenset[str]:
    """Triggers said so plainly that a model need not agree."""
    found = _sure(plain(text).text)
    return found | {"names-employee"} if colleagues.is_somebody_blamed(text) else found


def certain_triggers(text: str) -> frozenset[str]:
    """Those of the sure triggers that no doubt of a model takes away, such as somebody hurt or insulted."""
    found = _among(plain(text).text, "certain")
    return found | {"names-employee"} if colleagues.is_somebody_insulted_by(text) else found


def is_settled(text: str) -> bool:
    """Whether somebody says, and takes nothing of it back, that what they wrote about is over."""
    read = plain(text).text
    said = any(each.settled.found(read) for each in words())
    return said and not any(each.reopened.found(read) for each in words())


def _occurring(read: str, wanted: frozenset[str] | None = None) -> frozenset[str]:
    return frozenset(
        name
        for each in words()
        for name in each.triggers
        if (wanted is None or name in wanted) and _is_said(each, each.triggers, name, read)
    )


def _sure(read: str) -> frozenset[str]:
    return _among(read, "sure") | _among(read, "certain")


def _among(read: str, part: str) -> frozenset[str]:
    return frozenset(
        name
        for each in words()
        for name in getattr(each, part)
        if _is_said(each, getattr(each, part), name, read)
    )


def _is_said(each: Words, of: Mapping[str, Expressions], name: str, read: str) -> bool:
    if not of[name].found(read):  # the common case, and the cheap one
        return False
    clean = each.harmless[name].without(read) if name in each.harmless else read
    if name not in _DENIABLE:
        return of[name].found(clean)
    return of[name].said(clean, each.denied, each.refused, each.insisted)


def kind(text: str, is_grave: bool = False) -> tuple[str, float]:
    """Kind by weighing stock words, and its share; `is_grave`: words of harm or threat are there."""
    read = plain(text)
    if not read.spans:
        return "other", _NOTHING
    seen: list[float] = [min(_MOST_HITS, _count(name, at, read)) for name, at in _COUNTED]
    seen += [is_grave, min(len(read.spans), _LONG) / _LONG, 1]
    sums = {
        name: sum(a * b for a, b in zip(weights, seen, strict=True)) for name, weights in _WEIGHTS.items()
    }
    best = max(sums, key=lambda name: sums[name])
    return best, 1 / sum(exp(value - sums[best]) for value in sums.values())


def _count(name: str, at: int, read: Plain) -> int:
    """Different words, plain (0) or strong (1)."""
    return len({read.text[a:b] for each in words() for a, b in each.kinds[name][at].spans(read.text)})


def complaining_words(text: str) -> Iterable[str]:
    """The stock words of a complaint as they stand in the text, first ones first."""
    read = plain(text)
    hits = [hit for each in words() for found in each.kinds["complaint"] for hit in found.spans(read.text)]
    for start, end in sorted(hits):
        first, last = read.original(start, end)
        yield text[first:last]
