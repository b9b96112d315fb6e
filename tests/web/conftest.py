"""The web application on a real database, a plugin and a playbook of five lines, and no Redis at all."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema

from complaint_gift.domain import Decision, Finding, Layer, Severity, Signal, Verdict
from complaint_gift.plugin import Can, NotAuthentic, Outcome, Request, Source
from complaint_gift.runtime import Parts
from complaint_gift.runtime.parts import SystemClock
from complaint_gift.runtime.queue import RqBell, connect_to_ring, open_queue
from complaint_gift.runtime.secret import Secret
from complaint_gift.runtime.settings import Console, Settings
from complaint_gift.service import Service
from complaint_gift.service.policyfile import load_policy
from complaint_gift.store import SqlStore, upgrade
from complaint_gift.web import create_app

TOKEN, PASSWORD, KEY = "review-token-1", "console-password", "k" * 32
BAD_WORDS = ("but you", "сами виноваты")


class Notes:
    """A plugin whose requests are authentic when they say so."""

    name, api, settings = "notes", 1, Schema
    handled = ignored = frozenset[str]()
    can = frozenset({Can.VERIFY})
    kept_headers = frozenset({"x-kept"})
    answers: ClassVar = {
        Outcome.ACCEPTED: 202,
        Outcome.DUPLICATE: 200,
        Outcome.NOT_AUTHENTIC: 401,
        Outcome.UNAVAILABLE: 503,
    }

    def verify(self, request: Request, source: Source) -> None:
        if request.header("x-signature") != "right":
            raise NotAuthentic(f"{source.name}: the signature is wrong")

    def key(self, request: Request) -> str:
        return request.body.decode("utf-8", "replace")[:100]

    def admit(self, token: str, sources: Any, now: Any) -> Any:
        if token == "app-token":
            return SimpleNamespace(source="notes-main", agent="Dana")
        error = NotAuthentic("no")
        error.code = "token-expired" if token == "old-app-token" else "token-malformed"
        raise error


@dataclass
class Book:
    """A playbook that forbids two phrases and misses thanks; its words name the language."""

    hash: str = "book-1"
    problems: Any = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self) -> "Book":
        return self

    def refresh(self) -> bool:
        return False

    def review(self, text: str, *, scope: Any = None, context: Any = None, **_: Any) -> Verdict:
        self.asked.append({"text": text, "scope": scope, "context": context})
        found = [
            Finding(f"blame:{text.index(w)}", "blame", Severity.ERROR, Layer.LEXICAL, False,
                    text.index(w), text.index(w) + len(w), w)
            for w in BAD_WORDS if w in text
        ]  # fmt: skip
        signals = [Signal("thanks", text.index("Thank"), text.index("Thank") + 5)] if "Thank" in text else []
        if not signals:
            found.append(Finding("thanks:missing", "thanks", Severity.WARNING, Layer.LEXICAL, True))
        decision = Decision.HOLD if len(found) > 1 else Decision.WARN if found else Decision.PASS
        return Verdict(decision, tuple(found), tuple(signals), self.hash)

    def listens(self, text: str, context: Any = None) -> bool:
        return True

    def signals(self, text: str, learned: Any = None) -> tuple[Signal, ...]:
        return ()

    def words(self, finding: Finding, language: str) -> Any:
        told = {"en": "Do not blame.", "ru": "Не обвиняйте."}[language]
        return SimpleNamespace(message=told, why="w", reading="r", suggestion="" if finding.missing else "s")


class Silence:
    def notify(self, notice: Any, mark: str) -> str:
        return "said"


def make_settings(folder: Path, **changes: Any) -> Settings:
    source = Source("notes-main", "notes", {})
    settings = Settings(
        config=None,
        data=folder,
        host="127.0.0.1",
        port=8080,
        database_url=f"sqlite:///{folder}/test.sqlite3",
        redis_url=f"unix://{folder}/nobody.sock",
        sources={source.name: source},
        plugins={"notes": Notes()},
        review_tokens=(Secret("another"), Secret(TOKEN)),
        console=Console(Secret(PASSWORD), Secret(KEY)),
    )
    return replace(settings, **changes)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def parts(settings: Settings, book: Book, empty_database: Path) -> Iterator[Parts]:
    shutil.copy(empty_database, settings.data / "test.sqlite3")
    store, policy = SqlStore(settings.database_url), load_policy()
    ring: redis.Redis = connect_to_ring(settings.redis_url)
    queue = open_queue(ring)
    service = Service(
        store=store,
        sources=settings.sources,
        plugins=settings.plugins,
        playbook=book,
        policy=policy,
        bell=RqBell(queue),
        notifier=Silence(),
        clock=SystemClock(),
    )
    yield Parts(settings, store, book, policy, queue, service)
    ring.close()
    store.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
