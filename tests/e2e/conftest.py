"""A real Chromium, and the demo page on a real port with a review service that a test scripts."""

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import node
import pytest
from flask import Flask, Response, jsonify, request, send_from_directory
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

import complaint_gift
from complaint_gift.demo import conversations
from complaint_gift.demo.page import create_page
from complaint_gift.demo.standin import create_app

PANEL = Path(complaint_gift.__file__).parent / "web" / "static" / "panel"
SCREENS = Path(__file__).resolve().parents[2] / "artefacts" / "screens"
TOKEN = "token-of-the-page"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder `node_modules` with the real editors, the SDK and the linters."""
    try:
        return node.install_packages()
    except node.NoNode as missing:
        if shutil.which("npm") is None:
            pytest.skip(str(missing))
        raise


@pytest.fixture(scope="session")
def axe(packages: Path) -> Callable[[Page], list[str]]:
    """Runs axe-core on a page (or a frame); gives its complaints, best practices included."""
    source = (packages / "axe-core" / "axe.min.js").read_text("utf-8")

    def check(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return check


@pytest.fixture(scope="session")
def keep() -> Callable[[Page, str], None]:
    """Keeps a picture of a page to look at, outside of what is versioned."""
    SCREENS.mkdir(parents=True, exist_ok=True)

    def save(page: Page, name: str) -> None:
        page.screenshot(path=SCREENS / f"{name}.png", animations="disabled")

    return save


@dataclass
class Review:
    """The scripted service: `words` maps a phrase to (rule, severity, suggestion); the rest are switches."""

    words: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    raw: str | None = None
    complete: Callable[[int], bool] = lambda turn: True
    headers: dict[str, str] = field(default_factory=dict)
    case: dict[str, Any] | None = None
    delay: Callable[[str], float] = lambda text: 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    waived: list[dict[str, Any]] = field(default_factory=list)
    waiver_status: int = 201

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        text = body["text"]
        findings = [
            make_finding(rule, severity, suggestion, match)
            for phrase, (rule, severity, suggestion) in self.words.items()
            for match in re.finditer(re.escape(phrase), text)
        ]
        findings += [make_finding(rule, "warning", suggestion, None) for rule, suggestion in self.missing]
        held = any(f["severity"] == "error" for f in findings)
        return {
            "verdict": "hold" if held else "warn" if findings else "pass",
            "complete": self.complete(len(self.asked)),
            "revision": body.get("revision"),
            "findings": findings,
            "signals": [],
            "playbook": "scripted",
        } | ({"case": self.case} if self.case else {})


def make_finding(
    rule: str, severity: str, suggestion: str | None, match: re.Match[str] | None
) -> dict[str, Any]:
    return {
        "id": f"{rule}:{match.start() if match else 'missing'}",
        "rule": rule,
        "severity": severity,
        "layer": "lexical",
        "missing": match is None,
        "start": match.start() if match else None,
        "end": match.end() if match else None,
        "quote": match[0] if match else None,
        "message": f"About {rule}.",
        "why": "Because it hurts.",
        "reading": "They do not care.",
        "suggestion": suggestion,
    }


@dataclass
class Site:
    """A running page: its address, the scripted review service, the stand-in behind it."""

    url: str
    review: Review
    helpdesk: Flask


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    review = Review()
    helpdesk = create_app(tmp_path / "standin.sqlite3", deliver=False)
    conversations.fill(helpdesk.extensions["desk"])
    page = create_page(helpdesk.extensions["desk"], bot=helpdesk.extensions["cast"].bot, token=TOKEN)
    server = make_server(
        "127.0.0.1", 0, DispatcherMiddleware(serve_review(review), {"/demo": page}), threaded=True
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.port}/demo/", review, helpdesk)
    server.shutdown()
    server.server_close()


def serve_review(review: Review) -> Flask:
    app = Flask("scripted", static_folder=None)

    @app.get("/static/panel/<path:name>")
    def show_panel(name: str) -> Response:
        return send_from_directory(PANEL, name)

    @app.post("/api/v1/review")
    def answer() -> tuple[Response | str, int] | tuple[str, int, dict[str, str]]:
        body = request.get_json()
        review.asked.append(body)
        time.sleep(review.delay(body["text"]))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return "", 401
        if review.status != 200 or review.raw is not None:
            return review.raw or "", review.status, review.headers
        return jsonify(review.answer(body)), 200

    @app.post("/api/v1/waivers")
    def waive() -> tuple[str, int]:
        review.waived.append(request.get_json())
        return "", review.waiver_status

    return app


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open the demo page; whatever the browser complains about fails the test."""
    opened: list[tuple[Any, list[str], set[str]]] = []

    def go(
        language: str = "en", *, ticket: str = "", width: int = 1280, dark: bool = False, forgive: str = ""
    ) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        opened.append((context, complaints, {forgive} if forgive else set()))
        page.goto(f"{site.url}?lang={language}")
        page.wait_for_selector("#tickets a", state="attached")
        if width > 760:
            expect(page.locator("#subject")).not_to_be_empty()
        if ticket:
            page.locator("#tickets a", has_text=ticket).click()
            expect(page.locator("#subject")).to_have_text(ticket)
        return page

    yield go
    for context, complaints, forgiven in opened:
        context.close()
        assert [c for c in complaints if not any(word in c for word in forgiven)] == []
