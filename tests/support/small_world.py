"""An installation in one process: a helpdesk of a few lines, a playbook of two rules, a clock to turn."""

from __future__ import annotations

import json
import random
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from complaint_gift import domain
from complaint_gift.domain import (
    Action,
    Author,
    Conversation,
    Decision,
    Event,
    Finding,
    Layer,
    Message,
    Role,
    Scope,
    Severity,
    Signal,
    Verdict,
    Visibility,
)
from complaint_gift.plugin import (
    Can,
    Delivery,
    NotAuthentic,
    Outcome,
    Page,
    Receipt,
    Refused,
    Request,
    Source,
    Unreachable,
    Unreadable,
)
from complaint_gift.service import Service
from complaint_gift.service.policy import Policy
from complaint_gift.service.policyfile import load_policy
from complaint_gift.service.ports import Notice
from complaint_gift.store import SqlStore, upgrade

MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday
BOT = "bot"
SOURCE = "desk"
CUSTOMER = Author("c1", Role.CUSTOMER, "Marta Lind", "marta@example.net")
AGENT = Author("a1", Role.AGENT, "Dana Whitfield", "dana@example.com")
COLLEAGUE = Author("a2", Role.AGENT, "Kevin Brooks", "kevin@example.com")
ROBOT = Author("auto", Role.BOT, "Auto reply")


@dataclass
class Turning:
    """The clock."""

    moment: datetime = MORNING

    def now(self) -> datetime:
        return self.moment

    def turn(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass
class Desk:
    """The helpdesk: what it holds, what was done to it, and how it may fail."""

    clock: Turning
    conversations: dict[str, Conversation] = field(default_factory=dict)
    effects: list[Action] = field(default_factory=list)
    made: dict[str, Receipt] = field(default_factory=dict)
    trouble: Callable[[str], None] = lambda what: None
    fetches: int = 0
    changed: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def open(self, number: str = "1", **more: Any) -> None:
        values: dict[str, Any] = {
            "status": "open", "channel": "email", "assignee_id": AGENT.id, "requester_id": CUSTOMER.id,
            "updated_at": self.clock.now(), "url": f"https://desk.example/{number}",
        }  # fmt: skip
        self.conversations[number] = Conversation(SOURCE, number, **values | more)

    def say(self, number: str, author: Author, text: str, **more: Any) -> str:
        """Write a message into a conversation; gives its id."""
        conversation = self.conversations[number]
        name = f"{number}-{len(conversation.messages) + 1}"
        values: dict[str, Any] = {"visibility": Visibility.PUBLIC, "sent_at": self.clock.now()}
        message = Message(name, author, text, **values | more)
        self.change(number, messages=(*conversation.messages, message))
        return name

    def change(self, number: str, **more: Any) -> None:
        self.conversations[number] = replace(self.conversations[number], updated_at=self.clock.now(), **more)
        self.changed.append(number)

    def edit(self, number: str, name: str, **more: Any) -> None:
        messages = self.conversations[number].messages
        self.change(number, messages=tuple(replace(m, **more) if m.id == name else m for m in messages))

    def done(self, kind: domain.ActionKind) -> list[Mapping[str, Any]]:
        return [action.payload for action in self.effects if action.kind is kind]


class DeskPlugin:
    """Speaks to it. A delivery's body is a list of [event name, fields]."""

    name = "desk"
    api = 1
    settings = dict
    handled = frozenset({"any"})
    ignored = frozenset({"none"})
    can = frozenset({Can.FETCH, Can.NOTE, Can.TAG, Can.PRIORITY, Can.ASSIGN, Can.POLL})
    answers: Mapping[Outcome, int] = {}
    kept_headers = frozenset({"x-id", "x-complaint-gift-look"})

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def verify(self, request: Request, source: Source) -> None:
        if request.header("x-key") != "right":
            raise NotAuthentic("desk: the key is wrong; compare it with the helpdesk's")

    def key(self, request: Request) -> str:
        return request.header("x-id") or ""

    def parse(self, delivery: Delivery, source: Source) -> list[Event]:
        try:
            told = json.loads(delivery.body)
        except ValueError:
            raise Unreadable("desk: the body is not JSON; look at the webhook's settings") from None
        return [getattr(domain, name)(**fields | _enums(fields)) for name, fields in told]

    def connect(self, source: Source) -> Desk:
        return self.desk

    def fetch(self, conversation: str, source: Source, client: Desk) -> Conversation | None:
        client.fetches += 1
        client.trouble("fetch")
        return client.conversations.get(conversation)

    def perform(self, action: Action, source: Source, client: Desk) -> Receipt:
        client.trouble("before perform")
        with client.lock:
            self._change(action, client)
        client.trouble("after perform")
        return client.made[action.mark]

    def _change(self, action: Action, client: Desk) -> None:
        if action.mark in client.made:
            return
        client.effects.append(action)
        client.made[action.mark] = Receipt((f"w{len(client.effects)}",), action.kind.value)
        if action.kind is domain.ActionKind.TAGS and action.conversation in client.conversations:
            tags = client.conversations[action.conversation].tags
            tags = (tags | set(action.payload["add"])) - set(action.payload["remove"])
            client.change(action.conversation, tags=frozenset(tags))

    def poll(self, source: Source, cursor: str, client: Desk) -> Page:
        client.trouble("poll")
        start = int(cursor or 0)
        names = tuple(dict.fromkeys(client.changed[start:]))
        return Page(names, str(len(client.changed)))

    def is_own(self, author_id: str, source: Source) -> bool:
        return author_id == BOT


def _enums(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"visibility": Visibility(fields["visibility"])} if "visibility" in fields else {}


@dataclass(frozen=True)
class Said:
    """Words of a finding."""

    message: str
    why: str = ""
    reading: str = ""
    suggestion: str = ""


class Book:
    """Two rules: nobody says "fault", everybody says "thank"."""

    hash = "book-1"
    blocks = False

    def __init__(self) -> None:
        self.contexts: list[Any] = []

    def review(
        self, text: str, *, scope: Scope = Scope.PUBLIC_REPLY, context: Any = None, **learned: Any
    ) -> Verdict:
        self.contexts.append(context)
        found = []
        at = text.casefold().find("fault")
        if at >= 0:
            quote = text[at : at + 5]
            found.append(
                Finding(f"no-blame:{at}", "no-blame", Severity.ERROR, Layer.LEXICAL, False, at, at + 5, quote)
            )
        if "thank" not in text.casefold():
            found.append(Finding("thanks", "thanks", Severity.WARNING, Layer.LEXICAL, True))
        decision = Decision.HOLD if at >= 0 else Decision.WARN if found else Decision.PASS
        return Verdict(decision, tuple(found), self.signals(text), self.hash)

    def listens(self, text: str, context: Any = None) -> bool:
        return True

    def signals(self, text: str, learned: Any = None) -> tuple[Signal, ...]:
        return ()

    def words(self, finding: Finding, language: str) -> Said:
        return Said(f"{finding.rule} in {language}")


@dataclass
class Bell:
    """Remembers what was rung; `is_down` loses every ring."""

    rings: list[tuple[str, int]] = field(default_factory=list)
    is_down: bool = False

    def ring(self, kind: str, row_id: int) -> None:
        if not self.is_down:
            self.rings.append((kind, row_id))


@dataclass
class Post:
    """What people were told."""

    sent: dict[str, Notice] = field(default_factory=dict)
    trouble: Callable[[str], None] = lambda what: None

    def notify(self, notice: Notice, mark: str) -> str:
        self.trouble(notice.channel)
        self.sent.setdefault(mark, notice)
        return "told"

    def to(self, address: str) -> list[Notice]:
        return [notice for notice in self.sent.values() if notice.to == address]


class World:
    """All of it, and the worker that follows the bell."""

    def __init__(self, store: SqlStore, policy: Policy | None = None, **more: Any) -> None:
        self.clock = Turning()
        self.desk, self.bell, self.post, self.book = Desk(self.clock), Bell(), Post(), Book()
        self.store = store
        self.service = Service(
            store=store,
            sources={SOURCE: Source(SOURCE, "desk")},
            plugins={"desk": DeskPlugin(self.desk)},  # type: ignore[dict-item]
            playbook=lambda: self.book,
            policy=policy or load_policy(),
            bell=self.bell,
            notifier=self.post,
            clock=self.clock,
            **more,
        )
        self.count = 0
        self.random = random.Random(1)

    def send(self, *events: tuple[str, dict[str, Any]], key: str = "", **more: Any) -> Outcome:
        """One delivery from the helpdesk."""
        self.count += 1
        body = more.get("body", json.dumps(events).encode())
        headers = {"x-key": ("right",), "x-id": (key or f"d{self.count}",)} | more.get("headers", {})
        request = Request("POST", "/hooks/desk", headers, body, self.clock.now())
        return self.service.receive(SOURCE, request)

    def tell(self, number: str = "1", **more: Any) -> Outcome:
        """The usual delivery: something was written here."""
        fields = {"conversation": number, "actor_id": "a1"} | more
        return self.send(("MessageAdded", fields))

    def work(self) -> None:
        """Do what the bell rang for, and what that rings for."""
        while self.bell.rings:
            kind, row_id = self.bell.rings.pop(0)
            (self.service.process if kind == "delivery" else self.service.perform)(row_id)

    def settle(self, hours: float = 0.0) -> None:
        """Time passes, the sweep comes, everything is worked off."""
        self.clock.turn(hours=hours, seconds=60)
        self.service.sweep()
        self.work()

    def complain(
        self, text: str = "I want to complain: nobody has come back to me.", number: str = "1"
    ) -> str:
        """A customer writes, and we hear of it."""
        self.desk.open(number)
        name = self.desk.say(number, CUSTOMER, text)
        self.tell(number)
        self.work()
        return name

    def reply(self, text: str, number: str = "1", author: Author = AGENT, **more: Any) -> str:
        """Somebody of ours answers, and we hear of it."""
        name = self.desk.say(number, author, text, **more)
        self.tell(number)
        self.work()
        return name

    def reasons(self) -> list[str]:
        return sorted(one.reason.value for one in self.service.list_escalations())


def refuse(*steps: str) -> Callable[[str], None]:
    """Trouble that says no for good at these steps."""

    def trouble(what: str) -> None:
        if what in steps:
            raise Refused("desk: this is not allowed; ask its admin")

    return trouble


def be_away(*steps: str, retry_after: float | None = None) -> Callable[[str], None]:
    """Trouble that passes."""

    def trouble(what: str) -> None:
        if what in steps:
            raise Unreachable("desk: it does not answer; it will be tried again", retry_after)

    return trouble


@contextmanager
def make_store(template: Path, folder: Path) -> Iterator[SqlStore]:
    """A store of its own, copied from one that has its tables already."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "store.db"
    shutil.copy(template, target)
    store = SqlStore(f"sqlite:///{target}")
    try:
        yield store
    finally:
        store.close()


def make_template(folder: Path) -> Path:
    """An empty SQLite database with all tables."""
    path = folder / "template.db"
    upgrade(f"sqlite:///{path}")
    return path
