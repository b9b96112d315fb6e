"""Brings a conversation into the store as the helpdesk has it now, and has it judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from complaint_gift.domain import Conversation, Message, Role, Visibility
from complaint_gift.service.casework import News, judge
from complaint_gift.service.complaints import Opinion, hear
from complaint_gift.service.escalating import annotate, close_all
from complaint_gift.service.gaps import close
from complaint_gift.service.means import Means
from complaint_gift.service.notices import words
from complaint_gift.service.outbox import Outbox
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import StoredConversation

DELETED = "deleted"
SPAM = "spam"


class Outdated(Exception):
    """Somebody else saved a newer state while we fetched: fetch again."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the helpdesk has (None: gone); the version of our row and the newest delivery before we asked."""

    source: str
    conversation: str
    version: int
    after: int
    snapshot: Conversation | None


def fetch(means: Means, source_name: str, conversation: str) -> Fetched:
    """Outside any transaction. Raises Refused or Unreachable."""
    source, plugin = means.source(source_name)
    with means.store.reading() as tx:
        row = tx.find_conversation(source_name, conversation)
        after = tx.newest_delivery()
    snapshot = plugin.fetch(conversation, source, means.client(source_name))
    listen(means, snapshot.messages if snapshot else ())
    return Fetched(source_name, conversation, row.version if row else 0, after, snapshot)


def listen(means: Means, messages: Iterable[Message]) -> None:
    """Hear now what is heard inside a transaction: there everybody else would wait for it.

    A classifier is asked once and remembered; rules for the language of a message are loaded.
    """
    for message in messages:
        if message.author.role is Role.CUSTOMER and message.visibility is not Visibility.INTERNAL:
            hear(means, message.text)


def is_known(means: Means, source_name: str, conversation: str, delivery: int) -> bool:
    """Whether this conversation was asked for after that delivery came: then all it announced is here.

    Counted in ids and not in time, so that clocks of several machines need not agree.
    """
    with means.store.reading() as tx:
        row = tx.find_conversation(source_name, conversation)
    return row is not None and row.deleted_at is None and row.fetched_after >= delivery


def absorb(
    tx: Transaction, outbox: Outbox, means: Means, fetched: Fetched, merged: Opinion | None = None
) -> None:
    """Save it and judge it. Raises Outdated when our row has moved on since `fetch`."""
    row = tx.lock_conversation(fetched.source, fetched.conversation)
    if row.version != fetched.version:
        raise Outdated(fetched.conversation)
    if fetched.snapshot is None:
        forget(tx, outbox, means, row, DELETED)
        return
    known = {stored.version_id for stored in tx.messages(row.id)}
    # The row is ours by the name we asked for, whatever the helpdesk calls it.
    snapshot = replace(fetched.snapshot, source=fetched.source, id=fetched.conversation)
    tx.save_conversation(row.id, replace(snapshot, messages=()), fetched.after)
    for message in snapshot.messages:
        tx.save_message(row.id, message, outbox.now)
    if snapshot.is_whole:
        _redact_gone(tx, row, snapshot)
    fresh = frozenset(s.version_id for s in tx.messages(row.id) if s.version_id not in known)
    reasons = {message.id: message.waiver for message in snapshot.messages if message.waiver}
    current = replace(row, snapshot=replace(snapshot, messages=()), deleted_at=None)
    judge(tx, outbox, means, current, News(fresh, reasons, merged))


def _redact_gone(tx: Transaction, row: StoredConversation, snapshot: Conversation) -> None:
    """Deleted at the source, although nobody told us."""
    there = {message.id for message in snapshot.messages}
    for stored in tx.messages(row.id):
        if stored.message.id not in there and not stored.redacted:
            tx.redact_message(row.id, stored.message.id)


def forget(tx: Transaction, outbox: Outbox, means: Means, row: StoredConversation, reason: str) -> None:
    """The source deleted it: no word of it stays, nothing about it is watched.

    Its escalations wait on and say why; those of spam are resolved in our name, each with its audit entry.
    """
    if row.deleted_at is None:
        tx.mark_deleted(row.id, outbox.now)
    tx.purge_conversation(row.id)
    case = tx.case(row.id)
    if case is not None:
        ended = case.closed_at or outbox.now
        tx.save_case(close(replace(case, look_at=None, waiting_since=None, closed_at=ended)))
    if reason == SPAM:
        close_all(tx, outbox, means, row, reason)
    else:
        annotate(tx, outbox, row, words()[means.policy.language]["deleted"])
