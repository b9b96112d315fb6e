"""Rows for tests, with everything said that a test does not care about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from complaint_gift.domain import (
    ActionKind,
    Author,
    Conversation,
    Decision,
    Finding,
    Layer,
    Message,
    Reason,
    Role,
    Severity,
    Verdict,
    Visibility,
)
from complaint_gift.plugin import Outgoing
from complaint_gift.service.held import NewOutgoing, OutgoingState
from complaint_gift.service.records import Case, NewAction, NewDelivery, NewEscalation, Stage

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def a_delivery(key: str = "k1", source: str = "desk", body: bytes = b"{}", **more: Any) -> NewDelivery:
    return NewDelivery(source, key, more.get("headers", {"x-id": key}), body, more.get("received_at", NOW))


def an_action(mark: str = "m1", **more: Any) -> NewAction:
    values = {
        "kind": ActionKind.NOTE,
        "source": "desk",
        "conversation": "7",
        "payload": {"text": "Посмотрите правило"},
        "created_at": NOW,
    }
    return NewAction(mark=mark, **{**values, **more})


def an_escalation(key: str = "e1", **more: Any) -> NewEscalation:
    values = {
        "reason": Reason.COURT,
        "source": "desk",
        "conversation": "7",
        "summary": "The customer speaks of a court",
        "created_at": NOW,
        "due_at": LATER,
        "next_at": LATER,
        "about": ("agent-3",),
    }
    return NewEscalation(key=key, **{**values, **more})


def a_conversation(external_id: str = "7", **more: Any) -> Conversation:
    values = {"subject": "Холодный суп", "tags": frozenset({"complaint", "vip"}), "requester_id": "cust-1"}
    return Conversation("desk", external_id, **{**values, "updated_at": NOW, **more})


def a_message(external_id: str = "m1", text: str = "Суп был холодный 😡", **more: Any) -> Message:
    author = Author("cust-1", Role.CUSTOMER, "Анна Петрова", "anna@example.com", None)
    values = {"author": author, "visibility": Visibility.PUBLIC, "sent_at": NOW, "language": "ru"}
    return Message(external_id, text=text, **{**values, **more})


def a_verdict(playbook: str = "p1", quote: str = "you must") -> Verdict:
    found = Finding("f1", "demand", Severity.ERROR, Layer.LEXICAL, False, 3, 11, quote, {"word": quote})
    missing = Finding("f2", "thanks", Severity.WARNING, Layer.LEXICAL, True)
    return Verdict(Decision.HOLD, (found, missing), (), playbook)


def a_case(conversation_id: int, **more: Any) -> Case:
    values = {
        "is_complaint": True,
        "why": "tag",
        "decided_by": "rule",
        "stage": Stage.OPEN,
        "opened_at": NOW,
        "about": ("agent-3",),
    }
    return Case(conversation_id, **{**values, **more})


def an_outgoing(key: str = "o1", **more: Any) -> NewOutgoing:
    mail = {
        "author": Author("oleg@acme.example", Role.AGENT, "Олег Смирнов", "oleg@acme.example", True),
        "text": "Вы обязаны ждать.",
        "raw": "Subject: Re: Суп\r\n\r\nВы обязаны ждать.\r\n".encode(),
        "envelope": {"sender": "support@acme.example", "recipients": ["ben@example.com"]},
        "conversation": "8",
        "history": "> My order is late",
        "subject": "Re: Delay",
        "recipients": ("ben@example.com",),
        "tell": "oleg@acme.example",
        "language": "ru",
    }
    values = {"state": OutgoingState.HELD, "decision": "hold", "playbook": "p1", "created_at": NOW}
    values["findings"] = a_verdict().findings
    told = {name: more.pop(name) for name in list(more) if name in mail or name == "source"}
    return NewOutgoing(Outgoing(key=key, **{"source": "desk", **mail, **told}), **{**values, **more})
