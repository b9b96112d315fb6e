"""A Zendesk account on 127.0.0.1 that really signs and really answers, and a source that points to it."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from serving import serve

from complaint_gift.client import Limits
from complaint_gift.demo.standin import CLIENT, CLIENT_SECRET, create_app
from complaint_gift.demo.standin.tickets import Act, open_ticket, update_ticket
from complaint_gift.plugin import Delivery, Request, Source
from complaint_gift.signing import make_hmac
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.settings import ZendeskSettings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ACCOUNT = "21900417"
BOT = "28801400100011"
SECRET = "a signing secret"
NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
_invocations = itertools.count()


def make_source(**changes: Any) -> Source:
    settings = {
        "base_url": "http://127.0.0.1:9",
        "account_id": ACCOUNT,
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "signing_secrets": [SECRET],
        "bot_user_id": BOT,
    }
    wish = {key: value for key, value in (settings | changes).items() if value is not None}
    return Source("zendesk-main", "zendesk", ZendeskSettings().load(wish))


def read_fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def store(body: bytes | dict[str, Any]) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(1, "zendesk-main", "k", {}, raw, NOW)


def sign(body: bytes, secret: str = SECRET, at: datetime = NOW, account: str = ACCOUNT) -> Request:
    """The request in which Zendesk delivers a body."""
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {
        "x-zendesk-webhook-signature-timestamp": (moment,),
        "x-zendesk-webhook-signature": (make_hmac(moment.encode() + body, secret, encoding="base64"),),
        "x-zendesk-account-id": (account,),
        "x-zendesk-webhook-id": ("01KG9Y5Q0V8M0W6M4T1R2S3T4U",),
        "x-zendesk-webhook-invocation-id": (f"01KG9Y5Q0V{next(_invocations):016d}",),
        "content-type": ("application/json; charset=utf-8",),
        "user-agent": ("Zendesk Webhook",),
    }
    return Request("POST", "/hooks/zendesk-main", headers, body, at)


@pytest.fixture
def kit() -> SimpleNamespace:
    """The functions above, for tests: files of a tests folder cannot import each other here."""
    return SimpleNamespace(
        make_source=make_source, read_fixture=read_fixture, store=store, sign=sign, serve=serve, Desk=Desk,
        ACCOUNT=ACCOUNT, BOT=BOT, NOW=NOW, SECRET=SECRET, FIXTURES=FIXTURES,
    )  # fmt: skip


class Desk:
    """The stand-in over HTTP, with what a test wants to do behind its back."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url
        self.desk, self.cast = app.extensions["desk"], app.extensions["cast"]
        self.plugin = ZendeskPlugin()
        self.source = make_source(base_url=url)

    def configure(self, **changes: Any) -> Source:
        self.source = make_source(base_url=self.url, **changes)
        return self.source

    def connect(self, **limits: float) -> Any:
        api = self.plugin.connect(self.source)
        if limits:
            api.client.limits = replace(Limits(), **limits)
        return api

    def open(self, text: str = "The soup was cold.", **wish: Any) -> str:
        with self.desk.transaction() as records:
            act = Act(self.desk.account, self.cast.customer, "email")
            body = {"subject": "Cold soup", "comment": {"body": text}, "requester_id": self.cast.customer}
            return str(open_ticket(records, act, body | wish)[0]["id"])

    def write(
        self, ticket: str, text: str, *, who: int | None = None, public: bool = True, **wish: Any
    ) -> str:
        """Somebody (the agent) writes a comment; gives its id."""
        with self.desk.transaction() as records:
            act = Act(self.desk.account, who or self.cast.agent, "web")
            body = {"comment": {"body": text, "public": public}} | wish
            audit = update_ticket(records, act, ticket, body)[1]
            return str(audit["events"][0]["id"])

    def change(self, ticket: str, **wish: Any) -> None:
        with self.desk.transaction() as records:
            update_ticket(records, Act(self.desk.account, self.cast.agent, "web"), ticket, wish)

    def ticket(self, number: str) -> dict[str, Any]:
        with self.desk.reading() as records:
            return records.get("ticket", number)

    def audits(self, number: str) -> list[dict[str, Any]]:
        with self.desk.reading() as records:
            return records.find("audit", number)

    def notes(self, number: str) -> list[dict[str, Any]]:
        """The comments of our bot."""
        events = [event for audit in self.audits(number) for event in audit["events"]]
        return [e for e in events if e["type"] == "Comment" and e["author_id"] == self.cast.bot]

    def faults(self, **faults: Any) -> None:
        self.desk.set_faults(**faults)


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., Any]:
    """A stand-in with options of its own, as a context."""

    @contextmanager
    def make(**options: Any) -> Iterator[Desk]:
        options = {"deliver": False, "seed": 1, "account_id": int(ACCOUNT)} | options
        app = create_app(tmp_path / f"standin-{len(list(tmp_path.iterdir()))}.sqlite3", **options)
        with serve(app) as url:
            yield Desk(app, url)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Any]) -> Iterator[Desk]:
    with make_desk() as desk:
        yield desk


class Receiver:
    """Where webhooks arrive: keeps them as the Requests that the core would make of them."""

    def __init__(self) -> None:
        self.got: list[Request] = []
        self.url = ""

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {
            name[5:].replace("_", "-").lower(): (value,)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        self.got.append(Request("POST", environ["PATH_INFO"], headers, body, datetime.now(UTC)))
        start("202 Accepted", [("Content-Length", "0")])
        return []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with serve(receiver) as url:
        receiver.url = url
        yield receiver


@pytest.fixture(scope="session")
def shared() -> Path:
    """Payloads and descriptions that are measured on but are no part of the project."""
    folder = Path(__file__).resolve().parents[4] / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared: texts and payloads that are no part of the project")
    return folder
