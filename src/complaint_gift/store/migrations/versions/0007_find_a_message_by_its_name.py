"""Find a message by its name alone: mails tell whom they answer, not in which conversation."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_message_external_id", "message", ["external_id"], unique=False)
