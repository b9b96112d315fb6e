"""Messages that the gate kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from complaint_gift.domain import Author, Role
from complaint_gift.plugin import Outgoing
from complaint_gift.service.held import (
    KeptOutgoing,
    NewOutgoing,
    OutgoingState,
    finding_as_json,
    finding_of_json,
)
from complaint_gift.service.records import ActionState
from complaint_gift.store.columns import wanted_key
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import action
from complaint_gift.store.tables import outgoing as table

_LISTED = [column for column in table.columns if column.name != "raw"]
# Written once: to build a statement costs more than to run it.
_KEYED = select(table).where(
    table.c.source == bindparam("wanted_source"), table.c.key == bindparam("wanted_key")
)
_NAMED = (
    select(*_LISTED)
    .where(table.c.source == bindparam("wanted_source"), table.c.message == bindparam("wanted_message"))
    .order_by(table.c.id.desc())
    .limit(1)
)


class OutgoingMessages(Rows):
    """See service.transaction.OutgoingMessages."""

    def add_outgoing(self, message: NewOutgoing) -> int | None:
        """None when its key is known."""
        mail = message.mail
        values = {
            "source": mail.source,
            "key": mail.key,
            "conversation": mail.conversation,
            "state": message.state.value,
            "decision": message.decision,
            "playbook": message.playbook,
            "author_id": mail.author.id,
            "author_role": mail.author.role.value,
            "author_name": mail.author.name,
            "author_account": mail.author.account,
            "author_company": mail.author.company,
            "tell": mail.tell,
            "language": mail.language,
            "subject": mail.subject,
            "message": mail.message,
            "text": mail.text,
            "history": mail.history,
            "recipients": list(mail.recipients),
            "envelope": dict(mail.envelope),
            "findings": [finding_as_json(finding) for finding in message.findings],
            "created_at": message.created_at,
            "raw": mail.raw,
        }
        return self._insert(table, values)

    def find_outgoing(self, source: str, key: str) -> KeptOutgoing | None:
        """By its key."""
        row = self._db.execute(_KEYED, {"wanted_source": source, "wanted_key": key}).one_or_none()
        return None if row is None else _kept(row)

    def outgoing_named(self, source: str, message: str) -> KeptOutgoing | None:
        """The newest one of this message id."""
        if not message:
            return None
        row = self._db.execute(_NAMED, {"wanted_source": source, "wanted_message": message}).one_or_none()
        return None if row is None else _kept(row)

    def outgoing(self, number: int) -> KeptOutgoing | None:
        """Without a lock."""
        row = self._db.execute(select(table).where(table.c.id == wanted_key(number))).one_or_none()
        return None if row is None else _kept(row)

    def lock_outgoing(self, number: int) -> KeptOutgoing | None:
        """Locked where the database can."""
        wanted = select(table).where(table.c.id == wanted_key(number)).with_for_update()
        row = self._db.execute(wanted).one_or_none()
        return None if row is None else _kept(row)

    def outgoing_of(self, escalation: int) -> KeptOutgoing | None:
        """The one that this escalation is about."""
        row = self._db.execute(select(table).where(table.c.escalation == escalation)).first()
        return None if row is None or not escalation else _kept(row)

    def list_outgoing(self, states: Iterable[OutgoingState], limit: int) -> list[KeptOutgoing]:
        """The oldest first, without their raw bytes."""
        wanted = select(*_LISTED).order_by(table.c.created_at, table.c.id).limit(limit)
        names = [state.value for state in states]
        if names:
            wanted = wanted.where(table.c.state.in_(names))
        return [_kept(row) for row in self._db.execute(wanted)]

    def save_outgoing(self, kept: KeptOutgoing) -> None:
        """Overwrite what may change."""
        values = {
            "state": kept.state.value,
            "decision": kept.decision,
            "playbook": kept.playbook,
            "text": kept.mail.text,
            "raw": kept.mail.raw,
            "findings": [finding_as_json(finding) for finding in kept.findings],
            "decided_at": kept.decided_at,
            "decided_by": kept.decided_by,
            "reason": kept.reason,
            "error": kept.error,
            "escalation": kept.escalation,
            "sends": kept.sends,
            "edited": kept.is_edited,
        }
        self._db.execute(update(table).where(table.c.id == kept.id).values(values))

    def drop_outgoing(self, number: int) -> None:
        """Remove it, and the actions about it that have not begun."""
        row = self._db.execute(
            select(table.c.source, table.c.conversation).where(table.c.id == number)
        ).first()
        if row is None:
            return
        same = (action.c.source == row.source, action.c.conversation == row.conversation)
        waiting = select(action.c.id, action.c.payload).where(
            *same, action.c.state == ActionState.PENDING, action.c.attempts == 0
        )
        ids = [one.id for one in self._db.execute(waiting) if one.payload.get("outgoing") == number]
        self._db.execute(delete(action).where(action.c.id.in_(ids)))
        self._db.execute(delete(table).where(table.c.id == number))


def _kept(row: Row[Any]) -> KeptOutgoing:
    findings = tuple(finding_of_json(told) for told in row.findings)
    author = Author(
        row.author_id, Role(row.author_role), row.author_name, row.author_account, row.author_company
    )
    mail = Outgoing(
        source=row.source,
        key=row.key,
        author=author,
        text=row.text,
        raw=getattr(row, "raw", b""),
        envelope=row.envelope,
        conversation=row.conversation,
        history=row.history,
        subject=row.subject,
        recipients=tuple(row.recipients),
        tell=row.tell,
        language=row.language,
        findings=findings,
        message=row.message,
    )
    return KeptOutgoing(
        id=row.id,
        mail=mail,
        state=OutgoingState(row.state),
        decision=row.decision,
        playbook=row.playbook,
        findings=findings,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        error=row.error,
        escalation=row.escalation,
        sends=row.sends,
        is_edited=row.edited,
    )
