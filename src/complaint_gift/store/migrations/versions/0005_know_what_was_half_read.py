"""Know which conversations were read by words alone, and when they are read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from complaint_gift.store.columns import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add since when, and when again."""
    op.add_column("complaint_case", sa.Column("half_read_at", Instant(), nullable=True))
    op.add_column("complaint_case", sa.Column("read_again_at", Instant(), nullable=True))
    op.create_index("ix_complaint_case_read_again_at", "complaint_case", ["read_again_at"], unique=False)
