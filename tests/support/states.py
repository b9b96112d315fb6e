"""Every state in which the panel can be seen while a reply is written, for all the places where it lives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scripted_review import Review

CALM = ("no-minimising", "error", "We are sorry that you had to wait.")
CASE = {
    "stage": "reopened",
    "reply_due": "2999-01-02T10:00:00Z",
    "promises": [
        {"id": 1, "what": "a call back", "due_at": "2020-01-02T10:00:00Z", "who": "Irina", "state": "broken"},
        {"id": 2, "what": "a new parcel", "due_at": "2999-01-02T10:00:00Z", "who": "", "state": "open"},
        {"id": 3, "what": "a voucher", "due_at": "2020-01-02T10:00:00Z", "who": "Ben", "state": "kept"},
    ],
    "about": ["Ben"],
    "audience": "public",
}


@dataclass(frozen=True)
class State:
    """`line` is the headline by language; `set_up` are fields of the scripted service."""

    name: str
    draft: str
    line: dict[str, str]
    set_up: dict[str, Any] = field(default_factory=dict)


STATES = (
    State("idle", "", {"en": "Write your reply.", "ru": "Пишите ответ."}),
    State("checking", "Dear Ellen", {"en": "Reading…", "ru": "Читаю…"}, {"delay": lambda text: 4.0}),
    State("pass", "Dear Ellen, thank you.", {"en": "Ready to send", "ru": "Можно отправлять"}),
    State("warn", "Our policy says so.", {"en": "One thing to look at", "ru": "место стоит перечитать"}),
    State(
        "hold",
        "Ellen, calm down. Our policy says so.",
        {"en": "Please change one thing", "ru": "Поправьте, пожалуйста"},
        {"missing": [("thank-for-the-complaint", "Thank you for telling us.")], "case": CASE},
    ),
    State(
        "block",
        "Please calm down.",
        {"en": "A team lead has to release this", "ru": "Этот ответ отправляет руководитель"},
        {"verdict": "block"},
    ),
    State(
        "sofar",
        "Dear Ellen, we looked.",
        {"en": "So far, so good", "ru": "Пока всё хорошо"},
        {"complete": lambda turn: False},
    ),
)


def walk_states(review: Review, language: str) -> Iterator[tuple[str, str, str]]:
    """Bring the service into one state after the other; gives (name, draft, headline)."""
    for state in STATES:
        fresh = Review(words={"calm down": CALM, "policy": ("no-rules", "warning", None)}, asked=review.asked)
        review.__dict__.update(fresh.__dict__ | state.set_up)
        yield state.name, state.draft, state.line[language]
