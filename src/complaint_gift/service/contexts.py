"""What the playbook has to know about a reply, from what we hold: the same for a draft and what is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from complaint_gift.domain import Author, Conversation, Message, Role, Visibility
from complaint_gift.service.means import Means
from complaint_gift.service.ports import Transaction
from complaint_gift.service.records import Case, StoredMessage
from complaint_gift.service.turns import OURS, Turn, split_turns

# How far back, and how many, replies of an author to other customers are compared with this one.
RECENT = timedelta(days=30)
MOST_REPLIES = 100

_LONGEST_COMPLAINT = 20_000
_DRAFT = -1  # a message that has no row


@dataclass(frozen=True, slots=True)
class Facts:
    """A conversation as far as we know it."""

    snapshot: Conversation
    messages: tuple[StoredMessage, ...]
    case: Case | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A draft at its place in a conversation: the turn it would end, and the context it would have."""

    turn: Turn
    context: Mapping[str, Any]


def context_of(tx: Transaction, means: Means, facts: Facts, turn: Turn, message: Message) -> dict[str, Any]:
    """The context of a message of ours, by the keys of the review interface."""
    case, snapshot, author = facts.case, facts.snapshot, message.author
    words = "\n\n".join(m.message.text for m in turn.before if m.message.text.strip())
    names = [m.message.author.name for m in turn.before if m.message.author.role is Role.CUSTOMER]
    told = {
        "complaint": case.is_complaint if case else True,
        "complaint_text": words[-_LONGEST_COMPLAINT:],
        "customer_name": names[-1] if names else "",
        "timezone": means.policy.hours.zone.key,
        "severity": case.severity if case else "",
        "source": snapshot.source,
        "brand": snapshot.brand,
        "conversation": snapshot.id,
        "about_employee": list(case.about) if case else [],
        "first_reply": turn.is_first,
        # An agent types on the web what the customer gets by mail: the conversation's channel is meant.
        "channel": snapshot.channel or message.channel,
        "visibility": message.visibility.value,
        "sent_at": message.sent_at.isoformat(),
        "author": _writer(means, author),
        "reply_to": turn.reply_to,
        "language": message.language,
        "previous_replies": _previous_replies(tx, snapshot, author, message.sent_at),
        "remedy_limit": _remedy_limit(means, snapshot, author),
    }
    return {key: value for key, value in told.items() if value not in ("", [], None)}


def place_draft(
    tx: Transaction, means: Means, facts: Facts, text: str, given: Mapping[str, Any], now: datetime
) -> Placed:
    """What would be known of this text if it were sent now; what the caller says of it holds.

    `given` was read by rules.Context.parse before.
    """
    author = _author_of(tx, facts.snapshot.source, given.get("author") or {})
    message = Message("", author, text, Visibility.PUBLIC, now)
    turn = split_turns([*facts.messages, StoredMessage(_DRAFT, message, _DRAFT)])[-1]
    known = context_of(tx, means, facts, turn, message)
    if facts.case is None:
        del known["complaint"]
    if not (author.id or author.account):
        del known["author"]
    said = {key: value for key, value in given.items() if value not in (None, "")}
    if _is_part(said.get("complaint_text"), known.get("complaint_text")):
        said.pop("complaint_text", None)  # a page may know the last message only
    if said.get("author"):
        said["author"] = {**known.get("author", {}), **said["author"]}
    return Placed(turn, known | said)


def _is_part(given: Any, whole: Any) -> bool:
    """Whether one text is in another, however white space is kept."""
    return " ".join(str(given or "").split()) in " ".join(str(whole or "").split())


def _writer(means: Means, author: Author) -> dict[str, Any]:
    return {
        "id": author.id,
        "account": author.account,
        "name": author.name,
        "company": means.company.speaks(author),
    }


def _author_of(tx: Transaction, source: str, given: Mapping[str, Any]) -> Author:
    """Who writes the draft, as they are known from what they wrote before."""
    number, account = str(given.get("id") or ""), str(given.get("account") or "")
    known = tx.find_author(source, number, account) if number or account else None
    known = known if known is not None and known.role in OURS else Author("", Role.AGENT)
    company = given.get("company")
    return replace(
        known,
        id=number or known.id,
        account=account or known.account,
        name=str(given.get("name") or known.name),
        company=known.company if company is None else bool(company),
    )


def _previous_replies(
    tx: Transaction, snapshot: Conversation, author: Author, sent_at: datetime
) -> Sequence[str]:
    if not (author.id or author.account):
        return []
    return tx.replies_to_others(snapshot, author, sent_at - RECENT, sent_at, MOST_REPLIES)


def _remedy_limit(means: Means, snapshot: Conversation, author: Author) -> dict[str, Any] | None:
    limit = means.policy.remedy_limit(snapshot.source, snapshot.brand, author)
    return {"amount": limit.amount, "currency": limit.currency} if limit else None
