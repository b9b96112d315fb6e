"""Where everything is kept: SQLite by default, PostgreSQL by URL, one code for both."""

from complaint_gift.service.records import BrokenLink
from complaint_gift.store.backup import BackupNotUsable, Contents, back_up, check_backup, restore
from complaint_gift.store.database import SqlStore
from complaint_gift.store.engine import DatabaseNotUsable
from complaint_gift.store.migration import pending, upgrade

__all__ = [
    "BackupNotUsable",
    "BrokenLink",
    "Contents",
    "DatabaseNotUsable",
    "SqlStore",
    "back_up",
    "check_backup",
    "pending",
    "restore",
    "upgrade",
]
