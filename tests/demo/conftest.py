"""A stand-in with a clock that a test moves, a caller with a token, an endpoint that remembers."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from complaint_gift.demo.standin import create_app

EVENTS = ("ticket.created", "ticket.comment_added", "ticket.tags_changed")
GRANT = {
    "grant_type": "client_credentials",
    "client_id": "complaint-gift",
    "client_secret": "stand-in-secret",
}


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Receiver:
    """An endpoint for webhooks that answers what it is told and remembers what it got."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                code, headers = receiver.answers.pop(0) if receiver.answers else (202, {})
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/zendesk"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


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
