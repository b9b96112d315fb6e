"""Takes a person out of everything we hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from complaint_gift.service.means import Means
from complaint_gift.service.recalling import tidy
from complaint_gift.service.records import AuditEntry, BrokenLink


def erase(means: Means, person: str, by: str, source: str = "") -> Mapping[str, int]:
    """Remove a person given by helpdesk id, address or exact name; gives rows touched per table.

    `attachments` counts the messages whose files were removed from the disk. Nothing of the person stays in
    database files and logs of the database either. The audit keeps that it was done and a hash, so that the
    same wish can be recognised. Raises ValueError for an empty name.
    """
    wanted = person.strip()
    if not wanted:
        raise ValueError("name the person: a helpdesk id, an email address or the exact name")
    now = means.now()
    with means.store.transaction() as tx:
        touched = dict(tx.erase_person(wanted, source))
        digest = hashlib.sha256(wanted.casefold().encode("utf-8", "surrogatepass")).hexdigest()
        detail = {"person": digest, "rows": sum(touched.values())}
        tx.append_audit(AuditEntry(now, by.strip()[:200] or "somebody", "person-erased", detail))
    means.store.scrub()
    files = tidy(means, source)
    return touched | {"attachments": files} if files else touched


def check_audit(means: Means) -> BrokenLink | None:
    """The first entry of the audit that is not as it was written, None when all are, to the last one."""
    with means.store.reading() as tx:
        return tx.verify_audit()
