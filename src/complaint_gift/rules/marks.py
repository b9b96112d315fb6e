"""The marks that decide whether a match counts: negation, quotation, condition, mood."""

from __future__ import annotations

from dataclasses import dataclass

from complaint_gift.rules.matching import Match
from complaint_gift.text import Text


@dataclass(frozen=True, slots=True)
class Counts:
    """Whether a hit counts although it is negated, quoted, conditional, counterfactual, asked.

    `mood` asks for a sentence that is a "question" or a "statement"; "any" takes both.
    """

    negated: bool = False
    quoted: bool = False
    conditional: bool = True
    counterfactual: bool = True
    question: bool = True
    mood: str = "any"


COUNTS = Counts()  # where a signal says nothing of it


def silenced(match: Match, counts: Counts, text: Text) -> tuple[str, str] | None:
    """The mark that silences a match, with the word that made it; None when it counts."""
    first = match.own[0] if match.own else match.start
    if not counts.quoted and text.quotes and text.is_quoted(first):
        return "quoted", ""
    if not counts.negated and (negator := _negator(match, first, text)):
        return "negated", negator
    if not counts.conditional and text.is_conditional(first):
        return "conditional", ""
    if not counts.counterfactual and text.is_counterfactual(first):
        return "counterfactual", ""
    return _mood(first, counts, text)


def _negator(match: Match, first: int, text: Text) -> str:
    """The word that negates one of the match's own words in its first clause, "" when there is none."""
    previous = first
    for position in match.own:
        if not text.same_clause(previous, position):
            break
        previous = position
        at = text.is_negated(position, match.own)
        if at is not None:
            return text.raw[text.starts[at] : text.ends[at]]
    return ""


def _mood(first: int, counts: Counts, text: Text) -> tuple[str, str] | None:
    if counts.mood == "any" and counts.question:
        return None
    asked = text.is_question(first)
    if asked and (not counts.question or counts.mood == "statement"):
        return "question", ""
    return ("statement", "") if not asked and counts.mood == "question" else None
