"""What ended without success: seen by whoever keeps the installation, and tried again when they say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from complaint_gift.domain import Action, ActionKind
from complaint_gift.service.escalating import WAITING
from complaint_gift.service.means import Means
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import ActionState, AuditEntry, DeliveryState, EscalationFilter

# What is older has been seen by a person in the queue, or has come again with a later delivery.
RECENT = timedelta(days=7)
MOST = 1000
# These speak to a customer: too late is worse than never, and a person was told.
SPOKEN = frozenset((ActionKind.SEND, ActionKind.ACKNOWLEDGE))
# These belong to an escalation and are over with it; tags only sometimes.
CALLS = frozenset((ActionKind.NOTE, ActionKind.PRIORITY, ActionKind.ASSIGN, ActionKind.ESCALATE))


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery or action that will not be worked on any more. `what` is the kind of an action."""

    kind: Literal["delivery", "action"]
    id: int
    source: str
    state: str
    at: datetime
    error: str
    what: str = ""


def list_ended(means: Means) -> list[Ended]:
    """Those of the last days, the newest first, deliveries before actions."""
    since = means.now() - RECENT
    with means.store.reading() as tx:
        return [one for one, _ in _all(tx) if one.at >= since]


def _all(tx: Transaction) -> Iterator[tuple[Ended, Action | None]]:
    for came in (DeliveryState.UNREADABLE, DeliveryState.FAILED):
        for row in tx.deliveries(came, MOST):
            yield Ended("delivery", row.id, row.source, row.state.value, row.received_at, row.error), None
    for state in (ActionState.REFUSED, ActionState.FAILED):
        for found in tx.actions(state=state, limit=MOST):
            did = found.action
            what = (did.source, state.value, found.created_at, found.error, did.kind)
            yield Ended("action", did.id, *what), did


def try_again(means: Means, by: str) -> int:
    """Have them worked on once more, but for what speaks to customers or is settled; gives how many."""
    now, opened = means.now(), list[Ended]()
    with means.store.transaction() as tx:
        for one, action in list(_all(tx)):
            if one.at < now - RECENT or (action is not None and not _is_wanted(tx, means, action)):
                continue
            if (tx.reopen_delivery if one.kind == "delivery" else tx.retry_action)(one.id):
                opened.append(one)
        if opened:
            who = by.strip()[:200] or "somebody"
            kinds = ("delivery", "action")
            detail = {kind: [one.id for one in opened if one.kind == kind] for kind in kinds}
            tx.append_audit(AuditEntry(now, who, "tried-again", detail))
    for one in opened:
        means.bell.ring(one.kind, one.id)
    return len(opened)


def _is_wanted(tx: Transaction, means: Means, action: Action) -> bool:
    """False for what an escalation called for that somebody has dealt with since, and for what was purged."""
    if action.kind in SPOKEN or not action.payload:
        return False
    if "escalation" in action.payload:
        found = tx.escalation(int(action.payload["escalation"]))
        return found is not None and found.state in WAITING
    tags = action.payload.get("add", ())
    if action.kind not in CALLS and means.policy.changes.escalated_tag not in tags:
        return True
    return bool(tx.escalations(EscalationFilter(WAITING, action.source, action.conversation), 1))
