"""Faults under the packed extension: each has a humane line, nobody is stopped, no draft is lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_extension import draft_of, run_extension
from desk import SITE, badge, box_of, sent, until, write
from playwright.sync_api import Page, Playwright, expect
from scripted_review import TOKEN, Review

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        ({"status": 503}, "Your reply will be read once it is sent"),
        ({"status": 401}, "does not know this helpdesk"),
        ({"status": 429}, "Many people are writing"),
        ({"raw": "<html>"}, "made no sense"),
    ],
    ids=["down", "denied", "busy", "broken"],
)
def test_trouble_is_said_calmly_and_stops_nobody(
    open_desk: Callable[..., Page], review: Review, keep: Keep, trouble: dict[str, Any], line: str
) -> None:
    for name, value in trouble.items():
        setattr(review, name, value)
    page = open_desk()
    write(page, "Please calm down")
    badge(page, "away")
    page.locator(".badge").click()
    expect(page.locator(".cg-status")).to_contain_text(line)
    if "status" in trouble:
        keep(page, f"extension-away-{review.status}")
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"], "at once, nothing is asked"


def test_server_that_is_not_there_stops_nobody(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk(server="http://127.0.0.1:9")
    write(page, "Please calm down")
    badge(page, "away")
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"]


def test_slow_server_holds_for_a_moment_only(open_desk: Callable[..., Page], review: Review) -> None:
    review.delay = lambda text: 10.0
    page = open_desk()
    write(page, "Please calm down")
    page.locator("#save").click()
    started = time.monotonic()
    until(page, "window.sent.length === 1")
    assert time.monotonic() - started < 4.5
    expect(page.locator(".line")).to_contain_text("goes out unread")


def test_long_draft_is_read_and_typing_goes_on(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("textarea")
    page.evaluate("window.editor.set('word '.repeat(20000))")
    box_of(page).focus()
    badge(page, "pass")
    assert len(review.asked[-1]["text"]) == 100_000
    took = page.evaluate(
        """async () => {
          const field = document.querySelector('textarea');
          field.setSelectionRange(500, 500);
          const start = performance.now();
          document.execCommand('insertText', false, 'x');
          await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }"""
    )
    assert took < 1000


def test_two_tabs_on_one_ticket_know_of_each_other(open_desk: Callable[..., Page], review: Review) -> None:
    one, two = open_desk("textarea", number=77), open_desk("textarea", number=77)
    write(one, "Hello")
    write(two, "Hello")
    for page in (one, two):
        expect(page.locator(".cg-notice").first).to_contain_text("open in another tab too")
    assert draft_of(one) == draft_of(two) == "Hello"


def test_markup_in_a_draft_is_text(open_desk: Callable[..., Page], review: Review) -> None:
    review.words = {"<script>": ("x", "error", None)}
    page = open_desk("textarea")
    write(page, "<img src=x onerror=alert(1)> <script>alert(2)</script>")
    badge(page, "hold")
    page.locator(".badge").click()
    expect(page.locator(".cg-quote").first).to_have_text("<script>")
    assert page.locator(".sheet img, .sheet script").count() == 0


def test_page_that_outlived_the_extension_says_so_and_sends(
    playwright: Playwright, unpacked: Path, review: Review, api: str, desk: str, tmp_path: Path
) -> None:
    with run_extension(playwright, unpacked, tmp_path / "home", locale="ru-RU") as extension:
        extension.configure(server=api, token=TOKEN, hosts=["127.0.0.1"], sites=[SITE])
        page = extension.context.new_page()
        page.goto(f"{desk}/tickets/12?editor=textarea")
        page.wait_for_selector("html[data-complaint-gift]")
        write(page, "успокойтесь")
        badge(page, "hold")
        page.locator(".badge").click()
        expect(page.locator(".cg-line")).to_contain_text("Поправьте, пожалуйста")
        extension.worker.evaluate("() => setTimeout(() => chrome.runtime.reload(), 50)")
        page.wait_for_timeout(1000)
        write(page, ", успокойтесь")
        expect(page.locator(".cg-status")).to_contain_text("Расширение обновилось")
        page.locator("#save").click()
        assert sent(page) == ["успокойтесь, успокойтесь"]
