"""The packed Zendesk app while an agent writes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from scripted_review import Review
from zendesk_page import SDK, SECRET, SERVER, Zendesk, app_of, submit, write

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
WORDS = {
    "en": {"hurt": "please calm down", "hold": "Please change one thing", "anyway": "Send anyway",
           "keep": "Keep writing", "away": "taking a break", "unread": "goes out unchecked"},
    "ru": {"hurt": "успокойтесь", "hold": "Поправьте, пожалуйста", "anyway": "Всё равно отправить",
           "keep": "Вернуться к тексту", "away": "ненадолго отошла", "unread": "уходит без неё"},
}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_agent_is_warned_held_and_may_send_anyway(
    open_ticket: Callable[..., Page], review: Review, axe: Axe, keep: Keep, language: str, scheme: str
) -> None:
    words = WORDS[language]
    review.missing = [("thank-for-the-complaint", "Thank you for telling us.")]
    promise = {"what": "a new parcel", "due_at": "2999-01-02T10:00:00Z", "who": "Irina"}
    review.case = {"stage": "open", "about": ["Ben"], "audience": "customer", "promises": [promise]}
    page = open_ticket(height=1000, locale=language, scheme=scheme)
    app = app_of(page)
    write(page, f"Ellen, {words['hurt']}, it is only a box.")
    expect(app.locator(".cg-line")).to_contain_text(words["hold"])
    expect(app.locator(".cg-quote mark").first).to_have_text(words["hurt"].removeprefix("please "))
    expect(app.locator(".cg-quote").first).to_contain_text("it is only a")
    expect(app.locator(".cg-facts")).to_contain_text("Irina")
    frame = page.frames[-1]
    assert axe(frame) == []
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    keep(page, f"zendesk-warned-{language}-{scheme}")

    held = submit(page)
    assert held["why"] == "held"
    assert "About no-minimising." in held["message"]
    question = app.locator("#question")
    expect(question).to_be_visible()
    assert axe(frame) == []
    keep(page, f"zendesk-held-{language}-{scheme}")

    question.locator("textarea").fill("She asked for these words.")
    question.get_by_role("button", name=words["anyway"]).click()
    expect(question).to_be_hidden()
    expect(app.locator("#line")).to_be_visible()
    keep(page, f"zendesk-released-{language}-{scheme}")
    [waiver] = review.waived
    assert waiver["reason"] == "She asked for these words."
    assert (waiver["rule"], waiver["conversation"], waiver["sent"]) == ("no-minimising", "35436", True)
    assert (waiver["by"], waiver["text"]) == ("Irina", f"Ellen, {words['hurt']}, it is only a box.")
    assert submit(page)["saved"] is True
    assert page.locator("#editor").inner_text().strip() == ""


def test_review_is_asked_as_agreed(
    open_ticket: Callable[..., Page], review: Review, zendesk: Zendesk
) -> None:
    page = open_ticket(locale="ru")
    page.locator("#editor").evaluate(
        "(e) => { e.innerHTML = '<p>Hi <b>Ellen</b>,</p><ul><li>one</li><li>two</li></ul><p>👋 bye</p>';"
        " e.dispatchEvent(new Event('input')) }"
    )
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "pass")
    asked = review.asked[-1]
    assert asked["text"] == "Hi Ellen,\none\ntwo\n👋 bye"
    assert (asked["scope"], asked["format"], asked["ui_language"]) == ("public-reply", "plain", "ru")
    assert asked["context"] == {
        "conversation": "35436",
        "channel": "email",
        "brand": "Swiftbox Couriers",
        "customer_name": "Ellen Brandt",
        "complaint_text": "The third parcel in a row stood in the rain.",
        "complaint": True,
        "author": {"id": "235323", "name": "Irina"},
        "visibility": "public",
    }
    options = zendesk.relayed[-1][1]
    assert options["jwt"]["claims"] == {"iss": "acme", "aud": SERVER, "sub": "235323"}
    assert SECRET not in str(options), "the browser never sees the secret"


def test_suggestion_goes_into_the_draft_and_keeps_its_format(
    open_ticket: Callable[..., Page], review: Review
) -> None:
    page = open_ticket()
    page.locator("#editor").evaluate(
        "(e) => { e.innerHTML = '<p>Dear <b>Ellen</b>. Now calm down. <i>Irina</i></p><p>Bye.</p>';"
        " e.dispatchEvent(new Event('input')) }"
    )
    app_of(page).get_by_role("button", name="Use this sentence").click()
    expect(app_of(page).locator(".cg-line")).to_have_text("Ready to send")
    assert page.locator("#editor").inner_html() == (
        "<p>Dear <b>Ellen</b>. We are sorry that you had to wait. <i>Irina</i></p><p>Bye.</p>"
    )


def test_missing_step_is_added_to_an_ordinary_text(open_ticket: Callable[..., Page], review: Review) -> None:
    review.missing = [("offer-concrete-remedy", "We send a new one today.")]
    page = open_ticket(rich="no")
    write(page, "Dear Ellen, 5 < 6.")
    app_of(page).get_by_role("button", name="Insert").click()
    page.wait_for_function("window.__state['ticket.comment.text'].includes('today')")
    assert (
        page.evaluate("window.__state['ticket.comment.text']")
        == "Dear Ellen, 5 < 6. We send a new one today."
    )


def test_typing_stays_below_sixty_requests_a_minute(
    open_ticket: Callable[..., Page], zendesk: Zendesk, review: Review
) -> None:
    page = open_ticket()
    page.clock.install()
    for number in range(90):
        page.locator("#editor").fill(f"word {number}")
        page.clock.run_for(850)
    page.wait_for_timeout(300)
    assert 30 <= len(zendesk.relayed) <= 80, "ninety pauses fill seventy-six seconds"
    app_of(page).locator(".cg-panel").wait_for()


def test_new_ticket_is_no_answer_to_a_complaint(
    open_ticket: Callable[..., Page], zendesk: Zendesk, review: Review
) -> None:
    zendesk.ticket.clear()
    page = open_ticket(location="new_ticket_sidebar")
    write(page, "Your parcel is on its way.")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "pass")
    assert review.asked[-1]["context"] == {
        "complaint": False, "author": {"id": "235323", "name": "Irina"}, "visibility": "public",
    }  # fmt: skip


def test_page_outside_of_zendesk_says_where_it_belongs(browser: Browser, zendesk: Zendesk, sdk: Path) -> None:
    context = browser.new_context()
    context.route(SDK, lambda route: route.fulfill(path=sdk, content_type="text/javascript"))
    page = context.new_page()
    page.goto(f"{zendesk.app}/assets/iframe.html")
    expect(page.locator("#line")).to_contain_text("works beside a ticket")
    context.close()


def test_word_written_while_the_ticket_is_read_again_is_not_forgotten(
    open_ticket: Callable[..., Page], review: Review
) -> None:
    page = open_ticket()
    write(page, "I am sorry.")
    page.evaluate("""() => {
      const answer = window.answer;
      window.answer = (told) => setTimeout(answer, told.params?.includes?.("ticket.brand") ? 700 : 0, told);
      window.__emit("app.activated", null);
    }""")
    page.wait_for_timeout(200)
    write(page, "calm down")
    page.wait_for_timeout(2500)
    assert review.asked[-1]["text"] == "calm down"
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold")
