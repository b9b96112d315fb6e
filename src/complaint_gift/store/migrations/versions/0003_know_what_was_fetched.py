"""Know which deliveries a conversation was fetched after, and how promises ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from complaint_gift.store.columns import Instant, Key, Words

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the newest delivery before the last fetch, who settled a promise and when."""
    op.add_column("conversation", sa.Column("fetched_after", Key, server_default="0", nullable=False))
    op.add_column("promise", sa.Column("settled_at", Instant(), nullable=True))
    op.add_column("promise", sa.Column("settled_by", Words(), server_default="", nullable=False))
