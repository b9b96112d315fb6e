"""Whether a conversation is a complaint, and what in it must not wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from complaint_gift.domain import Conversation, Reason
from complaint_gift.service import lexicon
from complaint_gift.service.policy import Policy
from complaint_gift.service.ports import Book, Classifier
from complaint_gift.service.records import Case

AGENT = "agent"
MERGE = "merge"
TAG = "tag"
COMPLAINT_SIGNAL = "complaint"
COMPLAINT_KINDS = frozenset(("complaint", "mixed"))
SEVERITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True, slots=True)
class Opinion:
    """`why` is tag:x, form:x, rating:x, trigger:x, words, classifier:0.93, merged:x, agent or nothing."""

    is_complaint: bool
    why: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a customer's message says: `why` it is a complaint ("" if it is none), and what must not wait."""

    why: str = ""
    triggers: tuple[Reason, ...] = ()
    severity: str = ""
    employees: tuple[str, ...] = ()


def hear(policy: Policy, text: str, book: Book, classifier: Classifier | None) -> Hearing:
    """Words of the policy, signals of the playbook, and what a classifier hears where there is one."""
    if not text.strip():
        return Hearing()
    heard = classifier.classify(text) if classifier is not None else None
    told = {signal.name for signal in book.signals(text)}
    named = told | set(heard.triggers if heard else ())
    triggers = tuple(
        reason
        for reason in Reason
        if reason.value in named or lexicon.has_any(text, policy.triggers.get(reason, ()))
    )
    why = ""
    if any(reason in policy.urgencies for reason in triggers):
        why = f"trigger:{triggers[0].value}"
    elif COMPLAINT_SIGNAL in told or lexicon.has_any(text, policy.signs.phrases):
        why = "words"
    elif heard and heard.kind in COMPLAINT_KINDS:
        why = f"classifier:{heard.score:.2f}"
    return Hearing(why, triggers, heard.severity if heard else "", heard.employees if heard else ())


def decide(
    policy: Policy,
    snapshot: Conversation,
    hearings: Iterable[Hearing],
    case: Case | None,
    hint: Opinion | None = None,
) -> Opinion:
    """What the first that speaks says; once a complaint, only a person or a tag takes it back:
    one that says so, or the one that made it a complaint when it is removed.

    `hint` is what a person says right now, or what a conversation merged into this one brings along.
    """
    if hint is not None and hint.decided_by.startswith(AGENT):
        return hint
    if case is not None and case.decided_by.startswith(AGENT):
        return Opinion(case.is_complaint, case.why, case.decided_by)
    signs, tags = policy.signs, {tag.casefold() for tag in snapshot.tags}
    if off := sorted(tags & signs.not_tags):
        return Opinion(False, f"tag:{off[0]}", TAG)
    untagged = case is not None and case.decided_by == TAG and not tags & signs.tags
    if case is not None and case.is_complaint and not untagged:
        return Opinion(True, case.why, case.decided_by)
    if hint is not None:
        return hint
    for kind, said, known in (
        (TAG, sorted(tags), signs.tags),
        ("form", [snapshot.form.casefold()], signs.forms),
        ("rating", [snapshot.rating.casefold()], signs.ratings),
    ):
        if found := [one for one in said if one in known]:
            return Opinion(True, f"{kind}:{found[0]}", kind)
    for why in (hearing.why for hearing in hearings):
        if why:
            return Opinion(True, why, "classifier" if why.startswith("classifier") else "words")
    return Opinion(False, "nothing", "words")


def worst_severity(*told: str) -> str:
    """Of several; "" when none is known."""
    known = [one for one in told if one in SEVERITIES]
    return max(known, key=SEVERITIES.index, default="")
