"""An invented helpdesk, "Acme Desk": its payloads, its description, and a REST interface that remembers."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving import serve
from werkzeug.wrappers import Request as WebRequest
from werkzeug.wrappers import Response

from complaint_gift.plugin import Delivery, Request, Source
from complaint_gift.signing import make_hmac
from complaint_gift_generic import GenericPlugin
from complaint_gift_generic.settings import GenericSettings

NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
SECRET = "a signing secret"
BOT = "u-9"
PASSWORD = "the password of the bot"

MAPPING: dict[str, Any] = {
    "proof": {
        "kind": "hmac", "header": "X-Acme-Signature", "secrets": [SECRET], "prefix": "v1=",
        "signed": "{header:X-Acme-Moment}.{body}", "moment": {"header": "X-Acme-Moment"},
    },
    "event": {
        "path": "type", "message": "reply.id",
        "means": {
            "ticket.replied": "message", "ticket.updated": "changed", "reply.edited": "edited",
            "reply.erased": "redacted", "ticket.removed": "deleted", "ticket.merged": "merged",
        },
        "ignored": ["ticket.viewed"],
    },
    "conversation": {
        "id": "ticket.id", "subject": "ticket.subject", "status": "ticket.state",
        "statuses": {"open": [1, 2], "closed": [9]}, "priority": "ticket.priority",
        "priorities": {"normal": [3], "high": [2]}, "tags": "ticket.labels[].name",
        "requester": "ticket.customer.id", "assignee": "ticket.owner", "updated_at": "ticket.updated",
        "merged_into": "ticket.merged_into", "url": "ticket.link",
    },
    "message": {
        "each": "ticket.replies", "id": "id", "text": "html", "format": "html", "sent_at": "at",
        "visibility": "visible_to", "public": ["all"], "internal": ["staff"],
        "author": {
            "id": "by.id", "name": "by.name", "account": "by.mail", "role": "by.kind",
            "roles": {"customer": ["client"], "agent": ["operator"], "manager": ["lead"]},
            "otherwise": "bystander",
        },
    },
    "own_author": BOT,
}  # fmt: skip

WRITING: dict[str, Any] = {
    "api": {"base_url": "http://127.0.0.1:9", "auth": {"kind": "basic", "user": "bot", "password": PASSWORD}},
    "fetch": {"parts": {"ticket": "/tickets/{conversation}"}},
    "write": {
        "note": {
            "path": "/tickets/{conversation}/replies",
            "body": {"html": "{html}", "visible_to": "staff", "ref": "{mark}"},
            "id": "reply.id",
            "mark": "ref",
            "internal": {
                "sent": "body.visible_to == 'staff'", "answered": "reply.visible_to == 'staff'",
            },
            "take_back": {"method": "DELETE", "path": "/tickets/{conversation}/replies/{id}"},
        },
        "tags": {"method": "PUT", "path": "/tickets/{conversation}/labels", "body": {"names": "{tags}"}},
        "priority": {
            "method": "PATCH", "path": "/tickets/{conversation}", "body": {"priority": "{priority}"},
            "values": {"normal": 3, "high": 2},
        },
    },
}  # fmt: skip


def changed(whole: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy; `a__b=1` sets a key deeper down, ... takes it away."""
    made = deepcopy(whole)
    for name, value in changes.items():
        *above, last = name.split("__")
        inner = made
        for step in above:
            inner = inner[step]
        if value is ...:
            inner.pop(last)
        else:
            inner[last] = value
    return made


def make_source(whole: dict[str, Any] | None = None, folder: Path | None = None, **changes: Any) -> Source:
    settings = GenericSettings().load(changed(whole or MAPPING, **changes))
    return Source("acme-desk", "generic", settings, folder)


def reply(number: str = "r-1", **more: Any) -> dict[str, Any]:
    return {
        "id": number, "html": "<p>You ordered it yourself.</p>", "at": "2026-01-31T08:30:00+00:00",
        "visible_to": "all",
        "by": {"id": "u-2", "name": "Dana", "mail": "dana@acme.example", "kind": "operator"},
    } | more  # fmt: skip


def ticket(*replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": 4107, "subject": "Cold soup", "state": 1, "priority": 3, "labels": [{"name": "vip"}],
        "customer": {"id": "c-1"}, "owner": "u-2", "updated": "2026-01-31T08:30:00Z",
        "link": "https://desk.acme.example/4107", "replies": list(replies or [reply()]),
    } | more  # fmt: skip


def event(kind: str = "ticket.replied", **more: Any) -> dict[str, Any]:
    return {"type": kind, "ticket": ticket(), "reply": {"id": "r-1"}} | more


def store(body: Any, **headers: str) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(1, "acme-desk", "k", headers, raw, NOW)


def sign(body: bytes, secret: str = SECRET, at: datetime = NOW) -> Request:
    """The request in which Acme Desk delivers a body."""
    moment = str(int(at.timestamp()))
    signature = make_hmac(f"{moment}.".encode() + body, secret, prefix="v1=")
    headers = {"x-acme-moment": (moment,), "x-acme-signature": (signature,)}
    return Request("POST", "/hooks/acme-desk", headers, body, at)


class Desk:
    """Acme Desk over HTTP: it remembers, and does wrong on demand."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.publishes = False  # shows a note to everybody
        self.loses: set[str] = set()  # methods that are done, and whose answer is lost
        self.lost = Response("<html>Bad gateway</html>", 200)  # what comes in its place
        self._numbers = itertools.count(100)
        self.source = make_source()

    def configure(self, url: str, folder: Path | None = None, **changes: Any) -> Source:
        self.source = make_source(MAPPING | WRITING, folder, api__base_url=url, **changes)
        return self.source

    def open(self, **more: Any) -> str:
        number = str(next(self._numbers))
        self.tickets[number] = ticket(id=int(number), **more)
        return number

    def notes(self, number: str) -> list[dict[str, Any]]:
        return [one for one in self.tickets[number]["replies"] if one["by"]["id"] == BOT]

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = WebRequest(environ)
        body = request.get_json(silent=True)
        self.asked.append((request.method, request.path, body))
        answer = self._answer(request, body)
        if request.method in self.loses:
            self.loses.discard(request.method)
            answer = self.lost
        return answer(environ, start)

    def _answer(self, request: WebRequest, body: Any) -> Response:
        told = base64.b64encode(f"bot:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {told}":
            return Response('{"error": "who are you"}', 401)
        _, _, number, *more = request.path.split("/")
        found = self.tickets.get(number)
        if found is None:
            return Response("{}", 404)
        if request.method == "PATCH":
            found |= body
        if more == ["labels"]:
            found["labels"] = [{"name": name} for name in body["names"]]
        if more == ["replies"]:
            by = {"id": BOT, "name": "Complaint Gift", "kind": "operator"}
            made = {"id": f"r-{next(self._numbers)}", "at": "2026-01-31T09:00:00Z", "by": by} | body
            if self.publishes:
                made["visible_to"] = "all"
            found["replies"].append(made)
            return Response(json.dumps({"reply": made}), 201)
        if len(more) == 2:
            found["replies"] = [one for one in found["replies"] if one["id"] != more[1]]
            return Response(status=204)
        return Response(json.dumps({"ticket": found}), 200)


@pytest.fixture
def kit() -> SimpleNamespace:
    """The functions above, for tests: files of a tests folder cannot import each other here."""
    return SimpleNamespace(
        MAPPING=MAPPING, WRITING=WRITING, BOT=BOT, NOW=NOW, SECRET=SECRET, make_source=make_source,
        store=store, sign=sign, event=event, ticket=ticket, reply=reply, changed=changed, serve=serve,
        Desk=Desk,
    )  # fmt: skip


@pytest.fixture
def plugin() -> GenericPlugin:
    return GenericPlugin()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A running Acme Desk: `desk`, `url`, and `configure(**changes)` for a source that points to it."""
    made = Desk()
    with serve(made) as url:

        def configure(*, folder: Path | None = None, **changes: Any) -> Source:
            return made.configure(url, folder, **changes)

        configure()
        yield SimpleNamespace(desk=made, url=url, configure=configure)


@pytest.fixture
def write_config(tmp_path: Path) -> Callable[[str], Path]:
    """A configuration file with a secret beside it."""

    def write(text: str) -> Path:
        secret = tmp_path / "secret"
        secret.write_text("0123456789abcdef")
        secret.chmod(0o600)
        file = tmp_path / "cg.yaml"
        file.write_text(text, "utf-8")
        return file

    return write
