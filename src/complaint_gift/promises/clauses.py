"""Which clause of a sentence promises, and which times belong to it: the others tell of other events."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import pairwise

from complaint_gift.promises.times import When, fold
from complaint_gift.promises.vocabulary import Grammar, is_verb, people, vocabularies
from complaint_gift.text import Text

_ASIDE = 2  # words between commas that say how sure all of it is
_AHEAD = 80  # code points that tell whether something is still to come
_GAP = re.compile(r"[,;:()—–\n]|\s-\s")


class Kind(Enum):
    """What a clause is to its sentence."""

    MAIN = "main"  # says something by itself, or is the rest of what was said before a comma
    JOINED = "joined"  # and, but, а, и
    QUESTION = "question"  # what happened, который, courier that came
    CONDITION = "condition"
    CONTENT = "content"  # that we will call, что вернём


@dataclass(slots=True)
class Clause:
    """Positions `first` to `last` of a text; `promises` where something is committed to here."""

    first: int
    last: int
    kind: Kind
    promises: bool = False
    is_dead: bool = False
    own: int = 0  # where the words begin that tell who promises
    times: list[When] = field(default_factory=list)

    @property
    def is_dependent(self) -> bool:
        """Whether it only tells something about another clause."""
        return self.kind in (Kind.QUESTION, Kind.CONDITION)


@dataclass(frozen=True, slots=True)
class Said:
    """What was found in a sentence, in code points of the text: (start, end) each."""

    commitments: Sequence[tuple[int, int]]
    killers: Sequence[tuple[int, int]]
    times: Sequence[When]


def promising(text: Text, first: int, last: int, said: Said) -> list[Clause]:
    """The clauses of a sentence that promise something by a time, in order, with their times."""
    reading = _Reading(text, first, last, said)
    clauses = reading.clauses()
    reading.judge(clauses)
    reading.give_times(clauses)
    return [clause for clause in clauses if clause.promises and clause.times]


class _Reading:
    def __init__(self, text: Text, first: int, last: int, said: Said) -> None:
        self.text, self.first, self.last, self.said = text, first, last, said
        forms = [word.form if word is not None else "" for word in text.words[first : last + 1]]
        self.forms = {first + at: form for at, form in enumerate(forms)}
        self.starts = {self._at(start) for start, _ in said.commitments}
        self.timed = {self._at(when.start) for when in said.times}
        self.ends = sorted(self._at(end - 1) for _, end in said.commitments)

    def _at(self, offset: int) -> int:
        """The position of the word around a code point."""
        return max(self.first, bisect_right(self.text.starts, offset, self.first, self.last) - 1)

    def clauses(self) -> list[Clause]:
        """The sentence cut where a clause begins."""
        found = [Clause(self.first, self.last, self._kind(self.first) or Kind.MAIN)]
        inside = [(self._at(w.start), self._at(w.end - 1)) for w in self.said.times]
        for at in range(self.first + 1, self.last):
            if any(start < at <= end for start, end in inside):
                continue
            kind = self._opens(at, found[-1])
            if kind is not None:
                found[-1].last = at
                found.append(Clause(at, self.last, kind))
        return found

    def _opens(self, at: int, current: Clause) -> Kind | None:
        """What begins with this word; None where the clause goes on."""
        gap = self.text.gaps.get(at)
        is_cut = gap is not None and _GAP.search(gap) is not None
        kind = self._kind(at)
        if kind is Kind.CONTENT and not is_cut and not self._is_content(at):
            kind = Kind.QUESTION
        if kind in (Kind.QUESTION, Kind.CONDITION, Kind.CONTENT):
            return kind
        grammar = _grammar()
        if self.forms[at] in grammar.joiners and (is_cut or self._goes_on(at)):
            return Kind.JOINED
        if is_cut:
            return Kind.MAIN
        if self._is_bare(at):
            return Kind.QUESTION
        if at in self.starts and current.kind is Kind.QUESTION and self._has_verb(current):
            return Kind.MAIN  # the lamp you ordered will be sent
        before = self.forms[at - 1]
        is_own = at in self.starts and self.forms[at] in grammar.subjects and before not in grammar.questions
        return Kind.MAIN if is_own and current.is_dependent and at - current.first > 1 else None

    def _kind(self, at: int) -> Kind | None:
        grammar, form = _grammar(), self.forms[at]
        if form in grammar.conditions - grammar.of_times:  # if tomorrow
            return Kind.CONDITION
        if at in self.timed or at + 1 in self.timed:  # until noon, after Friday
            return None
        if form in grammar.contents:
            return Kind.CONTENT if self._is_content(at) else Kind.QUESTION
        if form in grammar.conditions:
            return Kind.CONDITION
        if form in grammar.questions and at > self.first:
            return Kind.QUESTION
        if form in grammar.questions and not is_verb(self.forms.get(at + 1, "")):
            return Kind.QUESTION
        return None

    def _is_content(self, at: int) -> bool:
        """Whether "that" introduces what is promised: a commitment follows, with a subject of its own."""
        return any(at + 2 <= end <= at + 14 for end in self.ends) and at + 1 not in self.ends

    def _goes_on(self, at: int) -> bool:
        """Whether a new commitment follows this "and", before anything else begins."""
        grammar = _grammar()
        for next_ in range(at + 1, min(at + 12, self.last)):
            if next_ in self.starts:
                return True
            if next_ <= at + 2 and is_verb(self.forms[next_]):
                return True
            gap = self.text.gaps.get(next_)
            if (gap is not None and _GAP.search(gap)) or self.forms[next_] in grammar.joiners:
                return False
        return False

    def _has_verb(self, clause: Clause) -> bool:
        return _grammar().past_verb.fullmatch(self.forms.get(clause.first + 1, "")) is not None

    def _is_bare(self, at: int) -> bool:
        """The delivery *you missed*: a pronoun and a past verb in the middle of a clause."""
        grammar = _grammar()
        if not grammar.has_bare_clauses or self.forms[at] not in grammar.subjects or at in self.starts:
            return False
        if self.forms.get(at - 1) in grammar.doing:  # we will have it fixed
            return False
        return grammar.past_verb.fullmatch(self.forms.get(at + 1, "")) is not None

    def judge(self, clauses: list[Clause]) -> None:
        """Where something is promised, and where it is only tried, or was said by somebody else."""
        self._silence(clauses)
        for index, clause in enumerate(clauses):
            clause.promises = any(clause.first <= end < clause.last for end in self.ends)
            if clause.kind is Kind.JOINED and not clause.promises:
                ahead = (self.forms.get(at, "") for at in range(clause.first + 1, clause.first + 3))
                is_open = any(c.promises for c in clauses[:index])
                clause.promises = is_open and any(map(is_verb, ahead))
            leans = clause.kind is Kind.JOINED and index and self._leans(clause)
            clause.own = clauses[index - 1].own if leans else clause.first
            if clause.is_dead or (clause.is_dependent and not self._passes_on(clauses, index)):
                clause.promises = False

    def _leans(self, clause: Clause) -> bool:
        """Whether it has no subject of its own: and will write, and come back to you."""
        after = clause.first + 1
        return not self._has_own(clause) or (after in self.starts and self.forms[after] in people("futures"))

    def _passes_on(self, clauses: list[Clause], index: int) -> bool:
        """Our billing team, who will call you: the last clause tells what somebody else will do."""
        first = clauses[index].first
        if not index or index + 1 < len(clauses) or self.forms[first] not in people("relatives"):
            return False
        if not any(first < end <= first + 4 for end in self.ends):
            return False
        is_apart = "," in self.text.gaps.get(first, "")
        if any(before.promises for before in clauses[:index]):
            return is_apart and self.forms[first] in people("relays")
        near = {self.forms.get(at) for at in range(first - 4, first)}
        return is_apart or bool(near & people("articles"))

    def _silence(self, clauses: list[Clause]) -> None:
        """What is only hoped for, tried or quoted, with what hangs on it: возможно, мастер приедет."""
        killed = [self._at(start) for start, _ in self.said.killers]
        for index, clause in enumerate(clauses):
            before = clauses[index - 1] if index else None
            clause.is_dead = any(clause.first <= at < clause.last for at in killed)
            leans = clause.kind is Kind.CONTENT or (clause.kind is Kind.JOINED and not self._has_own(clause))
            if before is not None and before.is_dead and leans:
                clause.is_dead = True
            is_aside = before is not None and before.kind in (Kind.MAIN, Kind.JOINED)
            if before is not None and before.is_dead and is_aside and clause.kind is Kind.MAIN:
                clause.is_dead = clause.is_dead or before.last - before.first <= _ASIDE
        if len(clauses) > 1 and clauses[-1].is_dead and clauses[-1].last - clauses[-1].first <= _ASIDE:
            clauses[-2].is_dead = True

    def _has_own(self, clause: Clause) -> bool:
        """Whether a clause after "and" has a commitment with its own beginning."""
        return any(clause.first <= start < clause.last for start in self.starts)

    def give_times(self, clauses: list[Clause]) -> None:
        """Every time to the clause that promises by it; to none if it is the time of something else."""
        firsts = [clause.first for clause in clauses]
        for when in self.said.times:
            index = bisect_right(firsts, self._at(when.start)) - 1
            owner = self._owner(clauses, index, when)
            if owner is not None and not (when.is_length and self._is_awaited(clauses, owner, when)):
                owner.times.append(when)

    def _is_awaited(self, clauses: list[Clause], owner: Clause, when: When) -> bool:
        """Once we have it, within 5 days: a length behind what is still to come is not counted from now."""
        raw, firsts = self.text.raw, (c.first + (c.kind is Kind.JOINED) for c in clauses)
        starts = (self.text.starts[at] for at in firsts if at <= owner.first + 1)
        return any(
            start < when.start and _grammar().awaited.match(fold(raw[start : start + _AHEAD]))
            for start in starts
        )

    def _owner(self, clauses: list[Clause], index: int, when: When) -> Clause | None:
        clause = clauses[index]
        if clause.promises:
            return clause
        before = next((c for c in reversed(clauses[:index]) if c.promises), None)
        after = next((c for c in clauses[index + 1 :] if c.promises), None)
        words = self._rest(clause, when)
        if clause.kind is Kind.CONDITION or clause.is_dead:
            return None
        if clause.kind is Kind.QUESTION:
            is_deadline = _grammar().deadline.match(fold(self.text.raw[when.start : when.end]))
            return before if is_deadline and not _grammar().negation.search(words) else None
        follows = clauses[index + 1] if index + 1 < len(clauses) else None
        told = f"{words} {fold(self.text.raw[when.start : when.end])}"  # it takes an hour
        if words.strip() and (_grammar().own_verb.search(told) or _is_whole(follows, clause)):
            return None
        if before is None and words.strip() and after is not None and self._has_day(after):
            return None  # your wedding is on Saturday, so I'll come on Thursday
        if clause.kind is Kind.JOINED or before is None:
            return after or before
        return after if before.times and after is not None and not after.times else before

    def _has_day(self, clause: Clause) -> bool:
        return any(
            when.day and clause.first <= self._at(when.start) < clause.last for when in self.said.times
        )

    def _rest(self, clause: Clause, when: When) -> str:
        """The words of a clause without its time."""
        start, end = self.text.starts[clause.first], self.text.ends[clause.last - 1]
        if clause.kind is Kind.JOINED:
            start = self.text.ends[clause.first]
        raw = self.text.raw
        return fold(raw[start : max(start, when.start)] + " " + raw[min(end, when.end) : end])


def _is_whole(follows: Clause | None, clause: Clause) -> bool:
    """Whether "and we will" follows, so that this clause stood for itself."""
    return (
        follows is not None and follows.kind is Kind.JOINED and follows.promises and clause.kind is Kind.MAIN
    )


def spans(text: Text, first: int, last: int, clauses: Sequence[Clause]) -> Iterator[tuple[int, int]]:
    """The positions of each of several promises in a sentence: from its clause, or its time, to the next."""
    cuts = [first]
    for clause in clauses[1:]:
        start = min((when.start for when in clause.times), default=text.starts[clause.first])
        at = min(clause.first, bisect_right(text.starts, start, first, last) - 1)
        cuts.append(max(at, cuts[-1] + 1))
    cuts.append(last)
    for start, end in pairwise(cuts):
        at = start
        while (
            at + 1 < end
            and text.words[at] is not None
            and at > first
            and _form(text, at) in _grammar().joiners
        ):
            at += 1
        yield at, end


def _form(text: Text, at: int) -> str:
    word = text.words[at]
    return word.form if word is not None else ""


@cache
def _grammar() -> Grammar:
    """The small words of all languages together: no two share one that means another thing."""
    grammars = [words.grammar for words in vocabularies()]

    def united(name: str) -> frozenset[str]:
        return frozenset[str]().union(*(getattr(grammar, name) for grammar in grammars))

    def either(name: str) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{getattr(grammar, name).pattern})" for grammar in grammars))

    return Grammar(
        questions=united("questions") - united("contents"),
        conditions=united("conditions"),
        of_times=united("of_times"),
        contents=united("contents"),
        joiners=united("joiners"),
        subjects=united("subjects"),
        past_verb=either("past_verb"),
        own_verb=either("own_verb"),
        deadline=either("deadline"),
        awaited=either("awaited"),
        negation=either("negation"),
        has_bare_clauses=any(grammar.has_bare_clauses for grammar in grammars),
        doing=united("doing"),
    )
