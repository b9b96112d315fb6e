"""Keep which rules in shadow a draft met, until it is known whether anybody read it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add them; drafts that are there met none."""
    op.add_column("draft_review", sa.Column("shadow", sa.JSON(), nullable=True))
