"""The packed Zendesk app in a page that plays the host, under the real SDK from npm."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import node
import pytest
from playwright.sync_api import Browser, Page
from scripted_review import Review
from zendesk_page import SDK, SECRET, SERVER, Zendesk, play_zendesk

from complaint_gift.jwt import BadToken
from complaint_gift_zendesk.app_token import Installation, verify_token

CALM = ("no-minimising", "error", "We are sorry that you had to wait.")
HOME = Installation("zendesk-main", "acme", SERVER, (SECRET,))


@pytest.fixture
def review() -> Review:
    return Review(words={"calm down": CALM, "успокойтесь": CALM})


@pytest.fixture
def zendesk(tmp_path: Path, review: Review) -> Iterator[Zendesk]:
    def ask(path: str, body: dict[str, Any], bearer: str) -> tuple[int, str]:
        try:
            verify_token(bearer.removeprefix("Bearer "), [HOME], datetime.now(UTC))
        except BadToken as refusal:
            return 401, f'{{"code": "{refusal.code}"}}'
        return review.respond(path.rpartition("/")[2], body)

    with play_zendesk(tmp_path, ask) as zendesk:
        yield zendesk


@pytest.fixture(scope="session")
def sdk(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    entry = "module.exports = require('zendesk_app_framework_sdk')"
    return node.bundle(packages, entry, tmp_path_factory.mktemp("sdk") / "sdk.js", name="ZAFClient")


@pytest.fixture
def open_ticket(browser: Browser, zendesk: Zendesk, sdk: Path) -> Iterator[Callable[..., Page]]:
    opened = []

    def go(*, height: int = 800, page: Page | None = None, **query: str) -> Page:
        if page is None:
            context = browser.new_context(viewport={"width": 1180, "height": height})
            opened.append(context)
            context.route(SDK, lambda route: route.fulfill(path=sdk, content_type="text/javascript"))
            page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints  # type: ignore[attr-defined]
        page.goto(zendesk.address(**query))
        page.wait_for_function("window.__seen.subscribed['ticket.save'] > 0")
        return page

    yield go
    for context in opened:
        complaints = [c for page in context.pages for c in getattr(page, "complaints", [])]
        context.close()
        assert complaints == []
