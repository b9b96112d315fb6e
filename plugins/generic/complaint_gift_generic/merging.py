"""Puts what a delivery brings beside what is known: a webhook that leaves a field out does not empty it."""

from __future__ import annotations

from dataclasses import replace

from complaint_gift.domain import Conversation

_KEPT = (
    "subject", "brand", "channel", "status", "priority", "requester_id", "assignee_id", "group_id", "url",
    "updated_at", "tags",
)  # fmt: skip


def keep_known(brought: Conversation, known: Conversation | None) -> Conversation:
    """The messages of `brought`, and each of its fields, or the known one where it is empty."""
    if known is None:
        return brought
    return replace(brought, **{name: getattr(brought, name) or getattr(known, name) for name in _KEPT})
