"""The packed extension in real editors: words are read, marked and mended, nothing else is touched."""

from collections.abc import Callable

import pytest
from browser_extension import draft_of
from desk import EDITORS, badge, box_of, place_of, until, write
from playwright.sync_api import Page, expect
from scripted_review import Review

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("editor", EDITORS)
def test_words_are_marked_and_mended_in_a_real_editor(
    open_desk: Callable[..., Page], review: Review, editor: str
) -> None:
    page = open_desk(editor)
    write(page, "👋 Dear Ellen. Please calm down now. Bye.")
    badge(page, "hold")
    expect(page.locator(".mark.m-error")).to_be_visible()
    mark, box = place_of(page, ".mark.m-error"), box_of(page).bounding_box()
    assert box["x"] < mark["x"] < box["x"] + box["width"]
    assert box["y"] < mark["y"] < box["y"] + box["height"]
    assert 40 < mark["width"] < 120, "as wide as two words"
    assert review.asked[-1]["text"] == "👋 Dear Ellen. Please calm down now. Bye."
    assert (
        box_of(page).evaluate("(e) => e.querySelectorAll('[class^=cg-], complaint-gift, .mark').length") == 0
    )

    page.locator(".badge").click()
    page.wait_for_timeout(1100 if editor == "quill" else 0)  # its undo joins what happens within a second
    page.get_by_role("button", name="Use this sentence").click()
    expect(page.locator(".cg-line")).to_have_text("Ready to send")
    assert draft_of(page) == "👋 Dear Ellen. We are sorry that you had to wait. Bye."
    expect(page.locator(".mark.m-error")).to_have_count(0)
    box_of(page).focus()
    page.keyboard.press("Control+z")
    until(page, "window.editor.get().includes('calm down')")


@pytest.mark.parametrize("editor", EDITORS)
def test_missing_step_is_added_in_a_real_editor(
    open_desk: Callable[..., Page], review: Review, editor: str
) -> None:
    review.missing = [("thank-for-the-complaint", "Thank you for telling us.")]
    page = open_desk(editor)
    write(page, "Dear Ellen, we looked into it.")
    badge(page, "warn")
    page.locator(".badge").click()
    page.get_by_role("button", name="Insert").click()
    until(page, "window.editor.get().includes('Thank you')")
    assert draft_of(page) == "Dear Ellen, Thank you for telling us. we looked into it."


@pytest.mark.parametrize("editor", EDITORS)
def test_thanks_go_to_the_paragraph_below_the_greeting_in_a_real_editor(
    open_desk: Callable[..., Page], review: Review, editor: str
) -> None:
    review.missing = [("thank-for-the-complaint", "Thank you for telling us.")]
    page = open_desk(editor)
    write(page, "Dear Ellen,\nWe looked into it.")
    badge(page, "warn")
    page.locator(".badge").click()
    page.get_by_role("button", name="Insert").click()
    until(page, "window.editor.get().includes('Thank you')")
    assert "Dear Ellen,\nThank you for telling us. We looked into it." in draft_of(page).replace("\n\n", "\n")
    expect(page.locator(".cg-notice")).to_be_hidden()


def test_words_put_in_by_a_macro_are_read_and_stopped(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("ckeditor")
    page.evaluate("window.editor.set('<p>Please <b>calm</b> down.</p>')")
    page.locator("#save").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert review.asked[-1]["text"] == "Please calm down."


def test_marks_follow_the_words_and_stay_inside_the_editor(
    open_desk: Callable[..., Page], review: Review
) -> None:
    page = open_desk("textarea")
    page.evaluate("window.editor.set('line\\n'.repeat(30) + 'calm down')")
    box_of(page).click()
    badge(page, "hold")
    expect(page.locator(".mark")).to_have_count(0)
    box_of(page).evaluate("(e) => { e.scrollTop = e.scrollHeight }")
    expect(page.locator(".mark")).to_have_count(1)
    box, mark = box_of(page).bounding_box(), place_of(page, ".mark")
    assert box["y"] < mark["y"] < box["y"] + box["height"]


def test_quoted_mail_is_not_read(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("quill")
    page.evaluate(
        "window.editor.set('<p>Thank you, Ellen.</p><blockquote>You told me to calm down</blockquote>')"
    )
    box_of(page).click()
    badge(page, "pass")
    assert review.asked[-1]["text"] == "Thank you, Ellen."
