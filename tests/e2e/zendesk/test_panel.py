"""The panel inside the packed Zendesk app: every state, the case, the closer look, without a mouse."""

from collections.abc import Callable
from typing import Any

import pytest
from humane import LANGUAGES
from playwright.sync_api import Page, expect
from scripted_review import Review
from states import CASE, walk_states
from zendesk_page import app_of, submit, write

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
Open = Callable[..., Page]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_state_after_state_is_clean_and_fits(
    open_ticket: Open, review: Review, axe: Axe, keep: Keep, language: str, scheme: str
) -> None:
    page = open_ticket(height=1100, locale=language, scheme=scheme, aside="320")
    frame = page.frames[-1]
    assert frame.evaluate("innerWidth") <= 320
    for name, draft, line in walk_states(review, language):
        write(page, draft)
        expect(app_of(page).locator(".cg-line")).to_contain_text(line, timeout=15_000)
        assert axe(frame) == [], name
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{name} scrolls sideways"
        )
        keep(page, f"zendesk-{name}-{language}-{scheme}")


@pytest.mark.parametrize(
    ("language", "done", "undo", "noted"),
    [
        ("en", "Done: a call back", "Not yet: a call back", "Noted as done."),
        ("ru", "Сделано: a call back", "Ещё нет: a call back", "Отмечено: сделано."),
    ],
)
def test_promise_is_kept_by_one_click_and_taken_back_by_another(
    open_ticket: Open, review: Review, axe: Axe, keep: Keep, language: str, done: str, undo: str, noted: str
) -> None:
    review.case = CASE
    page = open_ticket(locale=language)
    app = app_of(page)
    facts = app.locator(".cg-facts")
    expect(facts).to_contain_text("a voucher"), "known before the first word"
    app.get_by_role("button", name=done).click()
    expect(app.locator(".cg-notice")).to_contain_text(noted)
    expect(app.get_by_role("button", name=undo)).to_be_focused()
    assert axe(page.frames[-1]) == []
    keep(page, f"zendesk-promise-{language}")
    page.keyboard.press("Enter")
    expect(app.get_by_role("button", name=done)).to_be_focused()
    assert [(t["promise"], t["kept"], t["conversation"], t["by"]) for t in review.kept] == [
        (1, True, "35436", "Irina"),
        (1, False, "35436", "Irina"),
    ]


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "This could not be saved."), ("ru", "Сохранить не удалось.")],
)
def test_promise_that_cannot_be_saved_stays_as_it_was(
    open_ticket: Open, review: Review, language: str, line: str
) -> None:
    review.case, review.promise_status = CASE, 503
    page = open_ticket(locale=language)
    app = app_of(page)
    app.locator("[data-promise='1']").click()
    expect(app.locator(".cg-notice")).to_contain_text(line, timeout=15_000)
    expect(app.locator(".cg-late")).to_contain_text("a call back")


def test_closer_look_replaces_the_quick_one_without_a_flicker(open_ticket: Open, review: Review) -> None:
    review.complete = lambda turn: turn >= 4
    page = open_ticket()
    frame = page.frames[-1]
    write(page, "Please calm down.")
    app = app_of(page)
    expect(app.locator(".cg-status")).to_contain_text("closer look is still on its way")
    frame.evaluate(
        """() => {
          window.moods = [];
          const panel = document.querySelector('.cg-panel');
          new MutationObserver(() => window.moods.push(panel.dataset.mood))
            .observe(panel, { attributeFilter: ['data-mood'] });
          window.gone = 0;
          new MutationObserver((seen) => seen.forEach((m) => (window.gone += m.removedNodes.length)))
            .observe(document.querySelector('.cg-findings'), { childList: true });
        }"""
    )
    expect(app.locator(".cg-status")).not_to_contain_text("closer look", timeout=6000)
    assert set(frame.evaluate("window.moods")) <= {"hold"}
    assert frame.evaluate("window.gone") == 0, "the card stayed where it was"
    revisions = [asked["revision"] for asked in review.asked if asked["text"]]
    assert revisions == sorted(set(revisions))


def test_closer_look_that_finds_more_is_what_counts_on_submit(open_ticket: Open, review: Review) -> None:
    review.words, review.complete = {}, lambda turn: bool(review.words)
    page = open_ticket()
    write(page, "Dear Ellen, calm down.")
    expect(app_of(page).locator(".cg-line")).to_have_text("So far, so good")
    review.words = {"calm down": ("learned-thing", "error", None)}
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold", timeout=8000)
    assert submit(page)["why"] == "held"


def test_answer_about_an_older_draft_is_dropped(open_ticket: Open, review: Review) -> None:
    review.delay = lambda text: 1.5 if "calm" in text else 0.0
    page = open_ticket()
    write(page, "calm down")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("aria-busy", "true")
    write(page, "Thank you.")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "pass")
    page.wait_for_timeout(1500)
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "pass")
    expect(app_of(page).locator(".cg-finding")).to_have_count(0)


def test_app_is_used_without_a_mouse(open_ticket: Open, review: Review) -> None:
    page = open_ticket()
    write(page, "calm down")
    assert submit(page)["why"] == "held"
    frame = page.frames[-1]
    tab_to(page, frame, "document.activeElement.id === 'cg-reason'")
    page.keyboard.type("She asked for these words.")
    tab_to(page, frame, "document.activeElement.classList.contains('cg-send')")
    page.keyboard.press("Enter")
    expect(app_of(page).locator("#line")).to_contain_text("Press Submit once more")
    tab_to(page, frame, "document.activeElement.textContent === 'Why'")
    page.keyboard.press("Enter")
    expect(app_of(page).locator(".cg-why")).to_be_visible()
    tab_to(page, frame, "document.activeElement.textContent === 'Use this sentence'")
    page.keyboard.press("Enter")
    page.wait_for_function("window.__state['ticket.comment.text'].includes('sorry')")


def tab_to(page: Page, frame: Any, wish: str) -> None:
    for _ in range(30):
        if frame.evaluate(wish):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never leads to: {wish}")
