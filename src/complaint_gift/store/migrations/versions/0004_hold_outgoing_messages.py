"""Hold outgoing messages: what the gate told about, turned away, or keeps for a person to decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from complaint_gift.store.columns import Instant, Key, Words

revision = "0004"
down_revision = "0003"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, Words(), server_default="", nullable=False)


def upgrade() -> None:
    """Add the messages."""
    op.create_table(
        "outgoing",
        sa.Column("id", Key, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        _text("conversation"),
        sa.Column("state", Words(), nullable=False),
        sa.Column("decision", Words(), nullable=False),
        _text("playbook"),
        _text("author_id"),
        sa.Column("author_role", Words(), nullable=False),
        _text("author_name"),
        _text("author_account"),
        sa.Column("author_company", sa.Boolean(), nullable=True),
        _text("tell"),
        _text("language"),
        _text("subject"),
        _text("text"),
        _text("history"),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        _text("decided_by"),
        _text("reason"),
        _text("error"),
        sa.Column("escalation", Key, server_default="0", nullable=False),
        sa.Column("sends", sa.Integer(), server_default="0", nullable=False),
        sa.Column("edited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_outgoing_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outgoing_state", "outgoing", ["state", "created_at"], unique=False)
