"""Promises told to a customer: what, by when, by whom, each with its place in the reply."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from complaint_gift.domain import Promise
from complaint_gift.promises.calendar import Calendar, OfficeHours
from complaint_gift.promises.times import When, find_times
from complaint_gift.promises.vocabulary import vocabularies
from complaint_gift.rules.phrases import Classes
from complaint_gift.rules.signals import Counts, Part, Phrase, SignalFinder
from complaint_gift.text import Text

__all__ = ["Calendar", "OfficeHours", "When", "find_promises", "find_times"]

_COMMITMENT = "commitment"
_VAGUE = "vague"


def find_promises(
    text: str, *, sent_at: datetime, calendar: Calendar | None = None, author: str = ""
) -> list[Promise]:
    """The promises of a plain text, in its order; offsets are code points of `text`.

    A promise is a commitment with a time. `what` is its sentence, `due_at` the last moment meant (UTC), `who`
    the person named in the sentence, else `author` for "I", else "" (the company). `sent_at` must be aware.
    """
    if sent_at.tzinfo is None:
        raise ValueError("sent_at has no time zone; give an aware datetime")
    read = Text(text)
    hours = calendar or OfficeHours()
    hits = _finder().find(read)
    found = []
    for number, first in enumerate(read.sentence_starts):
        said = [hit for hit in hits if hit.sentence == number]
        if not any(hit.signal == _COMMITMENT for hit in said):
            continue
        if any(hit.signal == _VAGUE for hit in said):
            continue
        last = read.sentence_end(first)
        start, end = read.starts[first], _end(text, read.ends[last])
        times = [
            (start + when.start, start + when.end, when.due)
            for when in find_times(text[start:end], sent_at, hours)
        ]
        times = [when for when in times if not any(a <= when[0] < b for a, b in read.quotes)]
        if times and not read.is_question(first):
            due = max(when[2] for when in times)
            found.append(Promise(text[start:end], due, _who(read, first, last, author), start, end))
    return found


def _end(text: str, end: int) -> int:
    while end < len(text) and text[end] in ".!…":
        end += 1
    return end


def _who(read: Text, first: int, last: int, author: str) -> str:
    """A name in the sentence that is not its first word; the author for "I"."""
    named: list[str] = []
    is_mine = False
    for position in range(first, last):
        word = read.words[position]
        if word is None:
            break
        raw = read.raw[read.starts[position] : read.ends[position]]
        is_mine = is_mine or word.form in ("i", "я", "сам", "сама", "myself") or _is_first_person(word.form)
        if word.form not in _not_names() and _is_name(read, position, first):
            named.append(raw)
        elif named:
            break
    if named:
        return " ".join(named)
    return author if is_mine else ""


def _is_name(read: Text, position: int, first: int) -> bool:
    """A capital letter inside a sentence; its first word needs a surname behind it."""
    word, after = read.words[position], read.words[position + 1]
    if word is None or word.kind != "word":
        return False
    if position > first:
        return word.title
    is_capital = read.raw[read.starts[first] : read.starts[first] + 1].isupper()
    return is_capital and after is not None and after.title and after.form not in _not_names()


def _is_first_person(form: str) -> bool:
    return form.endswith(("жу", "шу", "лю", "ню", "рю", "ду", "чу", "щу", "зу", "гу")) and len(form) > 4


@cache
def _not_names() -> frozenset[str]:
    days = {word for words in vocabularies() for word in (*words.days, *words.months)}
    return frozenset(days | {"i", "я", "вы", "вас", "вам", "вами", "ваш", "ваша", "ваше", "ваши"})


@cache
def _finder() -> SignalFinder:
    counts = Counts(negated=False, quoted=False, conditional=True, counterfactual=False, question=False)
    parts = [
        Part(signal, words.language, tuple(Phrase(p, Classes()) for p in phrases), counts=counts)
        for words in vocabularies()
        for signal, phrases in ((_COMMITMENT, words.commitments), (_VAGUE, words.vague))
    ]
    return SignalFinder(parts)
