"""Alembic asks this file how to run; `store.migration` hands over the connection it has locked."""

from __future__ import annotations

from alembic import context

from complaint_gift.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
context.run_migrations()
