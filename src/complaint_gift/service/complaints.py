"""Whether a conversation is a complaint, and what in it must not wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from complaint_gift.domain import Conversation, Reason
from complaint_gift.service import lexicon
from complaint_gift.service.means import Means
from complaint_gift.service.policy import Policy
from complaint_gift.service.ports import Heard
from complaint_gift.service.records import Case

AGENT = "agent"
MERGE = "merge"
TAG = "tag"
WORDS = "words"
CLASSIFIER = "classifier"
PRAISE = "praise"
THREAT = Reason.EMPLOYEE_THREATENED
# A classifier that is so sure of a question knows better than a word in it ("I am allergic to nuts, which
# cake may I have?"). Of 27 such messages that no model had seen none was a complaint.
SURE = 0.85
MOST_SHOWN = 60  # letters of the words that decided
COMPLAINT_SIGNAL = "complaint"
COMPLAINT_KINDS = frozenset(("complaint", "mixed"))
SEVERITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True, slots=True)
class Opinion:
    """`why` is tag:x, form:x, rating:x, trigger:x, words:x, classifier:0.93, merged:x, agent or nothing."""

    is_complaint: bool
    why: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a customer's message says: `why` it is a complaint ("" if it is none), and what must not wait.

    `is_complete` is False while a learned layer should have spoken and has not.
    """

    why: str = ""
    triggers: tuple[Reason, ...] = ()
    severity: str = ""
    employees: tuple[str, ...] = ()
    is_complete: bool = True


def hear(means: Means, text: str) -> Hearing:
    """A classifier decides where one has learned to; the words of policy and playbook where it is silent.

    Triggers are those of all three; see `_phrases` for when the words of the policy do not count.
    """
    if not text.strip():
        return Hearing()
    policy, heard = means.policy, means.classify(text)
    told = {signal.name for signal in means.playbook().signals(text)}
    named = told | set(heard.triggers if heard else ())
    is_praise = heard is not None and heard.is_learned and heard.kind == PRAISE
    phrases = _phrases(policy, heard)
    triggers = tuple(
        reason for reason in Reason if reason.value in named or lexicon.has_any(text, phrases.get(reason, ()))
    )
    urgent = "" if is_praise else next((one.value for one in triggers if one in policy.urgencies), "")
    if heard is None:
        return Hearing(_read_words(policy, text, told, urgent), triggers, is_complete=not means.has_learned)
    if not heard.is_learned:
        why = _read_words(policy, text, told, urgent)
        if not why and heard.kind in COMPLAINT_KINDS:
            why = _words(heard.words)
    elif heard.kind in COMPLAINT_KINDS:
        why = f"{CLASSIFIER}:{heard.score:.2f}"
    else:
        why = f"trigger:{urgent}" if urgent else ""
    # A role may be anybody: who is named is a person.
    people = tuple(name for name in heard.employees if name[:1].isupper())
    return Hearing(why, triggers, heard.severity, people, heard.is_learned or not means.has_learned)


def _phrases(policy: Policy, heard: Heard | None) -> Mapping[Reason, tuple[str, ...]]:
    """Praise is no threat whatever words it has, nor is what is surely a question; only that an employee is
    threatened no classifier hears.
    """
    if heard is None or not heard.is_learned or heard.kind in COMPLAINT_KINDS:
        return policy.triggers
    if heard.kind == PRAISE:
        return {}
    is_sure = heard.score >= SURE
    return {why: said for why, said in policy.triggers.items() if not is_sure or why is THREAT}


def _read_words(policy: Policy, text: str, told: set[str], urgent: str) -> str:
    """Why the words alone make it a complaint."""
    if urgent:
        return f"trigger:{urgent}"
    found = lexicon.find_any(text, policy.signs.phrases)
    return _words(found) if found or COMPLAINT_SIGNAL in told else ""


def _words(found: str) -> str:
    return f"{WORDS}:{found[:MOST_SHOWN]}" if found else WORDS


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
            return Opinion(True, why, CLASSIFIER if why.startswith(CLASSIFIER) else WORDS)
    return Opinion(False, "nothing", WORDS)


def worst_severity(*told: str) -> str:
    """Of several; "" when none is known."""
    known = [one for one in told if one in SEVERITIES]
    return max(known, key=SEVERITIES.index, default="")
