"""The packed Zendesk app in a page that plays the host, under the real SDK from npm."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import node
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from scripted_review import Review
from zendesk_page import SDK, SECRET, SERVER, Zendesk, play_zendesk

from complaint_gift_zendesk.app_token import BadToken, Installation, verify_token

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
CALM = ("no-minimising", "error", "We are sorry that you had to wait.")
HOME = Installation("zendesk-main", "acme", SERVER, (SECRET,))
WORDS = {
    "en": {"hurt": "please calm down", "hold": "Please change one thing", "anyway": "Send anyway",
           "keep": "Keep writing", "away": "taking a break", "unread": "goes out unread"},
    "ru": {"hurt": "успокойтесь", "hold": "Поправьте, пожалуйста", "anyway": "Всё равно отправить",
           "keep": "Вернуться к тексту", "away": "ненадолго отошла", "unread": "уходит непрочитанным"},
}  # fmt: skip


@pytest.fixture
def review() -> Review:
    return Review(words={"calm down": CALM, "успокойтесь": CALM})


@pytest.fixture
def zendesk(tmp_path: Path, review: Review) -> Iterator[Zendesk]:
    def ask(path: str, body: dict[str, Any], bearer: str) -> tuple[int, str]:
        try:
            verify_token(bearer.removeprefix("Bearer "), [HOME], datetime.now(UTC))
        except BadToken as refusal:
            return 401, f'{{"code": "{refusal.code}"}}'
        return review.respond(path.rpartition("/")[2], body)

    with play_zendesk(tmp_path, ask) as zendesk:
        yield zendesk


@pytest.fixture(scope="session")
def sdk(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    entry = "module.exports = require('zendesk_app_framework_sdk')"
    return node.bundle(packages, entry, tmp_path_factory.mktemp("sdk") / "sdk.js", name="ZAFClient")


@pytest.fixture
def open_ticket(browser: Browser, zendesk: Zendesk, sdk: Path) -> Iterator[Callable[..., Page]]:
    opened = []

    def go(*, height: int = 800, page: Page | None = None, **query: str) -> Page:
        if page is None:
            context = browser.new_context(viewport={"width": 1180, "height": height})
            opened.append(context)
            context.route(SDK, lambda route: route.fulfill(path=sdk, content_type="text/javascript"))
            page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints  # type: ignore[attr-defined]
        page.goto(zendesk.address(**query))
        page.wait_for_function("window.__seen.subscribed['ticket.save'] > 0")
        return page

    yield go
    for context in opened:
        complaints = [c for page in context.pages for c in getattr(page, "complaints", [])]
        context.close()
        assert complaints == []


def app_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def write(page: Page, words: str) -> None:
    page.locator("#editor").fill(words)


def submit(page: Page) -> dict[str, Any]:
    """Press Submit and wait until Zendesk knows whether the ticket is saved."""
    before = page.evaluate("window.__seen.saves.length")
    page.locator("#submit").click()
    page.wait_for_function(f"window.__seen.saves.length > {before}", timeout=15_000)
    return page.evaluate("window.__seen.saves.at(-1)")


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


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        ({"status": 503}, "taking a break"),
        ({"status": 429}, "Many people are writing"),
        ({"raw": "<html>"}, "made no sense"),
        ({"delay": lambda text: 10.0}, "Reading"),
    ],
    ids=["down", "busy", "broken", "slow"],
)
def test_trouble_lets_the_reply_go_with_a_visible_line(
    open_ticket: Callable[..., Page], review: Review, keep: Keep, trouble: dict[str, Any], line: str
) -> None:
    for name, value in trouble.items():
        setattr(review, name, value)
    page = open_ticket()
    write(page, "calm down")
    expect(app_of(page).locator(".cg-status")).to_contain_text(line)
    saved = submit(page)
    assert saved["saved"] is True
    assert saved["took"] < 3500
    expect(app_of(page).locator("#line")).to_contain_text("goes out unread")
    expect(page.locator("#toasts")).to_contain_text("goes out unread")
    review.status, review.raw, review.delay = 200, None, lambda text: 0.0
    write(page, "calm down once more")
    assert submit(page)["saved"] in (True, False), "the next save is answered, too"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_lost_server_is_said_calmly(
    open_ticket: Callable[..., Page], review: Review, axe: Axe, keep: Keep, language: str
) -> None:
    review.status = 503
    page = open_ticket(locale=language)
    write(page, "Hello")
    expect(app_of(page).locator(".cg-status")).to_contain_text(WORDS[language]["away"])
    submit(page)
    expect(app_of(page).locator("#line")).to_contain_text(WORDS[language]["unread"])
    assert axe(page.frames[-1]) == []
    keep(page, f"zendesk-away-{language}")


def test_token_of_another_secret_is_told_to_the_administrator(
    open_ticket: Callable[..., Page], zendesk: Zendesk
) -> None:
    zendesk.secret = "the-secret-of-somebody-else-0123456789"
    page = open_ticket()
    write(page, "calm down")
    expect(app_of(page).locator(".cg-status")).to_contain_text("does not know this helpdesk")
    assert submit(page)["saved"] is True


@pytest.mark.parametrize("offset", [-3600, 3600], ids=["expired", "early"])
def test_clocks_that_disagree_are_named(
    open_ticket: Callable[..., Page], zendesk: Zendesk, offset: int
) -> None:
    zendesk.clock = lambda: time.time() + offset
    page = open_ticket()
    write(page, "calm down")
    expect(app_of(page).locator(".cg-status")).to_contain_text(
        "clocks of this helpdesk and the check disagree"
    )
    assert submit(page)["saved"] is True


def test_one_expired_token_is_no_news(open_ticket: Callable[..., Page], zendesk: Zendesk) -> None:
    late = iter([time.time() - 3600])
    zendesk.clock = lambda: next(late, time.time())
    page = open_ticket()
    write(page, "calm down")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold")


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


def test_markup_of_a_customer_is_never_run(
    open_ticket: Callable[..., Page], zendesk: Zendesk, review: Review
) -> None:
    evil = '<img src=x onerror="window.pwned = 2"><script>window.pwned = 1</script>Bad &lt;b&gt;'
    zendesk.ticket["ticket.conversation"] = [
        zendesk.ticket["ticket.conversation"][0] | {"message": {"content": evil}}
    ]
    zendesk.ticket["ticket.requester"] = {"name": "<script>alert(1)</script>"}
    review.case = {"stage": "<b>x</b>", "about": ["<img src=x onerror=alert(1)>"]}
    page = open_ticket()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    write(page, "calm down <script>alert(1)</script>")
    app = app_of(page)
    expect(app.locator(".cg-finding")).to_have_count(1)
    expect(app.locator(".cg-facts")).to_contain_text("<img src=x")
    assert app.locator("#review img, #review script, #review b").count() == 0
    assert review.asked[-1]["context"]["complaint_text"] == "Bad <b>"
    assert page.frames[-1].evaluate("window.pwned ?? null") is None
    assert not [url for url in asked if url.endswith("/x")]


def test_very_long_draft_is_read_and_kept(open_ticket: Callable[..., Page], review: Review) -> None:
    page = open_ticket()
    long = "word " * 20_000
    page.evaluate("(t) => { __state['ticket.comment.text'] = t; __emit('comment.text.changed', t) }", long)
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "pass", timeout=10_000)
    assert len(review.asked[-1]["text"]) == len(long) - 1
    review.status = 413
    page.evaluate(
        "(t) => { __state['ticket.comment.text'] = t; __emit('comment.text.changed', t) }", long + "x"
    )
    expect(app_of(page).locator(".cg-status")).to_contain_text("longer than I can read")
    assert page.evaluate("__state['ticket.comment.text'].length") == len(long) + 1


def test_two_tabs_on_one_ticket_know_of_each_other(open_ticket: Callable[..., Page], review: Review) -> None:
    page = open_ticket()
    other = open_ticket(page=page.context.new_page())
    for tab in (page, other):
        expect(app_of(tab).locator(".cg-notice")).to_contain_text("open in another tab too")
    write(page, "calm down")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold")
    expect(app_of(other).locator(".cg-panel")).to_have_attribute("data-mood", "idle")
    submit(page)
    app_of(page).locator("#question textarea").fill("because")
    app_of(page).get_by_role("button", name="Send anyway").click()
    write(other, "calm down")
    assert submit(other)["why"] == "held", "a reason given in one tab does not send the other"


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
