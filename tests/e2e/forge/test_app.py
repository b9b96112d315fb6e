"""The Forge app in Chromium: what an agent sees beside the issue, and how a checked reply goes out."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow
SAME_BOX = """() => {
  const [draft, mirror] = ["#draft", ".cg-mirror"].map((name) => document.querySelector(name));
  const same = ["fontSize", "fontFamily", "lineHeight", "paddingTop", "paddingLeft", "borderTopWidth"];
  const [a, b] = [getComputedStyle(draft), getComputedStyle(mirror)];
  const [one, two] = [draft.getBoundingClientRect(), mirror.getBoundingClientRect()];
  const isSame = same.every((name) => a[name] === b[name]);
  return isSame && ["top", "left", "width"].every((edge) => Math.abs(one[edge] - two[edge]) < 1);
}"""
# The check answers only when the test lets it.
SLOW_SERVER = """() => {
  const play = window.playJira, gate = new Promise((resolve) => { window.goOn = resolve; });
  const wait = (name) => (name === "invoke" ? gate : Promise.resolve());
  window.playJira = (name, payload) => wait(name).then(() => play(name, payload));
}"""
Open = Callable[[], Page]
WORDS = {
    "en": {
        "locale": "en_US",
        "hurt": "Please calm down.",
        "send": "Send to the customer",
        "anyway": "Send anyway",
        "sent": "Your reply is with the customer.",
        "try": "Try a reply",
        "none": "This is no customer request",
    },
    "ru": {
        "locale": "ru_RU",
        "hurt": "Пожалуйста, успокойтесь.",
        "send": "Отправить клиенту",
        "anyway": "Всё равно отправить",
        "sent": "Ответ отправлен клиенту.",
        "try": "Примерьте ответ",
        "none": "Это не обращение клиента",
    },
}
REPLY = ("POST", "/rest/servicedeskapi/request/CARE-1/comment")


@pytest.mark.parametrize("language", WORDS)
def test_panel_beside_the_issue_reads_along_and_shows_the_case(
    open_app: Open, jira: Any, language: str, axe: Any, keep: Any
) -> None:
    words = WORDS[language]
    jira.language, jira.place = words["locale"], "jira:issueContext"
    page = open_app()
    expect(page.locator("#label")).to_have_text(words["try"])
    expect(page.locator(".cg-facts")).to_be_visible()
    expect(page.get_by_role("button", name=words["send"])).to_be_hidden()
    page.fill("#draft", words["hurt"])
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "hold")
    expect(page.locator(".cg-mirror mark.cg-error")).to_have_count(1)
    assert page.evaluate(SAME_BOX), "the marks are not under their words"
    assert jira.review.asked[-1]["context"]["conversation"] == "10001"
    assert jira.review.asked[-1]["ui_language"] == language
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    assert axe(page) == []
    keep(page, f"forge-{language}")


@pytest.mark.parametrize("language", WORDS)
def test_reply_that_passes_goes_to_the_customer(open_app: Open, jira: Any, language: str) -> None:
    words = WORDS[language]
    jira.language = words["locale"]
    page = open_app()
    page.fill("#draft", "Спасибо, что написали!")
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator("#line")).to_have_text(words["sent"])
    assert jira.asked == [(*REPLY, {"body": "Спасибо, что написали!", "public": True})]
    assert page.input_value("#draft") == ""


@pytest.mark.parametrize("language", WORDS)
def test_reply_that_hurts_needs_a_reason_that_goes_with_it(open_app: Open, jira: Any, language: str) -> None:
    words = WORDS[language]
    jira.language = words["locale"]
    page = open_app()
    page.fill("#draft", words["hurt"])
    page.get_by_role("button", name=words["send"]).click()
    page.locator("#cg-reason").fill("Он сам так просил")
    assert jira.asked == []
    page.get_by_role("button", name=words["anyway"]).click()
    expect(page.locator("#line")).to_have_text(words["sent"])
    noted = ("PUT", "/rest/api/3/comment/20001/properties/complaint_gift", {"reason": "Он сам так просил"})
    assert jira.asked == [(*REPLY, {"body": words["hurt"], "public": True}), noted]
    assert [waiver["reason"] for waiver in jira.review.waived] == ["Он сам так просил"]


def test_reply_of_a_blocked_kind_stays(open_app: Open, jira: Any) -> None:
    jira.review.verdict = "block"
    page = open_app()
    page.fill("#draft", "calm down")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator("#line")).to_have_text("A team lead has to release this reply.")
    assert jira.asked == []


@pytest.mark.parametrize(("status", "words"), [(404, "none"), (403, ""), (500, "")])
def test_text_stays_when_jira_does_not_take_it(open_app: Open, jira: Any, status: int, words: str) -> None:
    jira.status = status
    page = open_app()
    page.fill("#draft", "Thank you for telling us.")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator("#line")).to_contain_text(
        WORDS["en"][words] if words else "Jira did not take the reply"
    )
    assert page.input_value("#draft") == "Thank you for telling us."


def test_nobody_waits_for_a_check_that_is_away(open_app: Open, jira: Any) -> None:
    jira.review.status = 503
    page = open_app()
    page.fill("#draft", "Thank you for telling us.")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator("#line")).to_contain_text("went out unchecked", timeout=15_000)
    assert jira.asked == [(*REPLY, {"body": "Thank you for telling us.", "public": True})]


def test_two_clicks_send_one_reply(open_app: Open, jira: Any) -> None:
    page = open_app()
    page.fill("#draft", "Thank you for telling us.")
    page.get_by_role("button", name="Send to the customer").dblclick()
    expect(page.locator("#line")).to_have_text(WORDS["en"]["sent"])
    page.wait_for_timeout(300)
    assert jira.asked == [(*REPLY, {"body": "Thank you for telling us.", "public": True})]


def test_draft_stands_still_while_it_is_read_and_sent(open_app: Open, jira: Any) -> None:
    page = open_app()
    page.evaluate(SLOW_SERVER)
    page.fill("#draft", "Thank you for telling us.")
    page.get_by_role("button", name="Send to the customer").click()
    page.locator("#draft").press_sequentially(" Please calm down.")
    page.evaluate("window.goOn()")
    expect(page.locator("#line")).to_have_text(WORDS["en"]["sent"])
    assert jira.asked == [(*REPLY, {"body": "Thank you for telling us.", "public": True})]
    page.locator("#draft").press_sequentially("And")
    assert page.input_value("#draft") == "And"


def test_reason_is_for_the_words_it_was_asked_for(open_app: Open, jira: Any) -> None:
    page = open_app()
    page.fill("#draft", "Please calm down.")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.locator("#cg-reason")).to_be_visible()
    page.fill("#draft", "Do calm down, will you.")
    expect(page.locator("#question")).to_be_hidden()
    page.get_by_role("button", name="Send to the customer").click()
    page.locator("#cg-reason").fill("A joke between us")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator("#line")).to_have_text(WORDS["en"]["sent"])
    assert jira.asked[0] == (*REPLY, {"body": "Do calm down, will you.", "public": True})
