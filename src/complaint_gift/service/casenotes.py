"""Internal notes: neutral, short, no names, no blame, in the language of the conversation, and few."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaint_gift.domain import ActionKind, Conversation, Reason
from complaint_gift.plugin import Can
from complaint_gift.service.language import guess_language
from complaint_gift.service.means import Means
from complaint_gift.service.notices import words
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import ActionRow

_MOST = 100


def write_note(
    tx: Transaction,
    outbox: Outbox,
    means: Means,
    snapshot: Conversation,
    reason: Reason,
    escalation: int,
    about: str = "",
    since: datetime | None = None,
) -> bool:
    """False when notes are off, the helpdesk has none, or enough were written: the fourth loop guard.

    A note on what a note is `about` already takes its place where the helpdesk can do that. What was seen
    at `since` and understood only now needs no note that says what another one has said since then.
    """
    policy, now = means.policy, outbox.now
    if not policy.notes.write or not means.can(snapshot.source, Can.NOTE):
        return False
    earlier = _earlier(tx, means, snapshot, about)
    recent = _recent(tx, snapshot, reason, now - policy.limits.notes_apart.wall)
    today = tx.count_notes(snapshot.source, snapshot.id, now - timedelta(days=1))
    if not earlier and (recent or today >= policy.limits.notes):
        return False
    text = policy.notes.text(reason, conversation_language(tx, means, snapshot))
    if since is not None and not earlier and _is_said(tx, snapshot, text, since):
        return False
    _add(outbox, snapshot, f"escalation:{escalation}", text, about, earlier)
    return True


def renew_note(
    tx: Transaction, outbox: Outbox, means: Means, snapshot: Conversation, about: str, reason: Reason | None
) -> None:
    """What a note is about was edited: it says so instead of a second one. `reason` None: all is well now."""
    earlier = _earlier(tx, means, snapshot, about)
    if not earlier or not means.policy.notes.write:
        return
    language = conversation_language(tx, means, snapshot)
    mended = str((words().get(language) or words()["en"])["mended"])
    text = means.policy.notes.text(reason, language) if reason else mended
    if earlier[0].action.payload.get("text") != text:
        _add(outbox, snapshot, f"renewed:{earlier[0].action.id}", text, about, earlier)


def conversation_language(tx: Transaction, means: Means, snapshot: Conversation) -> str:
    """What its people write in."""
    row = tx.find_conversation(snapshot.source, snapshot.id)
    texts = [stored.message.text for stored in tx.messages(row.id)] if row else []
    return guess_language([*texts, snapshot.subject], means.policy.language)


def _recent(tx: Transaction, snapshot: Conversation, reason: Reason, since: datetime) -> bool:
    """Whether the conversation got a note of this sort just now.

    What our reply does wrong is told though the complaint itself was noted a moment ago, and the other way
    round: which of them is heard of first must not matter.
    """
    known = tx.actions(source=snapshot.source, conversation=snapshot.id, kind=ActionKind.NOTE, limit=_MOST)
    of_reply = reason is Reason.VIOLATION_SENT
    return any(one.created_at >= since and _is_of_reply(one) is of_reply for one in known)


def _is_said(tx: Transaction, snapshot: Conversation, text: str, since: datetime) -> bool:
    known = tx.actions(source=snapshot.source, conversation=snapshot.id, kind=ActionKind.NOTE, limit=_MOST)
    return any(one.created_at >= since and one.action.payload.get("text") == text for one in known)


def _is_of_reply(note: ActionRow) -> bool:
    return str(note.action.payload.get("about", "")).startswith(Reason.VIOLATION_SENT.value)


def _earlier(tx: Transaction, means: Means, snapshot: Conversation, about: str) -> list[ActionRow]:
    """Notes about the same, the newest first; none where the helpdesk cannot change a note."""
    if not about or not means.can(snapshot.source, Can.EDIT):
        return []
    known = tx.actions(source=snapshot.source, conversation=snapshot.id, kind=ActionKind.NOTE, limit=_MOST)
    return [one for one in known if one.action.payload.get("about") == about]


def _add(
    outbox: Outbox, snapshot: Conversation, cause: str, text: str, about: str, earlier: list[ActionRow]
) -> None:
    payload: dict[str, object] = {"text": text, "about": about}
    if earlier:
        payload["replaces"] = [one.action.mark for one in earlier]
    outbox.add(ActionKind.NOTE, snapshot.source, snapshot.id, cause, payload)
