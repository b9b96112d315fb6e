"""The demo page itself: both languages, narrow and wide, light and dark, without a mouse."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow
Open = Callable[..., Page]

CHECKS = (Path(__file__).parent / "accessibility.js").read_text("utf-8")
SALON = {"en": "Sent outside at minus thirty", "ru": "Ждали на улице в минус тридцать"}
WORDS_ON_PAGE = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest('noscript')) words.push(walk.currentNode.textContent.trim());
  }
  return words;
}"""
HURT = {"en": "calm down", "ru": "успокойтесь"}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 900, 1440])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_page_is_accessible_and_fits(
    open_page: Open, site: Any, language: str, width: int, dark: bool
) -> None:
    site.review.words = {
        HURT[language]: ("no-minimising", "error", "Yes."),
        "policy": ("rules", "warning", None),
    }
    site.review.missing = [("thank-for-the-complaint", "Thank you.")]
    page = open_page(language, width=width, dark=dark)
    assert page.evaluate(CHECKS) == []
    page.locator("#tickets a", has_text=SALON[language]).click()
    page.fill("#draft", f"policy, {HURT[language]}")
    expect(page.locator(".cg-finding")).to_have_count(3)
    assert page.evaluate(CHECKS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    page.locator("#send").click()
    page.wait_for_selector("dialog")
    assert page.evaluate(CHECKS) == []


def test_language_switch_turns_the_whole_page(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", "Yes.")}
    page = open_page("en", ticket=SALON["en"])
    page.fill("#draft", "calm down")
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("#tickets")).to_contain_text("Ждали на улице")
    expect(page.locator("#subject")).to_have_text(re.compile("[А-я]"))
    assert page.evaluate("document.documentElement.lang") == "ru"
    left = page.evaluate(WORDS_ON_PAGE)
    assert {t for t in left if re.search("[A-Za-z]{2}", t) and not re.search("[А-я]", t)} <= {
        "Complaint Gift",
        "EN",
        "RU",
    }
    page.reload()
    assert page.evaluate("document.documentElement.lang") == "en", "the address wins over the memory"
    page.goto(site.url)
    page.wait_for_selector("#tickets a")
    assert page.evaluate("document.documentElement.lang") == "ru"


def test_light_and_dark_can_be_turned(open_page: Open) -> None:
    page = open_page("en")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_reply_can_be_written_without_a_mouse(open_page: Open, site: Any) -> None:
    page = open_page("en")
    for _ in range(30):
        page.keyboard.press("Tab")
        if "Sent outside" in page.evaluate("document.activeElement.textContent.slice(0, 200)"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#subject")).to_contain_text("Sent outside")
    go_to(page, "draft")
    page.keyboard.type("Dear Marta, thank you.")
    go_to(page, "send")
    page.keyboard.press("Enter")
    expect(page.locator(".m-agent p").last).to_have_text("Dear Marta, thank you.")


def go_to(page: Page, wanted: str) -> None:
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == wanted:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} cannot be reached by Tab")


def test_phone_shows_one_thing_at_a_time(open_page: Open) -> None:
    page = open_page("en", width=320)
    expect(page.locator("#draft")).to_be_hidden()
    page.locator("#tickets a").first.click()
    expect(page.locator("#draft")).to_be_visible()
    expect(page.locator("#tickets")).to_be_hidden()
    page.get_by_role("button", name="All conversations").click()
    expect(page.locator("#tickets")).to_be_visible()


def test_start_over_brings_the_samples_back(open_page: Open) -> None:
    page = open_page("en", ticket=SALON["en"])
    page.fill("#draft", "Hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".m-agent")).to_have_count(1)
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Yes, start over").click()
    expect(page.locator("#closing")).to_contain_text("as they were")
    page.locator("#tickets a", has_text=SALON["en"]).click()
    expect(page.locator(".m-customer")).to_have_count(1)
    expect(page.locator(".m-agent")).to_have_count(0)
