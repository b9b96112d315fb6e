"""How the packed extension looks and is used: both languages, light and dark, narrow, without a mouse."""

from collections.abc import Callable

import pytest
from desk import badge, box_of, place_of, write
from humane import LANGUAGES
from playwright.sync_api import Page, expect
from scripted_review import Review
from states import CASE, walk_states

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
Open = Callable[..., Page]


def test_panel_is_used_without_a_mouse(open_desk: Open, review: Review) -> None:
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
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_clean_for_axe(
    open_desk: Open, review: Review, axe: Axe, keep: Keep, language: str, dark: bool
) -> None:
    review.missing = [("thank-for-the-complaint", "Thank you.")]
    page = open_desk(language=language, query="&dark=1" if dark else "")
    name = f"{language}-{'dark' if dark else 'light'}"
    write(page, "Ellen, please calm down / успокойтесь. It is only a box.")
    badge(page, "hold")
    page.locator(".badge").click()
    expect(page.locator(".cg-finding")).to_have_count(2)
    expect(page.locator(".cg-quote")).to_have_count(2)
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-hold-{name}")
    page.locator(".cg-is-error .cg-ask").last.click()
    expect(page.locator(".cg-aside [type=checkbox]:visible")).to_have_count(2)
    assert axe(page, "complaint-gift") == []
    page.locator(".cg-is-error .cg-ask").last.click()
    page.locator("#save").click()
    page.wait_for_selector("dialog")
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-question-{name}")


def test_panel_fits_a_narrow_window(open_desk: Open, review: Review, keep: Keep) -> None:
    page = open_desk("textarea", width=320)
    write(page, "Please calm down")
    badge(page, "hold")
    page.locator(".badge").click()
    box = place_of(page, ".sheet")
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.locator(".sheet").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    keep(page, "extension-narrow-en")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_state_after_state_is_clean_and_fits(
    open_desk: Open, review: Review, axe: Axe, keep: Keep, language: str, dark: bool
) -> None:
    width = 320 if dark else 1180
    page = open_desk("textarea", language=language, query="&dark=1" if dark else "", width=width)
    box_of(page).click()
    page.locator(".badge").click()
    sheet = page.locator(".sheet")
    for name, draft, line in walk_states(review, language):
        page.evaluate("(words) => window.editor.set(words)", draft)
        expect(page.locator(".cg-line")).to_contain_text(line, timeout=15_000)
        assert axe(page, "complaint-gift") == [], name
        assert sheet.evaluate("(e) => e.scrollWidth <= e.clientWidth"), f"{name} scrolls sideways"
        box = place_of(page, ".sheet")
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= width, name
        keep(page, f"extension-{name}-{language}-{'dark-320' if dark else 'light'}")


@pytest.mark.parametrize(
    ("language", "done", "undo"), [("en", "Done", "Not yet"), ("ru", "Сделано", "Ещё нет")]
)
def test_promise_is_kept_by_one_click_and_taken_back_by_another(
    open_desk: Open, review: Review, keep: Keep, language: str, done: str, undo: str
) -> None:
    review.case = CASE
    page = open_desk("textarea", language=language)
    write(page, "Dear Ellen, thank you.")
    badge(page, "pass")
    page.locator(".badge").click()
    page.get_by_role("button", name=f"{done}: a call back").click()
    taken = page.get_by_role("button", name=f"{undo}: a call back")
    expect(taken).to_be_focused()
    keep(page, f"extension-promise-{language}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"{done}: a call back")).to_be_focused()
    assert [(t["promise"], t["kept"], t["conversation"]) for t in review.kept] == [
        (1, True, "12"),
        (1, False, "12"),
    ]


def test_promise_that_cannot_be_saved_is_said(open_desk: Open, review: Review) -> None:
    review.case, review.promise_status = CASE, 503
    page = open_desk("textarea")
    write(page, "Dear Ellen, thank you.")
    badge(page, "pass")
    page.locator(".badge").click()
    page.locator("[data-promise='1']").click()
    expect(page.locator(".cg-notice")).to_contain_text("This could not be saved.")
    expect(page.locator(".cg-late")).to_contain_text("a call back")


def test_closer_look_replaces_the_quick_one_without_a_flicker(open_desk: Open, review: Review) -> None:
    review.complete = lambda turn: turn >= 3
    page = open_desk("textarea")
    write(page, "Please calm down.")
    badge(page, "hold")
    page.evaluate(
        """() => {
          const root = document.querySelector('complaint-gift').shadowRoot;
          window.moods = [];
          window.gone = 0;
          const badge = root.querySelector('.badge');
          new MutationObserver(() => window.moods.push(badge.dataset.mood))
            .observe(badge, { attributeFilter: ['data-mood'] });
          new MutationObserver((seen) => seen.forEach((m) => (window.gone += m.removedNodes.length)))
            .observe(root.querySelector('.cg-findings'), { childList: true });
        }"""
    )
    page.locator(".badge").click()
    expect(page.locator(".cg-status")).not_to_contain_text("closer look", timeout=8000)
    assert len(review.asked) >= 3
    assert set(page.evaluate("window.moods")) <= {"hold"}
    assert page.evaluate("window.gone") == 0
    expect(page.locator(".mark.m-error")).to_have_count(1)
