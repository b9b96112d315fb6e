"""A stand-in with a clock that a test moves, a caller with a token, an endpoint that remembers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from standin_callers import Clock, Receiver

from complaint_gift.demo.standin import create_app

EVENTS = ("ticket.created", "ticket.comment_added", "ticket.tags_changed")
GRANT = {
    "grant_type": "client_credentials",
    "client_id": "complaint-gift",
    "client_secret": "stand-in-secret",
}


class Caller:
    """A client with a token."""

    def __init__(self, app: Flask, scope: str = "read write") -> None:
        self.client: FlaskClient = app.test_client()
        token = self.client.post("/oauth/tokens", json=GRANT | {"scope": scope}).json["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        return self.client.open(f"/api/v2{path}", method=method, json=body, headers=self.headers | headers)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Flask:
    return create_app(tmp_path / "standin.sqlite3", deliver=False, clock=clock, seed=1)


@pytest.fixture
def call(app: Flask) -> Caller:
    return Caller(app)


@pytest.fixture
def ticket(app: Flask, call: Caller) -> int:
    wish = {
        "subject": "Cold soup",
        "comment": {"body": "It was cold."},
        "requester_id": app.extensions["cast"].customer,
    }
    return call("POST", "/tickets", {"ticket": wish}).json["ticket"]["id"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def enter(app: Flask) -> Callable[[str], Caller]:
    """Another caller with the scope given."""
    return lambda scope: Caller(app, scope)


@pytest.fixture
def subscribe(call: Caller, receiver: Receiver) -> Callable[..., str]:
    """Create a webhook to the receiver for the events named; gives its id."""

    def create(*events: str) -> str:
        wish: dict[str, Any] = {
            "name": "ours",
            "endpoint": receiver.url,
            "http_method": "POST",
            "request_format": "json",
        }
        subscriptions = [f"zen:event-type:{name}" for name in events or EVENTS]
        answer = call(
            "POST", "/webhooks", {"webhook": wish | {"status": "active", "subscriptions": subscriptions}}
        )
        assert answer.status_code == 201, answer.json
        return str(answer.json["webhook"]["id"])

    return create
