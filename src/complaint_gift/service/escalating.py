"""The queue of what needs a human: opened once per cause, told up the ladder, left only through a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from complaint_gift.domain import ActionKind, Conversation, Escalation, EscalationState, Reason
from complaint_gift.plugin import Can
from complaint_gift.service import ladder
from complaint_gift.service.casefacts import keep_facts
from complaint_gift.service.casenotes import write_note
from complaint_gift.service.means import Means
from complaint_gift.service.notices import reason_title
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.people import is_same
from complaint_gift.service.policy import Person
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import AuditEntry, EscalationFilter, NewEscalation, StoredConversation

_MOST = 1000
PRIORITIES = ("", "low", "normal", "high", "urgent")
OURSELVES = "complaint-gift"
# Neither of these makes a conversation more urgent in the helpdesk.
QUIET = frozenset((Reason.DELIVERY_FAILED, Reason.PROMISE_DUE))
# Whoever wrote what these are about is told as well.
TOLD_TO_AUTHOR = frozenset((Reason.VIOLATION_SENT, Reason.PROMISE_DUE))
WAITING = frozenset((EscalationState.OPEN, EscalationState.ACKNOWLEDGED))


class NotFound(LookupError):
    """There is no such escalation, conversation, delivery or action. The message is for a human."""


class AlreadyResolved(Exception):
    """Somebody was faster. The message says who."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a human is needed. `summary` holds no words of a message; `author` is whose text it is about.

    `about` are the people it is not told to, filled in when it is raised. `since` is when it was seen, where
    it was understood only later, by a second reading.
    """

    reason: Reason
    source: str
    conversation: str
    key: str
    summary: str
    about: tuple[str, ...] = ()
    author: str = ""
    since: datetime | None = None


def raise_escalation(
    tx: Transaction, outbox: Outbox, means: Means, cause: Cause, snapshot: Conversation | None
) -> int | None:
    """Open it unless the policy leaves it out or the same cause waits already; gives its id.

    `snapshot` None: nothing is changed in the helpdesk, only people are told.
    """
    urgency = means.policy.urgencies.get(cause.reason)
    if urgency is None:
        return None
    now, policy = outbox.now, means.policy
    cause = replace(cause, about=_look_up(tx, cause)[1])
    rung = ladder.first_rung(policy, urgency.start, cause.about, snapshot)
    made = tx.add_escalation(
        NewEscalation(
            reason=cause.reason,
            source=cause.source,
            conversation=cause.conversation,
            summary=cause.summary,
            key=cause.key,
            created_at=now,
            due_at=policy.hours.after(now, urgency.due),
            next_at=policy.hours.after(now, policy.ladder[rung].wait),
            rung=rung,
            about=cause.about,
        )
    )
    if made is None:
        return None
    tx.append_audit(_entry(now, OURSELVES, "escalation-opened", made, reason=cause.reason.value))
    if snapshot is not None and snapshot.status != "closed":
        change_helpdesk(tx, outbox, means, snapshot, made, cause)
    told = ladder.people_on(policy, rung, cause.about, snapshot)
    author = policy.person(cause.author) if cause.reason in TOLD_TO_AUTHOR else None
    tell(outbox, cause.source, cause.conversation, made, [*told, *([author] if author else [])], "0")
    return made


def _look_up(tx: Transaction, told: Cause | Escalation) -> tuple[Conversation | None, tuple[str, ...]]:
    """The conversation as we know it, and whom its complaint is about."""
    row = tx.find_conversation(told.source, told.conversation) if told.conversation else None
    case = tx.case(row.id) if row else None
    return row.snapshot if row else None, case.about if case else ()


def change_helpdesk(
    tx: Transaction, outbox: Outbox, means: Means, snapshot: Conversation, escalation: int, cause: Cause
) -> None:
    """Note, tag, priority, group or assignee: only what the policy wants and what is not so already.

    Tag, priority and group come with the first that waits; a person who changed them since meant it.
    """
    changes, told = means.policy.changes, (snapshot.source, snapshot.id, f"escalation:{escalation}")
    write_note(tx, outbox, means, snapshot, cause.reason, escalation, cause.key, cause.since)
    wish = _reassign(means, snapshot, cause)
    if cause.reason not in QUIET and _is_first(tx, snapshot):
        _raise_attention(outbox, means, snapshot, told)
        _escalate_there(tx, outbox, means, told, escalation, cause)
        if changes.group and snapshot.group_id != changes.group:
            wish["group_id"] = changes.group
    if wish and means.can(snapshot.source, Can.ASSIGN):
        outbox.add(ActionKind.ASSIGN, *told, wish)


def _is_first(tx: Transaction, snapshot: Conversation) -> bool:
    waiting = tx.escalations(EscalationFilter(WAITING, snapshot.source, snapshot.id), 100)
    return sum(one.reason not in QUIET for one in waiting) <= 1


def _raise_attention(
    outbox: Outbox, means: Means, snapshot: Conversation, told: tuple[str, str, str]
) -> None:
    changes, source = means.policy.changes, snapshot.source
    tag = changes.escalated_tag
    if tag and tag not in snapshot.tags and means.can(source, Can.TAG):
        outbox.add(ActionKind.TAGS, *told, {"add": [tag], "remove": []})
    is_low = PRIORITIES.index(changes.priority) > _rank(snapshot.priority)
    if is_low and means.can(source, Can.PRIORITY):
        outbox.add(ActionKind.PRIORITY, *told, {"priority": changes.priority})


def _escalate_there(
    tx: Transaction, outbox: Outbox, means: Means, told: tuple[str, str, str], escalation: int, cause: Cause
) -> None:
    """As the helpdesk itself does it, where the plugin is set up for that: a linked issue, another status."""
    made = tx.escalation(escalation) if means.can(told[0], Can.ESCALATE) else None
    if made is None:
        return
    payload = {
        "escalation": escalation,
        "reason": cause.reason.value,
        "title": reason_title(cause.reason, means.policy.language),
        "summary": cause.summary,
        "due_at": made.due_at.isoformat(),
    }
    outbox.add(ActionKind.ESCALATE, *told, payload)


def _reassign(means: Means, snapshot: Conversation, cause: Cause) -> dict[str, str]:
    policy = means.policy
    if policy.changes.reassign_accused and is_same(policy, snapshot.assignee_id, cause.about):
        start = ladder.first_rung(policy, 0, cause.about, snapshot)
        for rung in range(start, len(policy.ladder)):
            for person in ladder.people_on(policy, rung, cause.about, snapshot):
                if person.helpdesk_id:
                    return {"assignee_id": person.helpdesk_id}
    return {}


def tell(
    outbox: Outbox, source: str, conversation: str, escalation: int, people: list[Person], turn: str
) -> None:
    """One action per person and way; `turn` tells a repetition from the first time."""
    for person in dict.fromkeys(people):
        for channel, to in person.ways:
            cause = f"{escalation}:{turn}:{channel}:{to}"
            payload = {"escalation": escalation, "channel": channel, "to": to}
            outbox.add(ActionKind.NOTIFY, source, conversation, cause, payload)


def climb(tx: Transaction, outbox: Outbox, means: Means, escalation: Escalation) -> None:
    """Nobody took it in time, or it was taken and never finished: the next step hears of it."""
    policy, now = means.policy, outbox.now
    snapshot, accused = _look_up(tx, escalation)
    # Whom the customer has named since then is left out as well.
    about = tuple(dict.fromkeys((*escalation.about, *accused)))
    rung, wait = escalation.rung, policy.finish_within
    if escalation.state is EscalationState.OPEN:
        rung = ladder.next_rung(policy, escalation.rung, about, snapshot)
        wait = policy.ladder[rung].wait
    # A wait of nothing would tell the same people in every sweep.
    next_at = max(policy.hours.after(now, wait), now + timedelta(minutes=1))
    tx.save_escalation(replace(escalation, rung=rung, about=about), next_at)
    people = ladder.people_on(policy, rung, about, snapshot)
    turn = f"{rung}:{int(now.timestamp())}"
    tell(outbox, escalation.source, escalation.conversation, escalation.id, people, turn)
    tx.append_audit(_entry(now, OURSELVES, "escalation-told", escalation.id, rung=rung))


def list_escalations(means: Means, wanted: EscalationFilter, limit: int = 200) -> list[Escalation]:
    """The most urgent first."""
    with means.store.reading() as tx:
        return tx.escalations(wanted, limit)


def acknowledge(means: Means, escalation_id: int, by: str) -> Escalation:
    """Somebody takes it; taken again by another, it is theirs. Raises NotFound or AlreadyResolved."""
    now = means.now()
    with means.store.transaction() as tx:
        found = _waiting(tx, escalation_id)
        taken = replace(
            found, state=EscalationState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=_somebody(by)
        )
        tx.save_escalation(taken, means.policy.hours.after(now, means.policy.finish_within))
        tx.append_audit(_entry(now, by, "escalation-acknowledged", escalation_id))
    return taken


def resolve(means: Means, escalation_id: int, by: str, resolution: str = "") -> Escalation:
    """Somebody has dealt with it. Raises NotFound or AlreadyResolved."""
    now = means.now()
    with means.store.transaction() as tx:
        outbox = Outbox(tx, now)
        done = _finish(tx, outbox, means, _waiting(tx, escalation_id), by, resolution)
    outbox.ring(means.bell)
    return done


def close(tx: Transaction, outbox: Outbox, means: Means, key: str, by: str, resolution: str) -> None:
    """Resolve the one with this key, if it waits, because its cause is gone."""
    found = tx.escalation_waiting(key)
    if found is not None:
        _finish(tx, outbox, means, found, by, resolution)


def settle(tx: Transaction, outbox: Outbox, means: Means, number: int, by: str, resolution: str) -> None:
    """Resolve this one, if it waits, because somebody has decided what it was about; 0 is none."""
    found = tx.escalation(number) if number else None
    if found is not None and found.state is not EscalationState.RESOLVED:
        _finish(tx, outbox, means, found, by, resolution)


def close_all(tx: Transaction, outbox: Outbox, means: Means, row: StoredConversation, resolution: str) -> int:
    """Resolve whatever waits about a conversation in our own name; gives how many."""
    found = _about(tx, row)
    for escalation in found:
        _finish(tx, outbox, means, escalation, OURSELVES, resolution)
    return len(found)


def annotate(tx: Transaction, outbox: Outbox, row: StoredConversation, said: str) -> int:
    """Say something about whatever waits about a conversation, once; it waits on. Gives how many."""
    found = [one for one in _about(tx, row) if said not in one.summary]
    for escalation in found:
        summary = f"{escalation.summary} ({said})" if escalation.summary else said
        tx.annotate_escalation(escalation.id, summary)
        tx.append_audit(_entry(outbox.now, OURSELVES, "escalation-annotated", escalation.id))
    return len(found)


def _about(tx: Transaction, row: StoredConversation) -> list[Escalation]:
    return tx.escalations(EscalationFilter(WAITING, row.snapshot.source, row.snapshot.id), _MOST)


def _finish(
    tx: Transaction, outbox: Outbox, means: Means, found: Escalation, by: str, resolution: str
) -> Escalation:
    done = replace(
        found,
        state=EscalationState.RESOLVED,
        acknowledged_at=found.acknowledged_at or outbox.now,
        acknowledged_by=found.acknowledged_by or _somebody(by),
        resolved_at=outbox.now,
        resolved_by=_somebody(by),
        resolution=resolution[:2000],
    )
    tx.save_escalation(done, None)
    # What a person writes may name people; what we say ourselves is a word.
    why = {"why": resolution} if by == OURSELVES else {}
    tx.append_audit(_entry(outbox.now, by, "escalation-resolved", found.id, **why))
    _untag(tx, outbox, means, done)
    row = tx.find_conversation(done.source, done.conversation)
    case = tx.case(row.id) if row is not None and row.deleted_at is None else None
    if row is not None and case is not None:
        keep_facts(tx, outbox, means, row.snapshot, case)
    return done


def _untag(tx: Transaction, outbox: Outbox, means: Means, done: Escalation) -> None:
    """The last one resolved takes its tag along."""
    tag = means.policy.changes.escalated_tag if means.can(done.source, Can.TAG) else ""
    wanted = EscalationFilter(WAITING, done.source, done.conversation)
    row = tx.find_conversation(done.source, done.conversation)
    if not tag or not done.conversation or row is None or tx.escalations(wanted, 1):
        return
    if row.snapshot.status != "closed" and row.deleted_at is None:
        cause = f"resolved:{done.id}"
        outbox.add(ActionKind.TAGS, done.source, done.conversation, cause, {"add": [], "remove": [tag]})


def _waiting(tx: Transaction, escalation_id: int) -> Escalation:
    found = tx.escalation(escalation_id)
    if found is None:
        raise NotFound(f"there is no escalation {escalation_id}; list them to see what waits")
    if found.state is EscalationState.RESOLVED:
        raise AlreadyResolved(f"escalation {escalation_id} was resolved by {found.resolved_by or 'somebody'}")
    return found


def _somebody(by: str) -> str:
    return by.strip()[:200] or "somebody"


def _rank(priority: str) -> int:
    return PRIORITIES.index(priority) if priority in PRIORITIES else 0


def _entry(now: datetime, who: str, what: str, escalation: int, **more: object) -> AuditEntry:
    return AuditEntry(now, _somebody(who), what, {"escalation": escalation, **more})
