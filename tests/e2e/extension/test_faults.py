"""Faults under the packed extension: each has a humane line, nobody is stopped, no draft is lost."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_extension import draft_of, run_extension
from desk import SITE, badge, box_of, sent, until, write
from humane import FAULTS, LANGUAGES, LINES, break_down
from playwright.sync_api import Page, Playwright, expect
from scripted_review import TOKEN, Review

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
Open = Callable[..., Page]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_said_calmly_and_stops_nobody(
    open_desk: Open, review: Review, axe: Axe, keep: Keep, fault: str, language: str
) -> None:
    break_down(review, fault)
    page = open_desk(language=language)
    write(page, "Please calm down")
    expect(page.locator(".badge")).to_have_attribute("data-mood", "away", timeout=9000)
    page.locator(".badge").click()
    expect(page.locator(".cg-status")).to_have_text(LINES[language][fault])
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-{fault}-{language}")
    assert draft_of(page) == "Please calm down"
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"], "at once, nothing is asked"


@pytest.mark.parametrize("language", LANGUAGES)
def test_server_that_is_not_there_stops_nobody(open_desk: Open, review: Review, language: str) -> None:
    page = open_desk(server="http://127.0.0.1:9", language=language)
    write(page, "Please calm down")
    badge(page, "away")
    page.locator(".badge").click()
    expect(page.locator(".cg-status")).to_have_text(LINES[language]["down"])
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"]


@pytest.mark.alone
@pytest.mark.parametrize(("language", "line"), [("en", "goes out unchecked"), ("ru", "уходит без неё")])
def test_slow_server_holds_for_a_moment_only(
    open_desk: Open, review: Review, keep: Keep, language: str, line: str
) -> None:
    review.delay = lambda text: 10.0
    page = open_desk(language=language)
    write(page, "Please calm down")
    page.locator("#save").click()
    started = time.monotonic()
    until(page, "window.sent.length === 1")
    assert time.monotonic() - started < 4.5
    expect(page.locator(".line")).to_contain_text(line)
    keep(page, f"extension-unread-{language}")


def test_long_draft_is_read_and_typing_goes_on(open_desk: Open, review: Review) -> None:
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_tabs_on_one_ticket_know_of_each_other(open_desk: Open, review: Review, language: str) -> None:
    one, two = (open_desk("textarea", number=77, language=language) for _ in range(2))
    write(one, "Hello")
    write(two, "Hello")
    for page in (one, two):
        expect(page.locator(".cg-notice").first).to_have_text(LINES[language]["shared"])
    assert draft_of(one) == draft_of(two) == "Hello"


def test_markup_in_a_draft_is_text(open_desk: Open, review: Review) -> None:
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
