"""A real Chromium, and the demo page on a real port with a review service that a test scripts."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import node
import pytest
from flask import Flask
from playwright.sync_api import Browser, Frame, Page, Playwright, expect, sync_playwright
from scripted_review import TOKEN, Review, serve_review
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from complaint_gift.demo import conversations
from complaint_gift.demo.page import create_page
from complaint_gift.demo.sides import ZendeskSide
from complaint_gift.demo.standin import create_app

expect.set_options(timeout=10_000)  # a machine may be busy
SCREENS = Path(__file__).resolve().parents[2] / "artefacts" / "screens"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if (shutil.which("chromium") or shutil.which("chromium-browser")) is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
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
def axe(packages: Path) -> Callable[..., list[str]]:
    """Runs axe-core on a page, a frame or a part of it; gives its complaints, best practices included."""
    source = (packages / "axe-core" / "axe.min.js").read_text("utf-8")

    def check(page: Page | Frame, part: str = "html") -> list[str]:
        page.evaluate(source)
        found = page.evaluate("(part) => axe.run(part, {resultTypes: ['violations']})", part)
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
    side = ZendeskSide(helpdesk.extensions["desk"], helpdesk.extensions["cast"].bot)
    page = create_page({"zendesk": side}, token=TOKEN)
    server = make_server(
        "127.0.0.1", 0, DispatcherMiddleware(serve_review(review), {"/demo": page}), threaded=True
    )
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.port}/demo/", review, helpdesk)
    server.shutdown()
    server.server_close()


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
