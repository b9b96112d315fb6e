"""How the packed extension looks and is used: both languages, light and dark, narrow, without a mouse."""

from collections.abc import Callable

import pytest
from desk import badge, write
from playwright.sync_api import Page, expect
from scripted_review import Review

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]


def test_panel_is_used_without_a_mouse(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("textarea")
    write(page, "Please calm down")
    badge(page, "hold")
    expect(page.locator("[role=status].cg-unseen")).to_have_text("Please change one thing")
    for _ in range(6):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.querySelector('complaint-gift').shadowRoot.activeElement?.className")
            == "badge"
        ):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".sheet")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert (
        page.evaluate("document.querySelector('complaint-gift').shadowRoot.activeElement.textContent")
        == "Why"
    )
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_is_clean_for_axe(
    open_desk: Callable[..., Page], review: Review, axe: Axe, keep: Keep, language: str, dark: bool
) -> None:
    review.missing = [("thank-for-the-complaint", "Thank you.")]
    page = open_desk(language=language, query="&dark=1" if dark else "")
    name = f"{language}-{'dark' if dark else 'light'}"
    write(page, "Ellen, please calm down / успокойтесь. It is only a box.")
    badge(page, "hold")
    page.locator(".badge").click()
    expect(page.locator(".cg-finding")).to_have_count(3)
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-hold-{name}")
    page.locator("#save").click()
    page.wait_for_selector("dialog")
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-question-{name}")


def test_panel_fits_a_narrow_window(open_desk: Callable[..., Page], review: Review, keep: Keep) -> None:
    page = open_desk("textarea", width=320)
    write(page, "Please calm down")
    badge(page, "hold")
    page.locator(".badge").click()
    box = page.locator(".sheet").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.locator(".sheet").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    keep(page, "extension-narrow-en")
