"""The shipped site map on pages that look like Jira Service Management, Gmail, Outlook and Zendesk to it.

The pages keep what open extensions rely on in 2026: roles, ids, labels, and the editors that the sites use.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_extension import PLAYED, Extension, play_sites, run_extension, unpack_extension
from desk import badge, until
from playwright.sync_api import Page, Playwright, expect
from scripted_review import TOKEN, Review

pytestmark = pytest.mark.slow
Keep = Callable[[Page, str], None]
Open = Callable[..., Page]
HOSTS = ["*.atlassian.net", "mail.google.com", "outlook.office.com", "*.zendesk.com"]
CONVERSATIONS = {
    "gmail": "FMfcgzQdzFvWxkcRbpnJwCLmVTsqZgHK", "outlook": "AAQkADAwATM0MDAAMS1", "zendesk": "35436",
}  # fmt: skip


@pytest.fixture(scope="module")
def sites(
    playwright: Playwright, packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Extension]:
    unpacked = unpack_extension(tmp_path_factory.mktemp("extension"), hosts=(*HOSTS, "127.0.0.1"))
    with run_extension(playwright, unpacked, tmp_path_factory.mktemp("home")) as extension:
        play_sites(extension.context, packages, tmp_path_factory.mktemp("sites"))
        yield extension


@pytest.fixture
def open_site(sites: Extension, review: Review, api: str) -> Iterator[Open]:
    """Open a page of PLAYED with nothing but the shipped map."""
    opened: list[Page] = []
    complaints: list[str] = []

    def go(name: str, language: str = "en") -> Page:
        sites.configure(server=api, token=TOKEN, hosts=HOSTS, language=language)
        page = sites.context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(PLAYED[name])
        page.wait_for_selector("body[data-ready]")
        page.wait_for_selector("html[data-complaint-gift]")
        opened.append(page)
        return page

    yield go
    for page in opened:
        page.close()
    assert complaints == []


def editor_of(page: Page, name: str) -> Any:
    inside = f"[data-name={name}]"
    return page.locator(f"{inside}[contenteditable=true], {inside} [contenteditable=true]").first


def write(page: Page, words: str, name: str = "reply") -> None:
    editor_of(page, name).click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(words)


def draft(page: Page, name: str = "reply") -> str:
    return str(page.evaluate("(name) => window.mounted[name].get()", name))


def sent(page: Page) -> list[list[str]]:
    return page.evaluate("window.sent")


@pytest.mark.parametrize("name", ["gmail", "outlook", "zendesk"])
def test_reply_is_read_mended_held_and_sent(open_site: Open, review: Review, keep: Keep, name: str) -> None:
    page = open_site(name)
    write(page, "Dear Ellen. Please calm down. Bye.")
    badge(page, "hold")
    assert review.asked[-1]["text"].strip() == "Dear Ellen. Please calm down. Bye.", (
        "no signature, no quoted mail"
    )
    assert review.asked[-1]["context"]["conversation"] == CONVERSATIONS[name]
    expect(page.locator(".mark.m-error")).to_have_count(1)
    page.locator(".badge").click()
    keep(page, f"site-{name}-en")

    page.locator(".send").click()
    dialog = page.get_by_role("dialog", name="Send it as it is?")
    expect(dialog).to_be_visible()
    assert sent(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Use this sentence").click()
    expect(page.locator(".cg-line")).to_have_text("Ready to send")
    assert "We are sorry that you had to wait." in draft(page)
    assert "calm down. Bye" not in draft(page)
    page.locator(".send").click()
    until(page, "window.sent.length === 1")


@pytest.mark.parametrize("name", ["gmail", "outlook", "zendesk"])
def test_reply_goes_out_with_a_reason(open_site: Open, review: Review, name: str) -> None:
    page = open_site(name)
    write(page, "Please calm down.")
    badge(page, "hold")
    page.locator(".send").click()
    page.get_by_label("Why is it right here?").fill("She asked me to")
    page.get_by_role("button", name="Send anyway").click()
    until(page, "window.sent.length === 1")
    assert "Please calm down." in sent(page)[0][1]
    for _ in range(100):  # the server hears of it when the reply is on its way already
        if review.waived:
            break
        page.wait_for_timeout(50)
    assert review.waived[0]["reason"] == "She asked me to"


@pytest.mark.parametrize("name", ["gmail", "outlook", "zendesk"])
def test_good_reply_goes_out_at_the_first_press(open_site: Open, review: Review, name: str) -> None:
    page = open_site(name)
    write(page, "Thank you, Ellen.")
    page.locator(".send").click()
    until(page, "window.sent.length === 1")
    page.wait_for_timeout(300)
    assert len(sent(page)) == 1, "once"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_button_that_is_none_is_held_by_key_too(open_site: Open, review: Review, key: str) -> None:
    page = open_site("gmail")
    write(page, "Please calm down.")
    badge(page, "hold")
    page.locator(".send").focus()
    page.keyboard.press(key)
    expect(page.get_by_role("dialog", name="Send it as it is?")).to_be_visible()
    assert sent(page) == []


def test_jira_note_is_nobodys_business_and_reply_is_read(open_site: Open, review: Review, keep: Keep) -> None:
    page = open_site("jira")
    write(page, "I told her to calm down. ", "comment")
    page.wait_for_timeout(700)
    assert review.asked == [], "Jira Service Management begins with the internal note"
    page.locator(".badge").click()
    expect(page.locator(".cg-line")).to_have_text("Only colleagues read this, so I look away.")
    keep(page, "site-jira-note-en")
    page.get_by_role("tab", name="Reply to customer").first.click()
    badge(page, "hold")
    assert review.asked[-1]["context"]["conversation"] == "HALD-7"
    keep(page, "site-jira-reply-en")
    page.locator("[data-sends=comment]").click()
    expect(page.get_by_role("dialog", name="Send it as it is?")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Add internal note").first.click()
    page.locator("[data-sends=comment]").click()
    until(page, "window.sent.length === 1")


def test_jira_dialog_of_a_transition_has_its_own_reader(open_site: Open, review: Review) -> None:
    page = open_site("jira")
    page.get_by_role("tab", name="Reply to customer").first.click()
    page.evaluate("document.querySelector('section[role=dialog]').hidden = false")
    write(page, "She should calm down.", "transition")
    page.wait_for_timeout(700)
    assert review.asked == [], "the comment behind is for the customer, this one is not"
    page.locator("#issue-transition-comment-editor-container-tabs-1").click()
    until_asked(page, review)
    assert review.asked[-1]["text"] == "She should calm down."
    page.locator("[data-sends=transition]").click()
    expect(page.get_by_role("dialog", name="Send it as it is?")).to_be_visible()
    assert sent(page) == []


def test_jira_project_without_customers_is_not_read(open_site: Open, review: Review) -> None:
    page = open_site("jira")
    page.evaluate("document.querySelector('[data-customers]').remove()")
    write(page, "Please calm down.", "comment")
    page.wait_for_timeout(700)
    assert review.asked == []
    page.locator("[data-sends=comment]").click()
    assert sent(page) == [["comment", "Please calm down."]]


def test_zendesk_note_is_not_read_and_ticket_behind_decides_nothing(open_site: Open, review: Review) -> None:
    page = open_site("zendesk")
    page.locator("#other").click()
    write(page, "Please calm down.", "behind")
    badge(page, "hold")
    page.locator("#other").click()
    write(page, "Thank you, Ellen.")
    until_asked(page, review, "Thank you, Ellen.")
    page.locator(".send").click()
    until(page, "window.sent.length === 1")
    assert sent(page) == [["reply", "Thank you, Ellen."]]
    page.locator("#channel").click()
    asked = len(review.asked)
    write(page, "I told her to calm down.")
    page.wait_for_timeout(700)
    assert len(review.asked) == asked
    page.locator(".send").click()
    until(page, "window.sent.length === 2")


def until_asked(page: Page, review: Review, text: str = "") -> None:
    for _ in range(100):
        if review.asked and (not text or review.asked[-1]["text"] == text):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never asked about {text!r}")
