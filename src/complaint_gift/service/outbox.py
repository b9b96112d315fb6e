"""Collects the actions of one transaction, so that the bell can ring once it is committed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from complaint_gift.domain import ActionKind
from complaint_gift.service.ports import Bell, Transaction
from complaint_gift.service.records import NewAction


class Outbox:
    """Adds actions; the same cause gives the same mark, and so never a second action."""

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self.tx, self.now = tx, now
        self.ids: list[int] = []

    def add(
        self, kind: ActionKind, source: str, conversation: str, cause: str, payload: Mapping[str, Any]
    ) -> None:
        """A wish to change this conversation, or to tell somebody about it."""
        mark = make_mark(kind, source, conversation, cause)
        made = self.tx.add_action(NewAction(kind, source, conversation, payload, mark, self.now))
        if made is not None:
            self.ids.append(made)

    def ring(self, bell: Bell) -> None:
        """Call it after the commit."""
        for action_id in self.ids:
            bell.ring("action", action_id)


def make_mark(kind: ActionKind, source: str, conversation: str, cause: str) -> str:
    """Short, the same on every machine, and nothing in it tells about people."""
    told = "\n".join((kind.value, source, conversation, cause))
    return f"cg-{kind.value}-{hashlib.sha256(told.encode()).hexdigest()[:24]}"
