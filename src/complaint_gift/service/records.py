"""What the store keeps beyond the words of the domain: frozen rows, nothing that can fail.

Moments are timezone-aware UTC; leases are integer milliseconds since 1970 (see `millis`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from complaint_gift.domain import (
    Action,
    ActionKind,
    Conversation,
    EscalationState,
    Message,
    Reason,
)
from complaint_gift.plugin import Delivery


class DeliveryState(StrEnum):
    """What became of a delivery. NEW is the only state that is worked on."""

    PASSING = "passing"  # a message of ours that is just being sent; it becomes NEW, or nothing
    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"
    FAILED = "failed"


class ActionState(StrEnum):
    """What became of an action. PENDING is the only state that is worked on."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Stage(StrEnum):
    """Where a case stands; the first three matter to the clocks."""

    OPEN = "open"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"


class Subject(StrEnum):
    """What a verdict is about: one message, or the whole turn that ends with it."""

    MESSAGE = "message"
    TURN = "turn"


class Kept(StrEnum):
    """What retention removes once it is older than its time."""

    DELIVERY_BODY = "delivery-body"
    DELIVERY = "delivery"
    TEXT = "text"
    QUIET_TEXT = "quiet-text"
    DRAFT_REVIEW = "draft-review"
    ACTION = "action"
    OWN_WRITE = "own-write"
    ESCALATION = "escalation"
    SIGHTING = "sighting"
    OUTGOING = "outgoing"


class Seen(StrEnum):
    """How a rule was met in a conversation."""

    SHOWN = "shown"  # to whoever wrote, while writing
    SENT = "sent"  # in what was sent
    SHADOW = "shadow"  # counted, shown to nobody


class PromiseState(StrEnum):
    """What became of a promise. MOVED: before its time was over another one took its place."""

    OPEN = "open"
    KEPT = "kept"
    MOVED = "moved"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A request worth keeping, before it has a row. `headers` are the few the plugin asked to keep."""

    source: str
    key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that is ours until `lease` (ms). `attempts` counts this one, so it starts at 1."""

    delivery: Delivery
    attempts: int
    lease: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as listed for people: never its body."""

    id: int
    source: str
    key: str
    received_at: datetime
    state: DeliveryState
    attempts: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """The snapshot we hold. `snapshot.messages` is empty here, `Transaction.messages` has them.

    `version` grows with every `save_conversation`; 0 means that only the row exists, never fetched.
    `fetched_after` is the id of the newest delivery that there was when this state was asked for: what any
    delivery up to it announced is in here.
    """

    id: int
    snapshot: Conversation
    version: int = 0
    fetched_after: int = 0
    merged_into: str = ""
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message with its newest text. `version_id` is the row that verdicts point to, `number` from 1.

    `seen_at` is when we saw this text first, None for what has no row.
    """

    id: int
    message: Message
    version_id: int
    number: int = 1
    redacted: bool = False
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Our record that a conversation is (or is not) a complaint, with its clocks.

    `look_at` is when the sweep must look again (a quiet turn, a reply coming due), None for never.
    `waiting_since` is the customer's first public message that nobody of ours has answered.
    `half_read_at` is when something in it was read by words alone although there is a learned layer, and
    `read_again_at` when the sweep may read it again; None for nothing to make up for.
    """

    conversation_id: int
    is_complaint: bool
    why: str
    decided_by: str
    stage: Stage
    opened_at: datetime
    severity: str = ""
    first_reply_due_at: datetime | None = None
    waiting_since: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    look_at: datetime | None = None
    about: tuple[str, ...] = ()
    half_read_at: datetime | None = None
    read_again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DraftReview:
    """What an agent was shown while writing: the hash of the draft, never the draft.

    `shadow`: the rules that would have spoken and are only counted.
    """

    text_hash: str
    source: str
    conversation: str
    shown: tuple[str, ...]
    created_at: datetime
    shadow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why somebody set the advice aside. One per (source, conversation, text_hash, rule).

    `sent`: it may well apply, the text was sent all the same. Without it: "does not apply because ...".
    """

    rule: str
    reason: str
    by: str
    source: str
    conversation: str
    text_hash: str
    created_at: datetime
    sent: bool = False


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What became of a rule: numbers of conversations, each counted once however often it was met there.

    `shown` in a draft that stood or was sent, `waived` as "does not apply", `sent_anyway` although shown,
    `found_later` only in what had been sent, `shadow` in either, shown to nobody. `reasons` of the waivers,
    the frequent first.
    """

    rule: str
    shown: int = 0
    waived: int = 0
    sent_anyway: int = 0
    found_later: int = 0
    shadow: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def precision(self) -> float | None:
        """1 - waived / shown; None while it was never shown."""
        return 1 - self.waived / self.shown if self.shown else None


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """A promise found in a reply that was sent at `made_at`.

    `settled_by` is reply, tag:x or agent:x once its state was decided, "" while only time has passed.
    """

    message_id: int
    what: str
    due_at: datetime | None
    who: str
    state: PromiseState = PromiseState.OPEN
    id: int = 0
    made_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class NewAction:
    """A wish to change the helpdesk or to tell a person. The same `mark` twice is one action."""

    kind: ActionKind
    source: str
    conversation: str
    payload: Mapping[str, Any]
    mark: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedAction:
    """An action that is ours until `lease` (ms). `action.attempts` counts this one, so it starts at 1."""

    action: Action
    lease: int


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as listed for people."""

    action: Action
    state: ActionState
    error: str
    created_at: datetime
    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewEscalation:
    """`key` names the cause: while an escalation with it is not resolved, no second one is made.

    `next_at` is when the next rung of the ladder hears of it, unless somebody acknowledged before.
    """

    reason: Reason
    source: str
    conversation: str
    summary: str
    key: str
    created_at: datetime
    due_at: datetime
    next_at: datetime
    rung: int = 0
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EscalationFilter:
    """Which escalations to list; an empty field does not narrow."""

    states: frozenset[EscalationState] = frozenset()
    source: str = ""
    conversation: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of everything there is, for `doctor`, `/readyz` and the metrics.

    The oldest moments are of rows still waiting to be worked on, None when nothing waits.
    """

    deliveries: Mapping[str, int]
    actions: Mapping[str, int]
    escalations: Mapping[str, int]
    outgoing: Mapping[str, int] = field(default_factory=dict)
    oldest_delivery: datetime | None = None
    oldest_action: datetime | None = None
    heartbeats: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what. `detail` holds ids, counts and hashes, never a text of a message."""

    at: datetime
    who: str
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A stored entry and its place in the chain."""

    id: int
    entry: AuditEntry
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first entry of the audit that is not as it was written. `id` is its number, counted from 1."""

    id: int
    what: str


def millis(moment: datetime) -> int:
    """Milliseconds since 1970, the unit of every lease."""
    return int(moment.timestamp() * 1000)


def hash_text(text: str) -> str:
    """The hash under which a text is known: the same for a draft and the message it became.

    Only white space may differ between the two, helpdesks change it.
    """
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()


def veil(who: str) -> str:
    """What is left in the audit of somebody who was erased; what is veiled already stays so."""
    if len(who) == 65 and who[0] == "#" and not who[1:].strip("0123456789abcdef"):
        return who
    return "#" + hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()


def chain_hash(previous: str, entry: AuditEntry) -> str:
    """The hash of an audit entry that follows the entry with the hash `previous` ("" for the first).

    The same once its author is erased: the chain holds whatever becomes of people.
    """
    told = [previous, millis(entry.at), veil(entry.who), entry.what, entry.detail]
    raw = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
