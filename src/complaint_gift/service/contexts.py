"""What the playbook has to know about a reply, taken from what we hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from complaint_gift.domain import Conversation, Message, Role
from complaint_gift.service.means import Means
from complaint_gift.service.records import Case, StoredMessage
from complaint_gift.service.turns import Turn, is_public, split_turns

_LONGEST_COMPLAINT = 20_000


@dataclass(frozen=True, slots=True)
class Facts:
    """A conversation as far as we know it."""

    snapshot: Conversation
    messages: tuple[StoredMessage, ...]
    case: Case | None


def context_of(means: Means, facts: Facts, turn: Turn, message: Message) -> dict[str, Any]:
    """The context of a message that was sent, by the keys of the review interface."""
    author = message.author
    told = _shared(means, facts, turn.before) | {
        "first_reply": turn.is_first,
        "channel": message.channel or facts.snapshot.channel,
        "visibility": message.visibility.value,
        "sent_at": message.sent_at.isoformat(),
        "author": _author(author.id, author.account, author.name, means.company.speaks(author)),
        "reply_to": turn.reply_to,
        "language": message.language,
    }
    return {key: value for key, value in told.items() if value not in ("", [], None)}


def draft_context(means: Means, facts: Facts, given: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a draft: what the caller says, and what we know beyond it."""
    turns = split_turns(facts.messages)
    outside = [m for m in facts.messages if is_public(m) and m.message.author.role is Role.CUSTOMER]
    answered = bool(turns)
    before = turns[-1].before if turns and not turns[-1].is_over else tuple(outside)
    known = _shared(means, facts, before) | {
        "first_reply": not answered or (len(turns) == 1 and not turns[0].is_over),
        "channel": facts.snapshot.channel,
    }
    if facts.case is None:
        del known["complaint"]
    return {key: value for key, value in known.items() if value not in ("", [], None)} | dict(given)


def _shared(means: Means, facts: Facts, before: Sequence[StoredMessage]) -> dict[str, Any]:
    case, snapshot = facts.case, facts.snapshot
    words = "\n\n".join(m.message.text for m in before if m.message.text.strip())
    names = [m.message.author.name for m in before if m.message.author.role is Role.CUSTOMER]
    return {
        "complaint": case.is_complaint if case else True,
        "complaint_text": words[-_LONGEST_COMPLAINT:],
        "customer_name": names[-1] if names else "",
        "timezone": means.policy.hours.zone.key,
        "severity": case.severity if case else "",
        "source": snapshot.source,
        "brand": snapshot.brand,
        "conversation": snapshot.id,
        "about_employee": list(case.about) if case else [],
    }


def _author(number: str, account: str, name: str, company: bool) -> dict[str, Any]:
    return {"id": number, "account": account, "name": name, "company": company}
