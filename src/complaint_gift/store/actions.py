"""The outbox, and what we wrote ourselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from complaint_gift.domain import Action, ActionKind
from complaint_gift.service.records import ActionRow, ActionState, ClaimedAction, NewAction
from complaint_gift.store.columns import moment
from complaint_gift.store.rows import Rows
from complaint_gift.store.tables import action as table
from complaint_gift.store.tables import conversation, own_write

_AT_ONCE = 500  # parameters of one statement; SQLite may stop at 999


class Actions(Rows):
    """See service.transaction.Actions."""

    def add_action(self, action: NewAction) -> int | None:
        """None when its mark is known."""
        values = {
            "kind": action.kind.value,
            "source": action.source,
            "conversation": action.conversation,
            "payload": dict(action.payload),
            "receipt": {},
            "mark": action.mark,
            "created_at": action.created_at,
        }
        return self._insert(table, values)

    def claim_action(self, action_id: int, now: int, until: int) -> ClaimedAction | None:
        """None when somebody else has it, it waits or is settled."""
        if not self._claim(table, action_id, ActionState.PENDING, now, until):
            return None
        row = self._db.execute(select(table).where(table.c.id == action_id)).one()
        return ClaimedAction(_action(row), until)

    def settle_action(
        self,
        action_id: int,
        lease: int,
        state: ActionState,
        *,
        error: str = "",
        receipt: Mapping[str, Any] | None = None,
    ) -> bool:
        """False, and nothing changed, when the lease is not ours."""
        outcome = {"state": state.value, "error": error, "receipt": dict(receipt or {})}
        return self._let_go(table, action_id, ActionState.PENDING, lease, outcome)

    def postpone_action(self, action_id: int, lease: int, next_at: int, error: str) -> bool:
        """False, and nothing changed, when the lease is not ours."""
        return self._let_go(
            table, action_id, ActionState.PENDING, lease, {"next_at": next_at, "error": error}
        )

    def waiting_actions(self, now: int, before: int, limit: int) -> list[int]:
        """The oldest first."""
        return self._waiting(table, ActionState.PENDING, "created_at", now, moment(before), limit)

    def retry_action(self, action_id: int) -> bool:
        """False when it was neither refused nor failed."""
        return self._again(table, action_id, (ActionState.REFUSED, ActionState.FAILED), ActionState.PENDING)

    def actions(
        self,
        *,
        source: str = "",
        conversation: str = "",
        state: ActionState | None = None,
        kind: ActionKind | None = None,
        limit: int = 100,
    ) -> list[ActionRow]:
        """The newest first."""
        wanted = select(table).order_by(table.c.id.desc()).limit(limit)
        for column, value in ((table.c.source, source), (table.c.conversation, conversation)):
            if value:
                wanted = wanted.where(column == value)
        if state is not None:
            wanted = wanted.where(table.c.state == state)
        if kind is not None:
            wanted = wanted.where(table.c.kind == kind)
        return [
            ActionRow(_action(row), ActionState(row.state), row.error, row.created_at, row.receipt)
            for row in self._db.execute(wanted)
        ]

    def count_notes(self, source: str, conversation: str, since: datetime) -> int:
        """Notes wished for this conversation since then, whatever became of them."""
        counted = select(func.count()).where(
            table.c.source == source,
            table.c.conversation == conversation,
            table.c.kind == ActionKind.NOTE,
            table.c.created_at >= since,
        )
        return int(self._db.execute(counted).scalar_one())

    def count_acknowledged(self, source: str, requester_id: str, since: datetime) -> int:
        """For any conversation of this customer."""
        theirs = select(conversation.c.external_id).where(
            conversation.c.source == source, conversation.c.requester_id == requester_id
        )
        counted = select(func.count()).where(
            table.c.source == source,
            table.c.conversation.in_(theirs),
            table.c.kind == ActionKind.ACKNOWLEDGE,
            table.c.created_at >= since,
        )
        return int(self._db.execute(counted).scalar_one())

    def add_own_writes(self, source: str, external_ids: Iterable[str], at: datetime) -> None:
        """Known ids are no error."""
        for external_id in external_ids:
            self._insert(own_write, {"source": source, "external_id": external_id, "created_at": at})

    def own_writes(self, source: str, external_ids: Iterable[str]) -> frozenset[str]:
        """Those of the given ids that are our own."""
        asked = sorted(set(external_ids))
        ours: set[str] = set()
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            found = select(own_write.c.external_id).where(
                own_write.c.source == source, own_write.c.external_id.in_(some)
            )
            ours.update(self._db.execute(found).scalars())
        return frozenset(ours)


def _action(row: Row[Any]) -> Action:
    return Action(
        row.id, ActionKind(row.kind), row.source, row.conversation, row.payload, row.mark, row.attempts
    )
