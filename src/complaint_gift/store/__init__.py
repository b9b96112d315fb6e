"""Where everything is kept: SQLite by default, PostgreSQL by URL, one code for both."""

from complaint_gift.store.database import SqlStore
from complaint_gift.store.engine import DatabaseNotUsable
from complaint_gift.store.migration import pending, upgrade
from complaint_gift.store.trail import BrokenLink

__all__ = ["BrokenLink", "DatabaseNotUsable", "SqlStore", "pending", "upgrade"]
