"""What ended without success: seen by whoever keeps the installation, and tried again when they say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from complaint_gift.domain import ActionKind
from complaint_gift.service.means import Means
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import ActionState, AuditEntry, DeliveryState

# What is older has been seen by a person in the queue, or has come again with a later delivery.
RECENT = timedelta(days=7)
MOST = 1000
# These speak to a customer: too late is worse than never, and a person was told.
SPOKEN = frozenset((ActionKind.SEND, ActionKind.ACKNOWLEDGE))


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

    @property
    def is_repeatable(self) -> bool:
        return self.what not in SPOKEN


def list_ended(means: Means) -> list[Ended]:
    """Those of the last days, the newest first, deliveries before actions."""
    since = means.now() - RECENT
    with means.store.reading() as tx:
        return [one for one in _all(tx) if one.at >= since]


def _all(tx: Transaction) -> Iterator[Ended]:
    for came in (DeliveryState.UNREADABLE, DeliveryState.FAILED):
        for row in tx.deliveries(came, MOST):
            yield Ended("delivery", row.id, row.source, row.state.value, row.received_at, row.error)
    for state in (ActionState.REFUSED, ActionState.FAILED):
        for found in tx.actions(state=state, limit=MOST):
            did = found.action
            yield Ended("action", did.id, did.source, state.value, found.created_at, found.error, did.kind)


def try_again(means: Means, by: str) -> int:
    """Have them worked on once more, but for what speaks to customers; gives how many."""
    wanted = [one for one in list_ended(means) if one.is_repeatable]
    opened: list[Ended] = []
    with means.store.transaction() as tx:
        for one in wanted:
            if (tx.reopen_delivery if one.kind == "delivery" else tx.retry_action)(one.id):
                opened.append(one)
        if opened:
            who = by.strip()[:200] or "somebody"
            detail = {kind: [one.id for one in opened if one.kind == kind] for kind in ("delivery", "action")}
            tx.append_audit(AuditEntry(means.now(), who, "tried-again", detail))
    for one in opened:
        means.bell.ring(one.kind, one.id)
    return len(opened)
