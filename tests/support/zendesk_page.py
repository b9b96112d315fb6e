"""A page that plays Zendesk for the packed app: the agent's ticket, the app's origin, the signing proxy."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, jsonify, request, send_from_directory
from playwright.sync_api import FrameLocator, Page
from werkzeug.serving import make_server

from complaint_gift_zendesk.package import build

PAGE = Path(__file__).resolve().parents[1] / "e2e" / "pages" / "zendesk.html"
SDK = re.compile(r"^https://static\.zdassets\.com/zendesk_app_framework_sdk/2\.0/zaf_sdk\.min\.js$")
SERVER = "https://cg.example.com"
SECRET = "the-secret-of-this-installation-0123456789"
TICKET = {
    "subject": "Third parcel left in the rain",
    "ticket.id": 35436,
    "ticket.requester": {"id": 77, "name": "Ellen Brandt"},
    "ticket.brand": {"name": "Swiftbox Couriers"},
    "ticket.tags": ["complaint"],
    "ticket.via": {"channel": "email"},
    "ticket.conversation": [
        {
            "author": {"id": 77, "name": "Ellen Brandt", "role": "end-user"},
            "channel": {"name": "email"},
            "message": {"content": "<p>The third parcel in a row stood in the rain.</p>"},
            "timestamp": "2026-11-20T10:00:00Z",
        }
    ],
}


@dataclass
class Zendesk:
    """The running page. `ask` answers what the proxy passes on: (path, body, bearer) -> (status, text)."""

    ask: Callable[[str, dict[str, Any], str], tuple[int, str]]
    url: str = ""
    app: str = ""
    ticket: dict[str, Any] = field(default_factory=lambda: dict(TICKET))
    secret: str = SECRET
    clock: Callable[[], float] = time.time
    relayed: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def address(self, **query: str) -> str:
        words = "&".join(f"{name}={value}" for name, value in ({"app": self.app} | query).items())
        return f"{self.url}/?{words}"


def sign(claims: dict[str, Any], secret: str) -> str:
    """A compact JWT as Zendesk's proxy makes it."""

    def encode(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    signed = (
        f"{encode(json.dumps({'typ': 'JWT', 'alg': 'HS256'}).encode())}.{encode(json.dumps(claims).encode())}"
    )
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def post_to(base: str) -> Callable[[str, dict[str, Any], str], tuple[int, str]]:
    """An `ask` that passes on to a server of ours at `base`, such as http://127.0.0.1:8080."""

    lines = threading.local()

    def ask(path: str, body: dict[str, Any], bearer: str) -> tuple[int, str]:
        if not hasattr(lines, "session"):
            lines.session = requests.Session()
        try:
            answer = lines.session.post(base + path, json=body, headers={"Authorization": bearer}, timeout=12)
        except requests.RequestException:
            return 503, ""
        return answer.status_code, answer.text

    return ask


@contextmanager
def play_zendesk(
    folder: Path, ask: Callable[[str, dict[str, Any], str], tuple[int, str]]
) -> Iterator[Zendesk]:
    """Pack the app, unpack it into `folder`, and serve page and app from two origins."""
    archive = build(folder / "app.zip", server=SERVER)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder / "app")
    zendesk = Zendesk(ask)
    servers = [
        make_server("127.0.0.1", 0, app, threaded=True)
        for app in (serve_page(zendesk, folder / "app"), serve_app(folder / "app"))
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    zendesk.url, zendesk.app = (f"http://localhost:{server.port}" for server in servers)
    try:
        yield zendesk
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def serve_app(folder: Path) -> Flask:
    app = Flask("zendesk-app", static_folder=None)

    @app.get("/<path:name>")
    def show(name: str) -> Response:
        return send_from_directory(folder, name)

    return app


def serve_page(zendesk: Zendesk, folder: Path) -> Flask:
    app = Flask("zendesk-page", static_folder=None)
    allowed = json.loads((folder / "manifest.json").read_text("utf-8"))["domainWhitelist"]

    @app.get("/")
    def show() -> str:
        return PAGE.read_text("utf-8")

    @app.get("/ticket.json")
    def show_ticket() -> Response:
        return jsonify(zendesk.ticket)

    @app.post("/proxy")
    def relay() -> Response:
        options = json.loads(request.get_data())
        zendesk.relayed.append((time.monotonic(), options))
        host, path = re.fullmatch(r"https://([^/]+)(/.*)", options["url"]).groups()  # type: ignore[union-attr]
        if host not in allowed or not options["secure"] or options.get("cors"):
            return jsonify({"status": 403, "body": "the proxy does not go there"})
        bearer = options["headers"]["Authorization"].replace(
            "{{jwt.token}}", make_token(zendesk, options["jwt"])
        )
        status, body = zendesk.ask(path, json.loads(options["data"]), bearer)
        return jsonify({"status": status, "body": body})

    return app


def make_token(zendesk: Zendesk, wish: dict[str, Any]) -> str:
    secret = wish["secret_key"].replace("{{setting.shared_secret}}", zendesk.secret)
    now = int(zendesk.clock())
    return sign(wish["claims"] | {"iat": now, "exp": now + wish["expiry"]}, secret)


def app_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def write(page: Page, words: str) -> None:
    page.locator("#editor").fill(words)


def submit(page: Page) -> dict[str, Any]:
    """Press Submit and wait until Zendesk knows whether the ticket is saved."""
    before = page.evaluate("window.__seen.saves.length")
    page.locator("#submit").click()
    page.wait_for_function(f"window.__seen.saves.length > {before}", timeout=15_000)
    return page.evaluate("window.__seen.saves.at(-1)")
