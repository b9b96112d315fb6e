"""Tells a customer at once that the complaint has come, where the source can: once a day at most."""

from __future__ import annotations

from datetime import timedelta

from complaint_gift.domain import ActionKind, Role
from complaint_gift.plugin import Can
from complaint_gift.service.contexts import Facts
from complaint_gift.service.language import guess_language
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction
from complaint_gift.service.turns import find_waiting

AT_MOST_EVERY = timedelta(days=1)


def acknowledge(tx: Transaction, outbox: Outbox, means: Means, facts: Facts) -> bool:
    """False when nobody waits, somebody of ours has answered, or this customer was told lately."""
    snapshot = facts.snapshot
    if not means.can(snapshot.source, Can.ACKNOWLEDGE) or not snapshot.requester_id:
        return False
    waiting = find_waiting(facts.messages)
    if waiting is None or waiting.message.author.id != snapshot.requester_id:
        return False
    author = waiting.message.author
    if author.role is not Role.CUSTOMER or facts.case is None or facts.case.answered_at is not None:
        return False
    since = outbox.now - AT_MOST_EVERY
    if tx.count_acknowledged(snapshot.source, snapshot.requester_id, since):
        return False
    payload = {
        "to": author.account or author.id,
        "name": author.name,
        "subject": snapshot.subject,
        "answers": waiting.message.id,
        "language": guess_language([waiting.message.text, snapshot.subject], means.policy.language),
    }
    outbox.add(ActionKind.ACKNOWLEDGE, snapshot.source, snapshot.id, "acknowledge", payload)
    return True
