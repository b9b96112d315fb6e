"""Messages of our side that the gate kept: frozen rows, nothing that can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from complaint_gift.domain import Finding, Layer, Severity
from complaint_gift.plugin import Outgoing


class OutgoingState(StrEnum):
    """Where a kept message is.

    HELD, UNKNOWN and FAILED wait for a person, APPROVED and SENDING for a worker.
    """

    PASSED = "passed"  # it went out, its author is told
    REJECTED = "rejected"  # it did not go out, its author is told
    HELD = "held"
    APPROVED = "approved"
    SENDING = "sending"  # between our first byte and the other side's answer
    SENT = "sent"
    UNKNOWN = "unknown"  # that answer was lost
    FAILED = "failed"  # that answer was no
    RETURNED = "returned"


WAITING = frozenset((OutgoingState.HELD, OutgoingState.UNKNOWN, OutgoingState.FAILED))
UNDER_WAY = frozenset((OutgoingState.APPROVED, OutgoingState.SENDING))


@dataclass(frozen=True, slots=True)
class NewOutgoing:
    """A message worth keeping. `mail.findings` are not looked at: `findings` are all of them."""

    mail: Outgoing
    state: OutgoingState
    decision: str
    playbook: str
    findings: tuple[Finding, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptOutgoing:
    """A message and what became of it. `sends` counts how often somebody had it sent."""

    id: int
    mail: Outgoing
    state: OutgoingState
    decision: str
    playbook: str
    findings: tuple[Finding, ...]
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    error: str = ""
    escalation: int = 0
    sends: int = 0
    is_edited: bool = False


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """As it is stored with the message."""
    return {**finding.as_json(), "params": dict(finding.params)}


def finding_of_json(told: Mapping[str, Any]) -> Finding:
    """What `finding_as_json` wrote."""
    read = {**told, "severity": Severity(told["severity"]), "layer": Layer(told["layer"])}
    return Finding(**read)
