"""A stand-in Jira of each kind with a clock that a test moves, and callers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jira_site import Caller, open_request
from standin_callers import Clock, Receiver

from complaint_gift.demo.standin_jira import EMAIL, TOKEN, create_app
from complaint_gift.demo.standin_jira.hooks import add_webhook
from complaint_gift.demo.standin_jira.memory import JiraLimits

EVENTS = ["jira:issue_created", "jira:issue_updated", "comment_created", "comment_updated", "comment_deleted"]
CUSTOMER = "sam@example.net"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits() -> JiraLimits | None:
    """Overridden by tests that count."""
    return None


@pytest.fixture
def app(tmp_path: Path, clock: Clock, limits: JiraLimits | None) -> Flask:
    logins = {EMAIL: TOKEN, CUSTOMER: "portal"}
    return create_app(
        tmp_path / "jira.sqlite3", logins=logins, limits=limits, deliver=False, clock=clock, pause=1, seed=1
    )


@pytest.fixture
def data_center(tmp_path: Path, clock: Clock) -> Flask:
    return create_app(tmp_path / "dc.sqlite3", data_center=True, deliver=False, clock=clock, seed=1)


@pytest.fixture
def call(app: Flask) -> Caller:
    return Caller(app)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def request_key(app: Flask) -> str:
    return open_request(app)


@pytest.fixture
def subscribe(app: Flask, receiver: Receiver) -> Callable[..., str]:
    """Make a webhook to the receiver; gives its secret."""

    def create(**more: Any) -> str:
        secret = "It's a Secret to Everybody"
        wish = {"name": "Complaint Gift", "url": receiver.url, "events": EVENTS, "secret": secret, **more}
        with app.extensions["desk"].transaction() as records:
            add_webhook(records, wish, app.extensions["cast"].bot)
        return secret

    return create
