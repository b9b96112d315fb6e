"""The words of the domain as plain values: no framework, no I/O, nothing that can fail.

Identifiers from a helpdesk are always strings, times are always timezone-aware UTC,
and offsets are Unicode code points of the text they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """Who speaks in a conversation."""

    CUSTOMER = "customer"
    AGENT = "agent"
    MANAGER = "manager"
    BOT = "bot"
    BYSTANDER = "bystander"


class Visibility(StrEnum):
    """Who can read a message. Unknown counts as public when we check, never as permission to post."""

    PUBLIC = "public"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """What kind of text a rule is about."""

    PUBLIC_REPLY = "public-reply"
    EMPLOYEE_NOTE = "employee-note"
    MANAGER_COMMENT = "manager-comment"


class Severity(StrEnum):
    """How much a finding matters; only an `error` may hold a reply."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst, so that sorting puts errors first."""
        return _SEVERITY_ORDER.index(self)


_SEVERITY_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


class Layer(StrEnum):
    """Which part of the engine saw it."""

    LEXICAL = "lexical"
    LEARNED = "learned"
    METADATA = "metadata"


class Decision(StrEnum):
    """What the host shall do with a reply."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    HOLD = "hold"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes. `company` is None where the source cannot tell."""

    id: str
    role: Role
    name: str = ""
    account: str = ""
    company: bool | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance, in the version we saw last. `text` is plain text of the new part only.

    `waiver` is the reason its author gave for sending it against the advice, "" when there was none.
    """

    id: str
    author: Author
    text: str
    visibility: Visibility
    sent_at: datetime
    channel: str = ""
    language: str = ""
    waiver: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The ordered messages of one ticket or thread; identity is (source, id).

    `is_whole` promises that these are all there are: one that we know and that is not among them is gone.
    """

    source: str
    id: str
    messages: tuple[Message, ...] = ()
    subject: str = ""
    brand: str = ""
    channel: str = ""
    status: str = ""
    priority: str = ""
    form: str = ""
    rating: str = ""
    tags: frozenset[str] = frozenset()
    requester_id: str = ""
    assignee_id: str = ""
    group_id: str = ""
    updated_at: datetime | None = None
    url: str = ""
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What a delivery means, normalised. Events are bells: the text comes from `Plugin.fetch`."""

    conversation: str
    occurred_at: datetime | None = None
    actor_id: str = ""


@dataclass(frozen=True, slots=True)
class ConversationChanged(Event):
    """Something about the conversation changed: opened, tagged, assigned, rated, closed."""

    what: str = ""


@dataclass(frozen=True, slots=True)
class MessageAdded(Event):
    """A message was written; its id may be unknown, then every new message is meant."""

    message: str = ""
    visibility: Visibility = Visibility.UNKNOWN


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """A message has a new text or visibility: review it again, keep the old version's findings apart."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class MessageRedacted(Event):
    """Text was removed at the source: remove ours too."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class ConversationMerged(Event):
    """This conversation lives on in another one."""

    into: str = ""


@dataclass(frozen=True, slots=True)
class ConversationDeleted(Event):
    """The source deleted it (or called it spam): purge the text, close what waits."""

    reason: str = "deleted"


@dataclass(frozen=True, slots=True)
class PersonErased(Event):
    """The source deleted a person: purge what identifies them. `conversation` is empty."""

    person: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """A speech act found in a text, with its span."""

    name: str
    start: int
    end: int
    layer: Layer = Layer.LEXICAL
    score: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """{signal, start, end}, as whoever reviews a text is shown it."""
        return {"signal": self.name, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule hit. `start`, `end` and `quote` are None when something is missing.

    The texts for people are rendered late, in the reader's language, from the rule and `params`.
    """

    id: str
    rule: str
    severity: Severity
    layer: Layer
    missing: bool
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Everything but `params`, under the names that the answers of the API have."""
        return {
            "id": self.id,
            "rule": self.rule,
            "severity": self.severity.value,
            "layer": self.layer.value,
            "missing": self.missing,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
        }


def gather(findings: Iterable[Finding], say: Callable[[Finding], Hashable]) -> list[tuple[Finding, ...]]:
    """Findings that the same advice is for, together: said once, it nags nobody.

    `say` gives the words of one. Groups stand in the order of their first, its members in that of the text.
    """
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.missing, say(finding)), []).append(finding)
    return [tuple(sorted(alike, key=lambda f: f.start or 0)) for alike in groups.values()]


def quotes_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The words that some findings are about, each once; none of what is missing."""
    return tuple(dict.fromkeys(finding.quote for finding in findings if finding.quote))


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings on one text, errors first, and what the host shall do."""

    decision: Decision
    findings: tuple[Finding, ...]
    signals: tuple[Signal, ...]
    playbook: str
    complete: bool = True

    @property
    def worst(self) -> Severity | None:
        """The worst severity, None when there is no finding."""
        return min((f.severity for f in self.findings), key=lambda s: s.rank, default=None)


class ActionKind(StrEnum):
    """What we may wish to change in a helpdesk. The value is stored."""

    NOTE = "note"
    TAGS = "tags"
    PRIORITY = "priority"
    ASSIGN = "assign"
    NOTIFY = "notify"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    FACTS = "facts"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Action:
    """A wish to change the helpdesk, stored before it is done.

    `mark` is the idempotency mark: written with the change, looked for before a retry.
    `payload` by kind: note {text, about?, replaces?} (the marks of earlier notes whose place it takes);
    tags {add: [...], remove: [...]}; priority {priority}; assign {group_id?, assignee_id?}; facts {facts};
    escalate {escalation, reason, summary, due_at}; acknowledge {to, name, subject, answers, language};
    notify {escalation or outgoing, channel, to} and send {outgoing} (neither reaches a plugin's `perform`;
    words are made when they are sent).
    """

    id: int
    kind: ActionKind
    source: str
    conversation: str
    payload: Mapping[str, Any]
    mark: str
    attempts: int = 0


class Reason(StrEnum):
    """Why a human is needed. The same words are the triggers of a customer's message."""

    VIOLATION_SENT = "violation-sent"
    UNANSWERED = "unanswered"
    ACCUSED_HANDLES = "accused-handles"
    COURT = "court"
    PRESS = "press"
    REGULATOR = "regulator"
    HEALTH = "health"
    SAFETY = "safety"
    DISCRIMINATION = "discrimination"
    SECOND_FAILURE = "second-failure"
    ASKS_MANAGER = "asks-manager"
    NAMES_EMPLOYEE = "names-employee"
    DEADLINE_NEAR = "deadline-near"
    LARGE_AUDIENCE = "large-audience"
    LEAVING = "leaving"
    DATA_LEAK = "data-leak"
    MONEY_LOST = "money-lost"
    EMPLOYEE_THREATENED = "employee-threatened"
    DELIVERY_FAILED = "delivery-failed"
    INTERNAL_LEAK = "internal-leak"
    PROMISE_DUE = "promise-due"
    PROMISE_BROKEN = "promise-broken"
    REPLY_HELD = "reply-held"
    SENDING_UNKNOWN = "sending-unknown"


class EscalationState(StrEnum):
    """An escalation leaves the queue only through a human."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Escalation:
    """A queued need for a human. `rung` is the step of the ladder reached so far."""

    id: int
    reason: Reason
    source: str
    conversation: str
    summary: str
    state: EscalationState
    created_at: datetime
    due_at: datetime
    rung: int = 0
    about: tuple[str, ...] = ()
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """What was told to a customer, by when and by whom, with its span in the reply."""

    what: str
    due_at: datetime | None
    who: str
    start: int
    end: int
