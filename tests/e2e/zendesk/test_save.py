"""The packed Zendesk app when an agent presses Submit."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from scripted_review import Review
from zendesk_page import app_of, submit, write

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]


def test_internal_note_is_never_held_and_never_waits(
    open_ticket: Callable[..., Page], review: Review
) -> None:
    page = open_ticket()
    page.select_option("#type", "internalNote")
    write(page, "I told her to calm down")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold")
    assert review.asked[-1]["scope"] == "employee-note"
    review.delay = lambda text: 9.0
    write(page, "I told her to calm down again")
    saved = submit(page)
    assert saved["saved"] is True
    assert saved["took"] < 1000


def test_keeping_on_writing_changes_nothing_and_mending_lets_go(
    open_ticket: Callable[..., Page], review: Review
) -> None:
    page = open_ticket()
    write(page, "calm down")
    assert submit(page)["why"] == "held"
    app_of(page).get_by_role("button", name="Keep writing").click()
    expect(app_of(page).locator("#question")).to_be_hidden()
    assert submit(page)["why"] == "held"
    write(page, "I am sorry.")
    expect(app_of(page).locator("#question")).to_be_hidden()
    assert submit(page)["saved"] is True
    assert review.waived == []


def test_reason_holds_for_its_own_text_only(open_ticket: Callable[..., Page], review: Review) -> None:
    page = open_ticket()
    write(page, "calm down")
    submit(page)
    app_of(page).locator("#question textarea").fill("because")
    app_of(page).get_by_role("button", name="Send anyway").click()
    expect(app_of(page).locator("#question")).to_be_hidden()
    write(page, "calm down, calm down")
    assert submit(page)["why"] == "held"


def test_question_goes_when_its_words_change(open_ticket: Callable[..., Page], review: Review) -> None:
    page = open_ticket()
    write(page, "calm down")
    submit(page)
    expect(app_of(page).locator("#question")).to_be_visible()
    write(page, "calm down, calm down")
    expect(app_of(page).locator("#question")).to_be_hidden()
    assert submit(page)["why"] == "held"
    app_of(page).locator("#question textarea").fill("because")
    app_of(page).get_by_role("button", name="Send anyway").click()
    expect(app_of(page).locator("#line")).to_contain_text("once more")
    assert submit(page)["saved"] is True


def test_reason_that_cannot_be_saved_does_not_hold(open_ticket: Callable[..., Page], review: Review) -> None:
    review.waiver_status = 503
    page = open_ticket()
    write(page, "calm down")
    submit(page)
    app_of(page).locator("#question textarea").fill("because")
    app_of(page).get_by_role("button", name="Send anyway").click()
    expect(app_of(page).locator("#line")).to_contain_text("could not be saved")
    assert submit(page)["saved"] is True


def test_block_is_said_in_its_own_words(open_ticket: Callable[..., Page], review: Review) -> None:
    answer = review.answer
    review.answer = lambda body: answer(body) | {"verdict": "block"}  # type: ignore[method-assign]
    page = open_ticket()
    write(page, "calm down")
    assert submit(page)["why"] == "held"
    expect(app_of(page).locator("#question")).to_contain_text("team lead to read such a reply first")


def test_submit_right_after_the_last_key_waits_for_the_verdict(
    open_ticket: Callable[..., Page], review: Review
) -> None:
    page = open_ticket()
    write(page, "calm down")
    held = submit(page)
    assert held["why"] == "held"
    assert held["took"] < 1500


def test_proxy_that_never_answers_does_not_trap_anybody(open_ticket: Callable[..., Page]) -> None:
    page = open_ticket()
    page.evaluate("window.__hang = true")
    write(page, "calm down")
    first, second = submit(page), submit(page)
    assert first["saved"] is True
    assert second["saved"] is True, "an empty draft is nobody's business"


def test_host_that_does_not_answer_the_app_does_not_trap_anybody(open_ticket: Callable[..., Page]) -> None:
    page = open_ticket()
    write(page, "calm down")
    page.evaluate("window.__deaf = true")
    saved = submit(page)
    assert saved["saved"] is True
    assert saved["took"] < 3500
