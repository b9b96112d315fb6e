"""Faults under the packed Zendesk app: each has a humane line, nobody is trapped, no draft is lost."""

import time
from collections.abc import Callable

import pytest
from humane import FAULTS, LANGUAGES, LINES, break_down
from playwright.sync_api import Page, expect
from scripted_review import Review
from zendesk_page import Zendesk, app_of, submit, write

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
UNREAD = {"en": "goes out unchecked", "ru": "уходит без неё"}


def break_proxy(zendesk: Zendesk, review: Review, fault: str) -> None:
    """What concerns the token happens to a real one, on its way through the proxy that signs it."""
    if fault == "denied":
        zendesk.secret = "the-secret-of-somebody-else-0123456789"
    elif fault in ("expired", "early"):
        offset = -3600 if fault == "expired" else 3600
        zendesk.clock = lambda: time.time() + offset
    else:
        break_down(review, fault)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_said_calmly_and_lets_the_reply_go(
    open_ticket: Callable[..., Page], zendesk: Zendesk, review: Review, axe: Axe, keep: Keep,
    fault: str, language: str,
) -> None:  # fmt: skip
    break_proxy(zendesk, review, fault)
    page = open_ticket(locale=language)
    write(page, "calm down")
    app = app_of(page)
    expect(app.locator(".cg-status")).to_have_text(LINES[language][fault], timeout=9000)
    assert axe(page.frames[-1]) == []
    keep(page, f"zendesk-{fault}-{language}")
    assert page.locator("#editor").inner_text() == "calm down"

    saved = submit(page)
    assert saved["saved"] is True
    assert saved["took"] < 3500
    for line in (app.locator("#line"), page.locator("#toasts")):
        expect(line).to_contain_text(UNREAD[language])
    assert page.locator("#talk li").last.inner_text().endswith("calm down"), "the words went out whole"


def test_save_after_a_trouble_is_decided_again(open_ticket: Callable[..., Page], review: Review) -> None:
    review.status = 503
    page = open_ticket()
    write(page, "calm down")
    assert submit(page)["saved"] is True
    review.status = 200
    write(page, "calm down once more")
    assert submit(page)["why"] == "held"


def test_one_expired_token_is_no_news(open_ticket: Callable[..., Page], zendesk: Zendesk) -> None:
    late = iter([time.time() - 3600])
    zendesk.clock = lambda: next(late, time.time())
    page = open_ticket()
    write(page, "calm down")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold")


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_very_long_draft_is_read_and_kept(
    open_ticket: Callable[..., Page], review: Review, language: str
) -> None:
    page = open_ticket(locale=language)
    long = "word " * 20_000
    page.evaluate("(t) => { __state['ticket.comment.text'] = t; __emit('comment.text.changed', t) }", long)
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "pass", timeout=10_000)
    assert len(review.asked[-1]["text"]) == len(long) - 1
    review.status = 413
    page.evaluate(
        "(t) => { __state['ticket.comment.text'] = t; __emit('comment.text.changed', t) }", long + "x"
    )
    expect(app_of(page).locator(".cg-status")).to_have_text(LINES[language]["long"])
    assert page.evaluate("__state['ticket.comment.text'].length") == len(long) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_tabs_on_one_ticket_know_of_each_other(
    open_ticket: Callable[..., Page], review: Review, axe: Axe, keep: Keep, language: str
) -> None:
    page = open_ticket(locale=language)
    other = open_ticket(page=page.context.new_page(), locale=language)
    for tab in (page, other):
        expect(app_of(tab).locator(".cg-notice")).to_have_text(LINES[language]["shared"])
    assert axe(page.frames[-1]) == []
    keep(page, f"zendesk-shared-{language}")
    write(page, "calm down")
    expect(app_of(page).locator(".cg-panel")).to_have_attribute("data-mood", "hold")
    expect(app_of(other).locator(".cg-panel")).to_have_attribute("data-mood", "idle")
    submit(page)
    app_of(page).locator("#question textarea").fill("because")
    app_of(page).locator(".cg-send").click()
    write(other, "calm down")
    assert submit(other)["why"] == "held", "a reason given in one tab does not send the other"
