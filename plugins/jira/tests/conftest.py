"""A Jira on 127.0.0.1 that remembers what is done to it, and sources that point to it."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving import serve
from small_jira import AGENT, BOT, CUSTOMER, LEAD, Desk, user

from complaint_gift.plugin import Delivery, Request, Source
from complaint_gift.signing import make_hmac
from complaint_gift_jira import JiraPlugin
from complaint_gift_jira.settings import JiraSettings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SECRET = "a signing secret"
TOKEN = "a token of more than twenty-four letters"
NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
_identifiers = itertools.count()


def make_source(*, folder: Path | None = None, **changes: Any) -> Source:
    settings = {
        "site": "acme",
        "email": "bot@example.com",
        "api_token": "an api token",
        "signing_secrets": [SECRET],
        "bot_user_id": BOT,
    }
    wish = {key: value for key, value in (settings | changes).items() if value is not None}
    return Source("jira-main", "jira", JiraSettings().load(wish), folder)


def make_data_center(**changes: Any) -> Source:
    settings = {
        "deployment": "data-center", "site": None, "email": None, "api_token": None,
        "base_url": "http://127.0.0.1:9/jira", "access_token": "a personal access token",
    }  # fmt: skip
    return make_source(**(settings | changes))


def read_fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def store(body: bytes | dict[str, Any]) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(1, "jira-main", "k", {}, raw, NOW)


def sign(body: bytes, secret: str = SECRET, at: datetime = NOW, digest: str = "sha256") -> Request:
    """The request in which Jira delivers a body."""
    headers = {
        "x-hub-signature": (make_hmac(body, secret, digest=digest, prefix=f"{digest}="),),
        "x-atlassian-webhook-identifier": (f"{next(_identifiers):08d}-0000-4000-8000-000000000000",),
        "x-atlassian-webhook-flow": ("Primary",),
        "content-type": ("application/json; charset=utf-8",),
        "user-agent": ("Atlassian Webhook HTTP Client",),
    }
    return Request("POST", "/hooks/jira-main", headers, body, at)


@pytest.fixture
def kit() -> SimpleNamespace:
    """The functions above, for tests: files of a tests folder cannot import each other here."""
    return SimpleNamespace(
        make_source=make_source, make_data_center=make_data_center, read_fixture=read_fixture, store=store,
        sign=sign, serve=serve, user=user, Desk=Desk, BOT=BOT, AGENT=AGENT, LEAD=LEAD, CUSTOMER=CUSTOMER,
        NOW=NOW, SECRET=SECRET, TOKEN=TOKEN, FIXTURES=FIXTURES,
    )  # fmt: skip


@pytest.fixture(params=["cloud", "data-center"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Both deployments, one after the other; `desk.source` points to it."""
    made = Desk(cloud=request.param == "cloud")
    with serve(made) as url:
        made.url = url
        yield connect(made)


@pytest.fixture
def cloud() -> Iterator[Desk]:
    """Cloud alone."""
    made = Desk()
    with serve(made) as url:
        made.url = url
        yield connect(made)


def connect(desk: Any, **changes: Any) -> Any:
    """Give it a source and a plugin."""
    make = make_source if desk.cloud else make_data_center
    extra = {"site": None} if desk.cloud else {}
    desk.configure = lambda **more: connect(desk, **(changes | more))
    desk.source = make(**({"base_url": desk.url} | extra | changes))
    desk.plugin = JiraPlugin()
    desk.api = lambda: desk.plugin.connect(desk.source)
    return desk
