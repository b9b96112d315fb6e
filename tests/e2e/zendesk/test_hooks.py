"""The save hook under the real SDK: what each way of answering does, and that ours always answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from zendesk_page import SDK, Zendesk

pytestmark = pytest.mark.slow
HOOKS = Path(__file__).resolve().parents[1] / "pages" / "hooks.html"
OUTCOMES = {
    "true": (True, None),
    "undefined": (True, None),
    "false": (False, False),
    "string": (False, "held"),
    "throw": (False, "held"),
    "resolve a string": (True, None),
    "resolve false": (True, None),
    "reject a string": (False, "held"),
    "reject nothing": (False, None),
    "ours passes": (True, None),
    "ours holds": (False, "held"),
    "ours breaks": (True, None),
    "ours is refused": (True, None),
    "ours hangs": (True, None),
    "ours hangs and cannot say so": (True, None),
}
Open = Callable[[], Page]


@pytest.fixture
def open_hooks(browser: Browser, zendesk: Zendesk, sdk: Path) -> Any:
    """The host page with an app that only has hooks."""
    context = browser.new_context()
    context.route(SDK, lambda route: route.fulfill(path=sdk, content_type="text/javascript"))
    context.route("**/assets/iframe.html*", lambda route: route.fulfill(path=HOOKS, content_type="text/html"))

    def go() -> Page:
        page = context.new_page()
        page.goto(zendesk.address(limit="1500"))
        page.wait_for_function("window.__seen.subscribed['ticket.save'] > 0")
        return page

    yield go
    context.close()


def save(page: Page, mode: str) -> Any:
    page.frames[-1].evaluate("(mode) => { window.mode = mode }", mode)
    return page.evaluate("save()")


def test_every_answer_does_what_was_measured_and_ours_settles(open_hooks: Open) -> None:
    page = open_hooks()
    found = {mode: save(page, mode) for mode in OUTCOMES}
    assert {mode: (f["saved"], f.get("message")) for mode, f in found.items()} == OUTCOMES
    assert page.frames[-1].evaluate("window.told") == ["unread"] * 3, "what nobody read is said"


def test_one_hook_that_never_settles_kills_every_later_save(open_hooks: Open) -> None:
    """Why ours races against a clock."""
    page = open_hooks()
    assert save(page, "never")["why"] == "stuck"
    assert save(page, "true")["why"] == "stuck"
