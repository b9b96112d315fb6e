"""Promises told to a customer: what, by when, by whom, each with its place in the reply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from complaint_gift.domain import Promise
from complaint_gift.promises.calendar import Calendar, OfficeHours
from complaint_gift.promises.clauses import Said, promising, spans
from complaint_gift.promises.times import When, find_times
from complaint_gift.promises.vocabulary import vocabularies
from complaint_gift.promises.who import who_of
from complaint_gift.rules.marks import Counts
from complaint_gift.rules.phrases import Classes
from complaint_gift.rules.signals import Hit, Part, Phrase, SignalFinder
from complaint_gift.text import Text

__all__ = ["Calendar", "OfficeHours", "When", "find_promises", "find_times"]

_COMMITMENT = "commitment"
_VAGUE = "vague"
_LONGEST_SENTENCE = 2_000  # code points; what is longer is no sentence that a person wrote


def find_promises(
    text: str, *, sent_at: datetime, calendar: Calendar | None = None, author: str = ""
) -> list[Promise]:
    """The promises of a plain text, in its order; offsets are code points of `text`.

    A promise is a commitment with a time. `what` is its sentence, or its part of one that promises several
    things; `due_at` the last moment meant (UTC), `who` the person named there, else `author` for "I" or
    "from me", else "" (the company). `sent_at` must be aware.
    """
    if sent_at.tzinfo is None:
        raise ValueError("sent_at has no time zone; give an aware datetime")
    read = Text(text)
    hours = calendar or OfficeHours()
    by_sentence: dict[int, list[Hit]] = {}
    for hit in _finder().find(read):
        by_sentence.setdefault(hit.sentence, []).append(hit)
    found: list[Promise] = []
    for number, said in sorted(by_sentence.items()):
        first = read.sentence_starts[number]
        if any(hit.signal == _COMMITMENT for hit in said) and not read.is_question(first):
            near = _day_before(read, number, sent_at, hours)
            found.extend(_promises(read, first, said, sent_at, hours, author, near))
    return found


def _promises(
    read: Text,
    first: int,
    said: Sequence[Hit],
    sent_at: datetime,
    hours: Calendar,
    author: str,
    near: date | None,
) -> Iterator[Promise]:
    """The promises of one sentence; a single one has the whole sentence for its words."""
    text, last = read.raw, read.sentence_end(first)
    start, end = read.starts[first], _end(read.raw, read.ends[last])
    if end - start > _LONGEST_SENTENCE:
        return
    named = (
        replace(w, start=start + w.start, end=start + w.end)
        for w in find_times(text[start:end], sent_at, hours, near)
    )
    times = [when for when in named if not read.is_quoted_at(when.start)]
    if not times:
        return
    commitments = [(hit.start, hit.end) for hit in said if hit.signal == _COMMITMENT]
    killers = [(hit.start, hit.end) for hit in said if hit.signal == _VAGUE]
    clauses = promising(read, first, last, Said(commitments, killers, times))
    dues = [max(when.due for when in clause.times) for clause in clauses]
    if len(set(dues)) == 1:
        own = min(clause.own for clause in clauses)
        yield Promise(text[start:end], dues[0], who_of(read, first, last, author, own), start, end)
        return
    parts = spans(read, first, last, clauses) if clauses else ()
    who = ""
    for clause, due, (one, other) in zip(clauses, dues, parts, strict=True):
        start, end = read.starts[one], read.ends[other - 1]
        end = _end(text, end) if other == last else end
        said_by = who_of(read, one, other, author, one)
        who = said_by or (who if clause.own < clause.first else "")
        yield Promise(text[start:end], due, who, start, end)


def _day_before(read: Text, number: int, sent_at: datetime, hours: Calendar) -> date | None:
    """The day that the sentence before names: "on Friday. He will come between nine and twelve"."""
    if not number:
        return None
    first = read.sentence_starts[number - 1]
    start, end = read.starts[first], read.ends[read.sentence_end(first)]
    if end - start > _LONGEST_SENTENCE or read.is_question(first):
        return None
    return next((when.day for when in reversed(find_times(read.raw[start:end], sent_at, hours))), None)


def _end(text: str, end: int) -> int:
    while end < len(text) and text[end] in ".!…":
        end += 1
    return end


@cache
def _finder() -> SignalFinder:
    counts = Counts(negated=False, quoted=False, conditional=True, counterfactual=False, question=False)
    parts = []
    for words in vocabularies():
        classes = Classes(words.classes)
        for signal, phrases in ((_COMMITMENT, words.commitments), (_VAGUE, (*words.vague, *words.reported))):
            said = tuple(Phrase(phrase, classes) for phrase in phrases)
            unless = (
                tuple(Phrase(phrase, classes) for phrase in words.unless) if signal == _COMMITMENT else ()
            )
            # "Cannot promise" is vague by being negated.
            how = counts if signal == _COMMITMENT else replace(counts, negated=True)
            parts.append(Part(signal, words.language, said, unless, how))
    return SignalFinder(parts)
