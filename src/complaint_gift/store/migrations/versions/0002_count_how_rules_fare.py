"""Count how rules fare: where each was met, and which waivers were sent anyway."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from complaint_gift.store.columns import Instant, Key, Words

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the sightings of rules and the flag of waivers."""
    op.create_table(
        "sighting",
        sa.Column("id", Key, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("conversation", Words(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("seen", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint(
            "source", "conversation", "rule", "seen", name=op.f("uq_sighting_source_conversation_rule_seen")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sighting_at"), "sighting", ["at"], unique=False)
    op.add_column("waiver", sa.Column("sent", sa.Boolean(), server_default=sa.false(), nullable=False))
