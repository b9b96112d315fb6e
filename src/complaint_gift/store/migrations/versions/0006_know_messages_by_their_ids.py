"""Know what the gate kept by the message's own id, so that its copy among sent mail is no second one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from complaint_gift.store.columns import Words

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the id; what is there has none."""
    op.add_column("outgoing", sa.Column("message", Words(), nullable=False, server_default=""))
    op.create_index("ix_outgoing_message", "outgoing", ["source", "message"], unique=False)
