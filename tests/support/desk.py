"""A helpdesk page under the extension: how a test writes, sends and waits there."""

import time
from typing import Any

from playwright.sync_api import Page, expect

CALM = ("no-minimising", "error", "We are sorry that you had to wait.")
EDITORS = ("textarea", "prosemirror", "ckeditor", "quill")
SITE = {
    "name": "desk",
    "hosts": ["127.0.0.1"],
    "editor": "textarea, [contenteditable='true']",
    "composer": "form",
    "ignore": "blockquote",
    "send": "#save",
    "customer": "[id$='tabs-1'][aria-selected='true']",
    "internal": "[id$='tabs-0'][aria-selected='true']",
    "conversation": "/tickets/(\\d+)",
}


def box_of(page: Page) -> Any:
    return page.locator("#editor textarea, #editor [contenteditable=true]").first


def write(page: Page, words: str) -> None:
    box_of(page).click()
    page.keyboard.type(words)


def badge(page: Page, mood: str) -> None:
    expect(page.locator(".badge")).to_have_attribute("data-mood", mood)


def place_of(page: Page, selector: str) -> dict[str, float]:
    """Where an element is drawn. A settling page draws its underlines anew: one just seen may be gone."""
    end = time.monotonic() + 5
    while (box := page.locator(selector).bounding_box()) is None:
        assert time.monotonic() < end, f"not in five seconds: {selector}"
        page.wait_for_timeout(20)
    return box


def until(page: Page, wish: str) -> None:
    """Wait for an expression to come true; the page's policy forbids the usual way, which evaluates text."""
    end = time.monotonic() + 5
    while not page.evaluate(wish):
        assert time.monotonic() < end, f"not in five seconds: {wish}"
        page.wait_for_timeout(20)


def sent(page: Page) -> list[str]:
    return page.evaluate("window.sent")


def send_at_once(page: Page, words: str) -> None:
    """As a macro does: write and press the button before anybody could have heard of the words."""
    page.evaluate(
        "(w) => { window.editor.set(`<p>${w}</p>`); document.querySelector('#save').click() }", words
    )
