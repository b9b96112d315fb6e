"""Faults under the packed Zendesk app: each has a humane line, nobody is trapped, no draft is lost."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from scripted_review import Review
from zendesk_page import Zendesk, app_of, submit, write

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
WORDS = {
    "en": {"hurt": "please calm down", "hold": "Please change one thing", "anyway": "Send anyway",
           "keep": "Keep writing", "away": "taking a break", "unread": "goes out unread"},
    "ru": {"hurt": "успокойтесь", "hold": "Поправьте, пожалуйста", "anyway": "Всё равно отправить",
           "keep": "Вернуться к тексту", "away": "ненадолго отошла", "unread": "уходит непрочитанным"},
}  # fmt: skip


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
