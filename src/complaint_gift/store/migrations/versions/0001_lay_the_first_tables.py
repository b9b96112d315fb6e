"""Lay the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from complaint_gift.store.columns import Instant, Key, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Lay the first tables."""
    op.create_table(
        "action",
        sa.Column("id", Key, nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("conversation", Words(), nullable=False),
        sa.Column("mark", Words(), nullable=False),
        sa.Column("state", Words(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", Words(), server_default="", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("mark", name=op.f("uq_action_mark")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_action_conversation", "action", ["source", "conversation"], unique=False)
    op.create_index("ix_action_state", "action", ["state", "created_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", Key, autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("what", Words(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", Words(), nullable=False),
        sa.Column("hash", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", Key, nullable=False),
        sa.Column("hash", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "conversation",
        sa.Column("id", Key, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("external_id", Words(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("subject", Words(), server_default="", nullable=False),
        sa.Column("brand", Words(), server_default="", nullable=False),
        sa.Column("channel", Words(), server_default="", nullable=False),
        sa.Column("status", Words(), server_default="", nullable=False),
        sa.Column("priority", Words(), server_default="", nullable=False),
        sa.Column("form", Words(), server_default="", nullable=False),
        sa.Column("rating", Words(), server_default="", nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("requester_id", Words(), server_default="", nullable=False),
        sa.Column("assignee_id", Words(), server_default="", nullable=False),
        sa.Column("group_id", Words(), server_default="", nullable=False),
        sa.Column("url", Words(), server_default="", nullable=False),
        sa.Column("updated_at", Instant(), nullable=True),
        sa.Column("merged_into", Words(), server_default="", nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.Column("purged", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_conversation_source_external_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_conversation_requester_id"), "conversation", ["requester_id"], unique=False)
    op.create_index(op.f("ix_conversation_updated_at"), "conversation", ["updated_at"], unique=False)
    op.create_table(
        "cursor",
        sa.Column("source", Words(), nullable=False),
        sa.Column("value", Words(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_cursor")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", Key, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", Words(), server_default="new", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("conversation", Words(), server_default="", nullable=False),
        sa.Column("error", Words(), server_default="", nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_delivery_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "received_at"], unique=False)
    op.create_table(
        "draft_review",
        sa.Column("id", Key, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("conversation", Words(), nullable=False),
        sa.Column("text_hash", Words(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_review")),
        sa.UniqueConstraint(
            "source", "conversation", "text_hash", name=op.f("uq_draft_review_source_conversation_text_hash")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_draft_review_created_at"), "draft_review", ["created_at"], unique=False)
    op.create_table(
        "escalation",
        sa.Column("id", Key, nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("conversation", Words(), nullable=False),
        sa.Column("summary", Words(), server_default="", nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("state", Words(), server_default="open", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("rung", sa.Integer(), server_default="0", nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", Words(), server_default="", nullable=False),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolved_by", Words(), server_default="", nullable=False),
        sa.Column("resolution", Words(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_escalation_conversation", "escalation", ["source", "conversation"], unique=False)
    op.create_index(op.f("ix_escalation_key"), "escalation", ["key"], unique=False)
    op.create_index(op.f("ix_escalation_due_at"), "escalation", ["due_at"], unique=False)
    op.create_index(op.f("ix_escalation_next_at"), "escalation", ["next_at"], unique=False)
    op.create_index(
        "uq_escalation_waiting",
        "escalation",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "lease",
        sa.Column("name", Words(), nullable=False),
        sa.Column("owner", Words(), server_default="", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "own_write",
        sa.Column("source", Words(), nullable=False),
        sa.Column("external_id", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_own_write")),
    )
    op.create_index(op.f("ix_own_write_created_at"), "own_write", ["created_at"], unique=False)
    op.create_table(
        "waiver",
        sa.Column("id", Key, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("conversation", Words(), nullable=False),
        sa.Column("text_hash", Words(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("reason", Words(), server_default="", nullable=False),
        sa.Column("by", Words(), server_default="", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
        sa.UniqueConstraint(
            "source",
            "conversation",
            "text_hash",
            "rule",
            name=op.f("uq_waiver_source_conversation_text_hash_rule"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "complaint_case",
        sa.Column("id", Key, nullable=False),
        sa.Column("conversation_id", Key, nullable=False),
        sa.Column("is_complaint", sa.Boolean(), nullable=False),
        sa.Column("why", Words(), server_default="", nullable=False),
        sa.Column("decided_by", Words(), server_default="", nullable=False),
        sa.Column("stage", Words(), nullable=False),
        sa.Column("severity", Words(), server_default="", nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("first_reply_due_at", Instant(), nullable=True),
        sa.Column("waiting_since", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("look_at", Instant(), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_complaint_case_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_case")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_complaint_case_conversation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_complaint_case_look_at"), "complaint_case", ["look_at"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", Key, nullable=False),
        sa.Column("conversation_id", Key, nullable=False),
        sa.Column("external_id", Words(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("redacted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("author_id", Words(), server_default="", nullable=False),
        sa.Column("author_role", Words(), nullable=False),
        sa.Column("author_name", Words(), server_default="", nullable=False),
        sa.Column("author_account", Words(), server_default="", nullable=False),
        sa.Column("author_company", sa.Boolean(), nullable=True),
        sa.Column("visibility", Words(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("channel", Words(), server_default="", nullable=False),
        sa.Column("language", Words(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "conversation_id", "external_id", name=op.f("uq_message_conversation_id_external_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_message_author_account"), "message", ["author_account"], unique=False)
    op.create_index(op.f("ix_message_author_id"), "message", ["author_id"], unique=False)
    op.create_table(
        "message_version",
        sa.Column("id", Key, nullable=False),
        sa.Column("message_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("text_hash", Words(), server_default="", nullable=False),
        sa.Column("text", Words(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_version_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_version")),
        sa.UniqueConstraint("message_id", "number", name=op.f("uq_message_version_message_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "promise",
        sa.Column("id", Key, nullable=False),
        sa.Column("conversation_id", Key, nullable=False),
        sa.Column("message_id", Key, nullable=False),
        sa.Column("what", Words(), server_default="", nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("who", Words(), server_default="", nullable=False),
        sa.Column("state", Words(), server_default="open", nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_promise_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_promise_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_promise_conversation_id"), "promise", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_promise_message_id"), "promise", ["message_id"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("id", Key, nullable=False),
        sa.Column("message_version_id", Key, nullable=False),
        sa.Column("subject", Words(), nullable=False),
        sa.Column("playbook", Words(), nullable=False),
        sa.Column("decision", Words(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_version_id"],
            ["message_version.id"],
            name=op.f("fk_verdict_message_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint(
            "message_version_id",
            "subject",
            "playbook",
            name=op.f("uq_verdict_message_version_id_subject_playbook"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "finding",
        sa.Column("id", Key, nullable=False),
        sa.Column("verdict_id", Key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("finding_id", Words(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("severity", Words(), nullable=False),
        sa.Column("layer", Words(), nullable=False),
        sa.Column("missing", sa.Boolean(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("quote", Words(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name=op.f("fk_finding_verdict_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_finding_rule"), "finding", ["rule"], unique=False)
    op.create_index(op.f("ix_finding_verdict_id"), "finding", ["verdict_id"], unique=False)
