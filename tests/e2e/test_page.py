"""The demo page itself: both languages, narrow and wide, light and dark, without a mouse."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

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
OUTSIDE_OF_ITS_ROW = """() => [...document.querySelectorAll('#tickets a')].flatMap((row) => {
  const end = row.getBoundingClientRect().right - parseFloat(getComputedStyle(row).paddingRight);
  const isOutside = (part) => part.getBoundingClientRect().right > end + 0.5;
  return [...row.querySelectorAll('*')].filter(isOutside).map((part) => part.textContent);
})"""
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


@pytest.mark.parametrize("width", [320, 1280])
def test_what_has_yet_to_come_shows_its_own_heading_and_nothing_of_another(
    open_page: Open, site: Any, width: int
) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", "Yes.")}
    page = open_page("en", width=width)
    held: list[Route] = []
    page.route("**/api/tickets/*", lambda route: held.append(route))
    for ticket, hint in (
        ("Third parcel left in the rain", "Write to Ellen…"),
        (SALON["en"], "Write to Marta…"),
    ):
        page.locator("#tickets a", has_text=ticket).click()
        expect(page.locator("#subject")).to_have_text(ticket)
        expect(page.locator("#messages")).to_be_empty()
        expect(page.locator("#draft")).to_have_attribute("placeholder", hint)
        assert page.evaluate(CHECKS) == []
        if width == 320 and ticket != SALON["en"]:
            page.locator("#back").click()
    page.fill("#draft", "calm down")
    page.locator("#send").click()
    expect(page.locator("#send")).to_be_disabled()
    while held:
        held.pop().continue_()
    page.unroute("**/api/tickets/*")
    page.wait_for_selector("dialog")
    expect(page.locator(".m-customer")).not_to_have_count(0)
    expect(page.locator(".m-agent")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_before_the_list_has_come_there_is_no_heading_without_words(open_page: Open, width: int) -> None:
    page = open_page("en", width=width)
    held: list[Route] = []
    page.wait_for_load_state("networkidle")
    page.route("**/api/tickets?*", lambda route: held.append(route))
    page.reload(wait_until="commit")
    expect(page.locator("#review")).not_to_be_empty()
    expect(page.locator("#subject")).to_be_hidden()
    assert page.evaluate(CHECKS) == []


@pytest.mark.parametrize("width", [320, 800, 1280])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_long_names_leave_the_list_in_shape(open_page: Open, site: Any, language: str, width: int) -> None:
    page = open_page(language, width=width)
    told = page.request.get(f"{site.url}api/tickets?language={language}").json()
    for ticket in told["tickets"]:
        ticket |= {"customer": "Анна Константинопольская " * 3, "brand": "Доставка «Мигом» " * 5}
        ticket["subject"] += "Тест" * 20
    page.route("**/api/tickets?*", lambda route: route.fulfill(json=told))
    page.locator("#tickets a").last.click()
    if width == 320:
        page.locator("#back").click()
    expect(page.locator(".t-who").first).to_contain_text("Анна")
    expect(page.locator("#tickets")).to_be_visible()
    assert page.evaluate(OUTSIDE_OF_ITS_ROW) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"


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
