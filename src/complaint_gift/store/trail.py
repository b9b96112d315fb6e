"""The audit trail: each entry holds the hash of the one before, and where the chain ends is written down."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select, update

from complaint_gift.service.records import AuditEntry, AuditRow, BrokenLink, chain_hash
from complaint_gift.store import document
from complaint_gift.store.columns import storable
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import audit as table
from complaint_gift.store.tables import audit_head as head

_READ_AT_ONCE = 1000


class Trail(Rows):
    """See service.transaction.Housekeeping, the audit part."""

    def append_audit(self, entry: AuditEntry) -> None:
        """Add the next link. Only one transaction at a time holds the end of the chain."""
        # Hash what will be read back: whole milliseconds, storable text, details as JSON makes them.
        entry = replace(
            entry,
            at=entry.at.replace(microsecond=entry.at.microsecond // 1000 * 1000),
            who=storable(entry.who),
            what=storable(entry.what),
            detail=document.read(document.write(dict(entry.detail))),
        )
        self._insert(head, {"id": 1, "last": 0, "hash": ""})
        end = self._db.execute(select(head).where(head.c.id == 1).with_for_update()).one()
        link = chain_hash(end.hash, entry)
        values = {"at": entry.at, "who": entry.who, "what": entry.what, "detail": entry.detail}
        self._insert(table, {"id": end.last + 1, "previous": end.hash, "hash": link, **values})
        self._db.execute(update(head).where(head.c.id == 1).values(last=end.last + 1, hash=link))

    def audit(self, after: int, limit: int) -> list[AuditRow]:
        """In order of id."""
        wanted = select(table).where(table.c.id > after).order_by(table.c.id).limit(limit)
        return [_link(row) for row in self._db.execute(wanted)]

    def verify_audit(self) -> BrokenLink | None:
        """The first entry that was edited, removed or put in, None when the chain is whole."""
        last, previous = 0, ""
        while True:
            written, known = self._end()
            try:
                while links := self.audit(last, _READ_AT_ONCE):
                    for link in links:
                        if link.id != last + 1:
                            return BrokenLink(last + 1, f"entry {last + 1} was removed")
                        if not _follows(link, previous):
                            return BrokenLink(link.id, f"entry {link.id} was edited")
                        last, previous = link.id, link.hash
            except (ValueError, TypeError, json.JSONDecodeError):
                return BrokenLink(last + 1, f"an entry from {last + 1} on cannot be read any more")
            if (last, previous) == (written, known):
                return None
            # On PostgreSQL somebody may have gone on writing between the two looks.
            if self._end() == (written, known):
                return BrokenLink(last + 1, f"the trail ends with entry {last}, but {written} were written")

    def _end(self) -> tuple[int, str]:
        """Where the chain was written to end."""
        end = self._db.execute(select(head.c.last, head.c.hash).where(head.c.id == 1)).one_or_none()
        return (0, "") if end is None else (end.last, end.hash)


def _follows(link: AuditRow, previous: str) -> bool:
    whole = link.entry.at.microsecond % 1000 == 0
    return whole and link.previous == previous and link.hash == chain_hash(previous, link.entry)


def _link(row: Row[Any]) -> AuditRow:
    return AuditRow(row.id, AuditEntry(row.at, row.who, row.what, row.detail), row.previous, row.hash)
