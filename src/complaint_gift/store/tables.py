"""The tables, the same on SQLite and PostgreSQL. What each row means is said in one line above it.

Leases and due times of machines are integer milliseconds since 1970 (0 = free, due at once), so that
both databases compare them alike; times that people read are `Instant`s. Rows of a conversation go
with it (`ON DELETE CASCADE`), so that erasing cannot forget a table.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from complaint_gift.store.columns import Instant, Key, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Column[object] | UniqueConstraint | Index) -> Table:
    """A table with a counting id that is never given out twice, not even after a purge."""
    return Table(name, metadata, Column("id", Key, primary_key=True), *parts, sqlite_autoincrement=True)


def _text(name: str, *, index: bool = False) -> Column[object]:
    return Column(name, Words, nullable=False, server_default="", index=index or None)


def _number(name: str) -> Column[object]:
    return Column(name, Integer, nullable=False, server_default="0")


def _number64(name: str) -> Column[object]:
    return Column(name, Key, nullable=False, server_default="0")


def _millis(name: str) -> Column[object]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _at(name: str, *, nullable: bool = False, index: bool = False) -> Column[object]:
    return Column(name, Instant, nullable=nullable, index=index or None)


def _json(name: str) -> Column[object]:
    return Column(name, JSON, nullable=False)


def _of(table: str, *, index: bool = False, unique: bool = False) -> Column[object]:
    """The row this one belongs to and dies with."""
    owner = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(f"{table}_id", Key, owner, nullable=False, index=index or None, unique=unique or None)


def _flag(name: str) -> Column[object]:
    return Column(name, Boolean, nullable=False, server_default=false())


# One request as received. The body comes last: whoever counts or lists never reads it.
delivery = _table(
    "delivery",
    Column("source", Words, nullable=False),
    Column("key", Words, nullable=False),
    _at("received_at"),
    Column("state", Words, nullable=False, server_default="new"),
    _number("attempts"),
    _millis("lease_until"),
    _millis("next_at"),
    _text("conversation"),
    _text("error"),
    _json("headers"),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_delivery_state", "state", "received_at"),
)

# One ticket or thread as we saw it last. `purged`: none of its words are left here. `fetched_after`:
# the newest delivery that there was when we asked for this state.
conversation = _table(
    "conversation",
    Column("source", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    _number("version"),
    _text("subject"),
    _text("brand"),
    _text("channel"),
    _text("status"),
    _text("priority"),
    _text("form"),
    _text("rating"),
    _json("tags"),
    _text("requester_id", index=True),
    _text("assignee_id"),
    _text("group_id"),
    _text("url"),
    _at("updated_at", nullable=True, index=True),
    _text("merged_into"),
    _at("deleted_at", nullable=True),
    _flag("purged"),
    _number64("fetched_after"),
    UniqueConstraint("source", "external_id"),
)

# One utterance; `number` is its newest version.
message = _table(
    "message",
    _of("conversation"),
    Column("external_id", Words, nullable=False),
    Column("number", Integer, nullable=False, server_default="1"),
    _flag("redacted"),
    _text("author_id", index=True),
    Column("author_role", Words, nullable=False),
    _text("author_name"),
    _text("author_account", index=True),
    Column("author_company", Boolean),
    Column("visibility", Words, nullable=False),
    _at("sent_at"),
    _text("channel"),
    _text("language"),
    UniqueConstraint("conversation_id", "external_id"),
    Index("ix_message_external_id", "external_id"),
)

# What a message said at one time; verdicts point here.
message_version = _table(
    "message_version",
    _of("message"),
    Column("number", Integer, nullable=False),
    _at("seen_at"),
    _text("text_hash"),
    _text("text"),
    UniqueConstraint("message_id", "number"),
)

# Whether a conversation is a complaint, and its clocks. `half_read_at`: since when something in it was read
# by words alone, to be read again with the learned layer.
complaint_case = _table(
    "complaint_case",
    _of("conversation", unique=True),
    Column("is_complaint", Boolean, nullable=False),
    _text("why"),
    _text("decided_by"),
    Column("stage", Words, nullable=False),
    _text("severity"),
    _at("opened_at"),
    _at("first_reply_due_at", nullable=True),
    _at("waiting_since", nullable=True),
    _at("answered_at", nullable=True),
    _at("closed_at", nullable=True),
    _at("look_at", nullable=True, index=True),
    _json("about"),
    _at("half_read_at", nullable=True),
    _at("read_again_at", nullable=True, index=True),
)

# What the playbook said about a version, on the message alone or on the turn that ends with it.
verdict = _table(
    "verdict",
    _of("message_version"),
    Column("subject", Words, nullable=False),
    Column("playbook", Words, nullable=False),
    Column("decision", Words, nullable=False),
    Column("complete", Boolean, nullable=False),
    _at("created_at"),
    UniqueConstraint("message_version_id", "subject", "playbook"),
)

# One rule hit of a verdict, in the order it was shown (`position`).
finding = _table(
    "finding",
    _of("verdict", index=True),
    Column("position", Integer, nullable=False),
    Column("finding_id", Words, nullable=False),
    Column("rule", Words, nullable=False, index=True),
    Column("severity", Words, nullable=False),
    Column("layer", Words, nullable=False),
    Column("missing", Boolean, nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("quote", Words),
    _json("params"),
)

# What an agent was shown for a draft, and what rules in shadow would have said. Of the draft: a hash only.
draft_review = _table(
    "draft_review",
    Column("source", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("text_hash", Words, nullable=False),
    _json("shown"),
    _at("created_at", index=True),
    Column("shadow", JSON),
    UniqueConstraint("source", "conversation", "text_hash"),
)

# Why somebody set the advice aside. `sent`: it was sent anyway; else "does not apply because ...".
waiver = _table(
    "waiver",
    Column("source", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("text_hash", Words, nullable=False),
    Column("rule", Words, nullable=False),
    _text("reason"),
    Column("by", Words, nullable=False, server_default=""),
    _at("created_at"),
    _flag("sent"),
    UniqueConstraint("source", "conversation", "text_hash", "rule"),
)

# That a rule was met in a conversation, and how: counted once. No text, nobody's name.
sighting = _table(
    "sighting",
    Column("source", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("rule", Words, nullable=False),
    Column("seen", Words, nullable=False),
    _at("at", index=True),
    UniqueConstraint("source", "conversation", "rule", "seen"),
)

# What a reply promised.
promise = _table(
    "promise",
    _of("conversation", index=True),
    _of("message", index=True),
    _text("what"),
    _at("due_at", nullable=True),
    _text("who"),
    Column("state", Words, nullable=False, server_default="open"),
    _at("settled_at", nullable=True),
    _text("settled_by"),
)

# The outbox: a wish to change the helpdesk or to tell a person.
action = _table(
    "action",
    Column("kind", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("mark", Words, nullable=False, unique=True),
    Column("state", Words, nullable=False, server_default="pending"),
    _number("attempts"),
    _millis("lease_until"),
    _millis("next_at"),
    _text("error"),
    _at("created_at"),
    _json("receipt"),
    _json("payload"),
    Index("ix_action_state", "state", "created_at"),
    Index("ix_action_conversation", "source", "conversation"),
)

# The queue of what needs a human. A cause (`key`) waits at most once.
escalation = _table(
    "escalation",
    Column("reason", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    _text("summary"),
    Column("key", Words, nullable=False, index=True),
    Column("state", Words, nullable=False, server_default="open"),
    _at("created_at"),
    _at("due_at", index=True),
    _at("next_at", nullable=True, index=True),
    _number("rung"),
    _json("about"),
    _at("acknowledged_at", nullable=True),
    _text("acknowledged_by"),
    _at("resolved_at", nullable=True),
    _text("resolved_by"),
    _text("resolution"),
    Index(
        "uq_escalation_waiting",
        "key",
        unique=True,
        sqlite_where=text("state <> 'resolved'"),
        postgresql_where=text("state <> 'resolved'"),
    ),
    Index("ix_escalation_conversation", "source", "conversation"),
)

# A message of ours that the gate told about, turned away or held. The raw bytes come last.
outgoing = _table(
    "outgoing",
    Column("source", Words, nullable=False),
    Column("key", Words, nullable=False),
    _text("conversation"),
    Column("state", Words, nullable=False),
    Column("decision", Words, nullable=False),
    _text("playbook"),
    _text("author_id"),
    Column("author_role", Words, nullable=False),
    _text("author_name"),
    _text("author_account"),
    Column("author_company", Boolean),
    _text("tell"),
    _text("language"),
    _text("subject"),
    _text("text"),
    _text("history"),
    _json("recipients"),
    _json("envelope"),
    _json("findings"),
    _at("created_at"),
    _at("decided_at", nullable=True),
    _text("decided_by"),
    _text("reason"),
    _text("error"),
    _number64("escalation"),
    _number("sends"),
    _flag("edited"),
    _text("message"),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_outgoing_message", "source", "message"),
    Index("ix_outgoing_state", "state", "created_at"),
)

# What we wrote into a helpdesk ourselves: the loop guard.
own_write = Table(
    "own_write",
    metadata,
    Column("source", Words, primary_key=True),
    Column("external_id", Words, primary_key=True),
    _at("created_at", index=True),
)

# Where polling a source goes on.
cursor = Table(
    "cursor",
    metadata,
    Column("source", Words, primary_key=True),
    _text("value"),
)

# Who may do a periodic thing until when (ms).
lease = Table(
    "lease",
    metadata,
    Column("name", Words, primary_key=True),
    _text("owner"),
    _millis("until"),
)

# Who was alive when.
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", Words, primary_key=True),
    _at("at"),
)

# Who did what: a chain, each entry holds the hash of the one before.
audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    _at("at"),
    Column("who", Words, nullable=False),
    Column("what", Words, nullable=False),
    _json("detail"),
    Column("previous", Words, nullable=False),
    Column("hash", Words, nullable=False),
)

# The end of the chain (one row, id 1), so that a removed last entry is missed too.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", Key, nullable=False),
    Column("hash", Words, nullable=False),
)
