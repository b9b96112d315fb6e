"""Internal notes: neutral, short, no names, no blame, in the language of the conversation, and few."""

from __future__ import annotations

from datetime import timedelta

from complaint_gift.domain import ActionKind, Conversation, Reason
from complaint_gift.plugin import Can
from complaint_gift.service.language import guess_language
from complaint_gift.service.means import Means
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction


def write_note(
    tx: Transaction, outbox: Outbox, means: Means, snapshot: Conversation, reason: Reason, escalation: int
) -> bool:
    """False when notes are off, the helpdesk has none, or enough were written: the fourth loop guard."""
    policy, now = means.policy, outbox.now
    if not policy.notes.write or not means.can(snapshot.source, Can.NOTE):
        return False
    recent = tx.count_notes(snapshot.source, snapshot.id, now - policy.limits.notes_apart.wall)
    today = tx.count_notes(snapshot.source, snapshot.id, now - timedelta(days=1))
    if recent or today >= policy.limits.notes:
        return False
    text = policy.notes.text(reason, conversation_language(tx, means, snapshot))
    outbox.add(ActionKind.NOTE, snapshot.source, snapshot.id, f"escalation:{escalation}", {"text": text})
    return True


def conversation_language(tx: Transaction, means: Means, snapshot: Conversation) -> str:
    """What its people write in."""
    row = tx.find_conversation(snapshot.source, snapshot.id)
    texts = [stored.message.text for stored in tx.messages(row.id)] if row else []
    return guess_language([*texts, snapshot.subject], means.policy.language)
