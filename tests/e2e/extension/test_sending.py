"""What the packed extension does when somebody sends: one calm question, never a trap, never a note."""

from collections.abc import Callable

import pytest
from browser_extension import Extension, draft_of
from desk import EDITORS, badge, send_at_once, sent, until, write
from playwright.sync_api import Page, expect
from scripted_review import Review

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]


@pytest.mark.parametrize("editor", EDITORS)
def test_send_is_stopped_once_and_goes_with_a_reason(
    open_desk: Callable[..., Page], review: Review, editor: str
) -> None:
    page = open_desk(editor)
    write(page, "Please calm down.")
    page.locator("#save").click()
    dialog = page.get_by_role("dialog", name="Send it as it is?")
    expect(dialog).to_be_visible()
    assert sent(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert draft_of(page) == "Please calm down."

    page.locator("#save").click()
    page.get_by_label("Why is it right here?").fill("She asked me to")
    page.get_by_role("button", name="Send anyway").click()
    until(page, "window.sent.length === 1")
    assert sent(page) == ["Please calm down."]
    page.wait_for_timeout(200)
    [waiver] = review.waived
    assert (waiver["reason"], waiver["conversation"], waiver["sent"]) == ("She asked me to", "12", True)
    assert page.evaluate("window.shortcuts") == []


def test_send_by_keyboard_is_stopped_and_page_shortcuts_stay_silent(
    open_desk: Callable[..., Page], review: Review
) -> None:
    page = open_desk()
    write(page, "Please calm down.")
    badge(page, "hold")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog", name="Send it as it is?")).to_be_visible()
    page.keyboard.type("c means create")
    assert page.evaluate("window.shortcuts") == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "window.sent.length === 1")


def test_send_before_the_verdict_waits_for_it(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk()
    write(page, "Please calm down.")
    page.locator("#save").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("window.editor.set('<p>Thank you, Ellen.</p>')")
    page.locator("#save").click()
    until(page, "window.sent.length === 1")


def test_verdict_about_other_words_stops_nobody(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk()
    write(page, "Please calm down.")
    badge(page, "hold")
    send_at_once(page, "Thank you, Ellen.")
    until(page, "window.sent.length === 1")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_verdict_about_other_words_lets_nothing_through(
    open_desk: Callable[..., Page], review: Review
) -> None:
    page = open_desk()
    write(page, "Thank you, Ellen.")
    badge(page, "pass")
    send_at_once(page, "Please calm down.")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert sent(page) == []


def test_late_answer_about_older_words_decides_nothing(
    open_desk: Callable[..., Page], review: Review
) -> None:
    review.delay = lambda text: 0.5 if "Ellen" in text else 0.0
    page = open_desk()
    write(page, "Thank you, Ellen.")
    until(page, "document.querySelector('complaint-gift').shadowRoot.querySelector('[aria-busy]') !== null")
    send_at_once(page, "Please calm down.")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert sent(page) == []


def test_internal_note_never_leaves_the_page_and_is_never_stopped(
    open_desk: Callable[..., Page], review: Review, keep: Keep
) -> None:
    page = open_desk()
    page.get_by_role("tab", name="Add internal note").click()
    write(page, "I told her to calm down")
    page.wait_for_timeout(700)
    assert review.asked == []
    page.locator(".badge").click()
    expect(page.locator(".cg-line")).to_have_text("Only colleagues read this, so I look away.")
    keep(page, "extension-note-en")
    page.evaluate("document.querySelector('#comment-editor-container-tabs-0').id = 'unheard-of'")
    expect(page.locator(".cg-line")).to_contain_text("I cannot tell whether a customer reads this")
    page.locator("#save").click()
    assert sent(page) == ["I told her to calm down"]

    write(page, "Please calm down")
    page.get_by_role("tab", name="Reply to customer").click()
    badge(page, "hold")
    assert {asked["text"] for asked in review.asked} == {"Please calm down"}


def test_host_that_is_not_allowed_is_not_touched(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk(hosts=[])
    write(page, "Please calm down")
    page.wait_for_timeout(700)
    assert page.locator("complaint-gift").count() == 0
    assert review.asked == []
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"]


def test_worker_answers_only_for_allowed_pages_and_public_replies(
    open_desk: Callable[..., Page], extension: Extension, review: Review
) -> None:
    open_desk()
    ask = "(m) => chrome.runtime.sendMessage(m)"
    page = extension.context.new_page()
    page.goto(extension.options())
    body = {"text": "x", "scope": "public-reply", "context": {}}
    assert page.evaluate(ask, {"kind": "review", "body": body}) == {"why": "refused"}
    assert page.evaluate(ask, {"kind": "waive", "body": {}}) == {"why": "refused"}
    page.close()
    assert review.asked == []
