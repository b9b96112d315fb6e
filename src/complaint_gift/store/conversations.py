"""Conversations and their messages, and how their words are taken away again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, select, update

from complaint_gift.domain import ActionKind, Author, Conversation, Message, Role, Visibility
from complaint_gift.service.records import (
    ActionState,
    DeliveryState,
    StoredConversation,
    StoredMessage,
    hash_text,
)
from complaint_gift.store import tables as t
from complaint_gift.store.columns import storable
from complaint_gift.store.rows import Rows

_SNAPSHOT = (
    "subject", "brand", "channel", "status", "priority", "form", "rating", "requester_id", "assignee_id",
    "group_id", "url", "updated_at",
)  # fmt: skip
_STAFF = (Role.AGENT, Role.MANAGER)
_IS_NEWEST = (t.message_version.c.message_id == t.message.c.id) & (
    t.message_version.c.number == t.message.c.number
)
# Written once: to build a statement costs more than to run it.
_NAMED = select(t.conversation).where(
    t.conversation.c.source == bindparam("wanted_source"),
    t.conversation.c.external_id == bindparam("wanted_id"),
)
_PLACES = (
    select(t.message.c.external_id, t.conversation.c.external_id)
    .select_from(t.message.join(t.conversation))
    .where(
        t.conversation.c.source == bindparam("wanted_source"),
        t.message.c.external_id.in_(bindparam("wanted_ids", expanding=True)),
    )
)


class Conversations(Rows):
    """See service.transaction.Conversations."""

    def find_conversation(self, source: str, external_id: str) -> StoredConversation | None:
        """None when there is no row."""
        found = self._db.execute(_NAMED, {"wanted_source": source, "wanted_id": external_id}).one_or_none()
        return None if found is None else _conversation(found)

    def lock_conversation(self, source: str, external_id: str) -> StoredConversation:
        """Get it or make its row, ours alone until the transaction ends."""
        self._insert(t.conversation, {"source": source, "external_id": external_id, "tags": []})
        return _conversation(self._db.execute(_named(source, external_id).with_for_update()).one())

    def whereabouts(self, source: str, messages: Sequence[str]) -> dict[str, str]:
        """See service.transaction.Conversations.whereabouts."""
        found = self._db.execute(_PLACES, {"wanted_source": source, "wanted_ids": list(messages)})
        return {row[0]: row[1] for row in found}

    def conversation_by_id(self, conversation_id: int) -> StoredConversation | None:
        """None when there is no row."""
        wanted = select(t.conversation).where(t.conversation.c.id == conversation_id)
        found = self._db.execute(wanted).one_or_none()
        return None if found is None else _conversation(found)

    def save_conversation(self, conversation_id: int, snapshot: Conversation, fetched_after: int = 0) -> None:
        """Overwrite the snapshot columns, add 1 to the version, forget that it was deleted."""
        values: dict[str, Any] = {name: getattr(snapshot, name) for name in _SNAPSHOT}
        self._change(
            conversation_id,
            **values,
            tags=sorted(snapshot.tags),
            purged=False,
            deleted_at=None,
            fetched_after=fetched_after,
            version=t.conversation.c.version + 1,
        )

    def mark_merged(self, conversation_id: int, into: str) -> None:
        """The row stays and says where it went."""
        self._change(conversation_id, merged_into=into)

    def mark_deleted(self, conversation_id: int, at: datetime) -> None:
        """The row stays, so that a late webhook finds out."""
        self._change(conversation_id, deleted_at=at)

    def messages(self, conversation_id: int) -> list[StoredMessage]:
        """With their newest version, ordered by (sent_at, id)."""
        wanted = _newest().where(t.message.c.conversation_id == conversation_id)
        found = self._db.execute(wanted.order_by(t.message.c.sent_at, t.message.c.id))
        return [_message(row) for row in found]

    def find_author(self, source: str, author_id: str, account: str) -> Author | None:
        """The id counts more than the account."""
        for column, value in ((t.message.c.author_id, author_id), (t.message.c.author_account, account)):
            if value:
                wanted = _newest().join(t.conversation).where(t.conversation.c.source == source)
                wanted = wanted.where(column == value).order_by(t.message.c.sent_at.desc()).limit(1)
                found = self._db.execute(wanted).one_or_none()
                if found is not None:
                    return _message(found).message.author
        return None

    def replies_to_others(
        self, snapshot: Conversation, author: Author, since: datetime, before: datetime, limit: int
    ) -> list[str]:
        """The newest first."""
        said, other = t.message.c, t.conversation.c
        is_same = (said.author_id == author.id) & (other.source == snapshot.source)
        if author.account:
            is_same = is_same | (said.author_account == author.account)
        is_here = (other.source == snapshot.source) & (
            (other.external_id == snapshot.id)
            | ((other.requester_id == snapshot.requester_id) & (other.requester_id != ""))
        )
        wanted = (
            select(t.message_version.c.text)
            .select_from(t.message.join(t.conversation).join(t.message_version, _IS_NEWEST))
            .where(is_same, ~is_here, said.author_role.in_(_STAFF), said.visibility != Visibility.INTERNAL)
            .where(said.sent_at >= since, said.sent_at < before, t.message_version.c.text != "")
        )
        found = self._db.execute(wanted.order_by(said.sent_at.desc(), said.id.desc()).limit(limit))
        return list(found.scalars())

    def save_message(self, conversation_id: int, message: Message, seen_at: datetime) -> StoredMessage:
        """Insert or update; a changed text makes a version. A redacted one never takes its text back."""
        key = {"conversation_id": conversation_id, "external_id": message.id}
        made = self._insert(t.message, {**key, **_columns(message)})
        wanted = _newest().where(*(t.message.c[name] == value for name, value in key.items()))
        if made is not None:
            self._add_version(made, 1, message.text, seen_at)
            return _message(self._db.execute(wanted).one())
        known = self._db.execute(wanted.with_for_update(of=t.message)).one()
        self._update_message(known, message, seen_at)
        return _message(self._db.execute(wanted).one())

    def redact_message(self, conversation_id: int, external_id: str) -> bool:
        """False when we have no such message."""
        wanted = select(t.message.c.id).where(
            t.message.c.conversation_id == conversation_id, t.message.c.external_id == external_id
        )
        message_id = self._db.execute(wanted).scalar()
        if message_id is None:
            return False
        self._redact([message_id])
        return True

    def purge_conversation(self, conversation_id: int) -> None:
        """None of its words are left; the rows stay, so that counts and clocks stay right."""
        known = self._db.execute(
            select(t.conversation).where(t.conversation.c.id == conversation_id)
        ).one_or_none()
        if known is None:
            return
        wanted = select(t.message.c.id).where(t.message.c.conversation_id == conversation_id)
        message_ids = list(self._db.execute(wanted).scalars())
        self._redact(message_ids)
        self._db.execute(
            update(t.message)
            .where(t.message.c.conversation_id == conversation_id)
            .values(author_name="", author_account="")
        )
        self._change(conversation_id, subject="", purged=True)
        self._purge_work(known.source, known.external_id)

    def _purge_work(self, source: str, external_id: str) -> None:
        def of(table: Any) -> tuple[Any, Any]:
            return table.c.source == source, table.c.conversation == external_id

        idle = (t.action.c.state == ActionState.PENDING, t.action.c.kind != ActionKind.NOTIFY)
        self._db.execute(delete(t.action).where(*of(t.action), *idle))
        settled = t.action.c.state != ActionState.PENDING
        self._db.execute(update(t.action).where(*of(t.action), settled).values(payload={}))
        done = t.delivery.c.state != DeliveryState.NEW
        self._db.execute(update(t.delivery).where(*of(t.delivery), done).values(headers={}, body=b""))
        self._db.execute(update(t.waiver).where(*of(t.waiver)).values(reason=""))
        self._db.execute(delete(t.draft_review).where(*of(t.draft_review)))

    def _redact(self, message_ids: Iterable[int]) -> None:
        for message_id in message_ids:
            versions = select(t.message_version.c.id).where(t.message_version.c.message_id == message_id)
            verdicts = select(t.verdict.c.id).where(t.verdict.c.message_version_id.in_(versions))
            self._db.execute(
                update(t.message_version)
                .where(t.message_version.c.message_id == message_id)
                .values(text="", text_hash="")
            )
            hit = select(t.finding.c.id, t.finding.c.params, t.finding.c.quote).where(
                t.finding.c.verdict_id.in_(verdicts)
            )
            for row in self._db.execute(hit).all():
                # The names stay: a sentence with empty slots can still be shown.
                emptied = {
                    "params": dict.fromkeys(row.params, ""),
                    "quote": None if row.quote is None else "",
                }
                self._db.execute(update(t.finding).where(t.finding.c.id == row.id).values(emptied))
            self._db.execute(update(t.promise).where(t.promise.c.message_id == message_id).values(what=""))
            self._db.execute(update(t.message).where(t.message.c.id == message_id).values(redacted=True))
            self._forget_deciding_words(message_id)

    def _forget_deciding_words(self, message_id: int) -> None:
        """Why a case is a complaint may quote the customer."""
        case = t.complaint_case.c
        theirs = select(t.message.c.conversation_id).where(t.message.c.id == message_id)
        self._db.execute(
            update(t.complaint_case)
            .where(case.conversation_id.in_(theirs), case.why.like("words:%"))
            .values(why="words")
        )

    def _update_message(self, known: Row[Any], said: Message, seen_at: datetime) -> None:
        values = _columns(said)
        if known.redacted:
            # Whoever was erased does not come back with the next fetch.
            for name in ("author_name", "author_account"):
                values[name] = values[name] if getattr(known, name) else ""
        elif known.text != storable(said.text):
            values["number"] = known.number + 1
            self._add_version(known.id, values["number"], said.text, seen_at)
        self._db.execute(update(t.message).where(t.message.c.id == known.id).values(values))

    def _add_version(self, message_id: int, number: int, said: str, seen_at: datetime) -> None:
        values = {"message_id": message_id, "number": number, "text": said, "text_hash": hash_text(said)}
        self._insert(t.message_version, {**values, "seen_at": seen_at})

    def _change(self, conversation_id: int, **values: Any) -> None:
        self._db.execute(update(t.conversation).where(t.conversation.c.id == conversation_id).values(values))


def _named(source: str, external_id: str) -> Select[Any]:
    return _NAMED.params(wanted_source=source, wanted_id=external_id)


def _newest() -> Select[Any]:
    version = t.message_version.c
    told = (version.id.label("version_id"), version.text, version.seen_at)
    return select(t.message, *told).join(t.message_version, _IS_NEWEST)


def _columns(said: Message) -> dict[str, Any]:
    return {
        "author_id": said.author.id,
        "author_role": said.author.role.value,
        "author_name": said.author.name,
        "author_account": said.author.account,
        "author_company": said.author.company,
        "visibility": said.visibility.value,
        "sent_at": said.sent_at,
        "channel": said.channel,
        "language": said.language,
    }


def _conversation(row: Row[Any]) -> StoredConversation:
    values = {name: getattr(row, name) for name in _SNAPSHOT}
    snapshot = Conversation(row.source, row.external_id, tags=frozenset(row.tags), **values)
    return StoredConversation(
        row.id, snapshot, row.version, row.fetched_after, row.merged_into, row.deleted_at
    )


def _message(row: Row[Any]) -> StoredMessage:
    author = Author(
        row.author_id, Role(row.author_role), row.author_name, row.author_account, row.author_company
    )
    said = Message(
        row.external_id, author, row.text, Visibility(row.visibility), row.sent_at, row.channel, row.language
    )
    return StoredMessage(row.id, said, row.version_id, row.number, row.redacted, row.seen_at)
