"""Whether a conversation is a complaint, and what in it must not wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from complaint_gift.domain import Conversation, Reason
from complaint_gift.service import lexicon
from complaint_gift.service.policy import Policy
from complaint_gift.service.ports import Book, Classifier
from complaint_gift.service.records import Case

AGENT = "agent"
COMPLAINT_SIGNAL = "complaint"


@dataclass(frozen=True, slots=True)
class Opinion:
    """`why` is tag:x, form:x, rating:x, trigger:x, words, classifier:0.93, merged:x, agent or nothing."""

    is_complaint: bool
    why: str
    decided_by: str


def decide(
    policy: Policy,
    snapshot: Conversation,
    texts: Sequence[str],
    case: Case | None,
    book: Book,
    classifier: Classifier | None,
    hint: Opinion | None = None,
) -> Opinion:
    """What the first that speaks says; once a complaint, only a person or a tag takes it back.

    `hint` is what a person says right now, or what a conversation merged into this one brings along.
    """
    if hint is not None and hint.decided_by.startswith(AGENT):
        return hint
    if case is not None and case.decided_by.startswith(AGENT):
        return Opinion(case.is_complaint, case.why, case.decided_by)
    signs, tags = policy.signs, {tag.casefold() for tag in snapshot.tags}
    if off := sorted(tags & signs.not_tags):
        return Opinion(False, f"tag:{off[0]}", "tag")
    if case is not None and case.is_complaint:
        return Opinion(True, case.why, case.decided_by)
    if hint is not None:
        return hint
    for kind, said, known in (
        ("tag", sorted(tags), signs.tags),
        ("form", [snapshot.form.casefold()], signs.forms),
        ("rating", [snapshot.rating.casefold()], signs.ratings),
    ):
        if found := [one for one in said if one in known]:
            return Opinion(True, f"{kind}:{found[0]}", kind)
    return _read(policy, texts, book, classifier)


def _read(policy: Policy, texts: Sequence[str], book: Book, classifier: Classifier | None) -> Opinion:
    for text in texts:
        if reasons := find_triggers(policy, text, book):
            return Opinion(True, f"trigger:{reasons[0].value}", "words")
        if lexicon.has_any(text, policy.signs.phrases) or COMPLAINT_SIGNAL in _signals(book, text):
            return Opinion(True, "words", "words")
    if classifier is not None:
        for text in texts:
            answer = classifier.is_complaint(text)
            if answer is not None and answer[0]:
                return Opinion(True, f"classifier:{answer[1]:.2f}", "classifier")
    return Opinion(False, "nothing", "words")


def find_triggers(policy: Policy, text: str, book: Book) -> list[Reason]:
    """What in a customer's message a person must see soon, in the order of the reasons."""
    known = {reason.value for reason in Reason}
    told = _signals(book, text) & known
    return [
        reason
        for reason in Reason
        if reason.value in told or lexicon.has_any(text, policy.triggers.get(reason, ()))
    ]


def _signals(book: Book, text: str) -> set[str]:
    return {signal.name for signal in book.signals(text)} if text.strip() else set()
