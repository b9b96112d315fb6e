"""Who hears of an escalation, step by step; whoever the complaint is about is left out."""

from __future__ import annotations

from collections.abc import Iterable

from complaint_gift.domain import Conversation
from complaint_gift.service.people import is_about, is_same
from complaint_gift.service.policy import ASSIGNEE, STAFF, Person, Policy


def first_rung(policy: Policy, start: int, about: Iterable[str], snapshot: Conversation | None) -> int:
    """Where the ladder begins: at `start`, above every step that somebody in `about` stands on."""
    about = tuple(about)
    accused = [
        index
        for index, rung in enumerate(policy.ladder)
        if any(is_about(person, about) for person in policy.people.get(rung.to, ()))
    ]
    lowest = max([start, *(index + 1 for index in accused)])
    return _reachable(policy, lowest, about, snapshot)


def next_rung(policy: Policy, rung: int, about: Iterable[str], snapshot: Conversation | None) -> int:
    """The step after `rung`; the last one again at the top."""
    return _reachable(policy, rung + 1, tuple(about), snapshot)


def people_on(policy: Policy, rung: int, about: Iterable[str], snapshot: Conversation | None) -> list[Person]:
    """Whom to tell on this step: at the top anybody who is left rather than nobody.

    A step that the policy has no more, because its ladder became shorter, is the top.
    """
    about, rung = tuple(about), min(rung, len(policy.ladder) - 1)
    found = _standing(policy, rung, about, snapshot)
    if found or rung < len(policy.ladder) - 1:
        return found
    leads = [person for name, group in policy.people.items() if name != STAFF for person in group]
    return [person for person in dict.fromkeys(leads) if not is_about(person, about)]


def _reachable(policy: Policy, lowest: int, about: tuple[str, ...], snapshot: Conversation | None) -> int:
    top = len(policy.ladder) - 1
    for index in range(min(lowest, top), top):
        if _standing(policy, index, about, snapshot) or _is_seen_by_assignee(policy, index, about, snapshot):
            return index
    return top


def _standing(
    policy: Policy, index: int, about: tuple[str, ...], snapshot: Conversation | None
) -> list[Person]:
    name = policy.ladder[index].to
    if name != ASSIGNEE:
        return [person for person in policy.people.get(name, ()) if not is_about(person, about)]
    if not _is_seen_by_assignee(policy, index, about, snapshot):
        return []
    person = policy.person(snapshot.assignee_id) if snapshot else None
    return [person] if person else []


def _is_seen_by_assignee(
    policy: Policy, index: int, about: tuple[str, ...], snapshot: Conversation | None
) -> bool:
    """The assignee sees note and tags in the helpdesk, even where we know no address."""
    return (
        policy.ladder[index].to == ASSIGNEE
        and snapshot is not None
        and bool(snapshot.assignee_id)
        and not is_same(policy, snapshot.assignee_id, about)
    )
