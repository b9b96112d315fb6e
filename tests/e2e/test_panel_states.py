"""What the panel does beyond warning: set aside, look closer, show the case, bear trouble, mind two tabs."""

from collections.abc import Callable
from typing import Any

import pytest
from humane import FAULTS, LANGUAGES, LINES, break_down
from playwright.sync_api import Page, expect
from states import walk_states

pytestmark = pytest.mark.slow
SALON = {"en": "Sent outside at minus thirty", "ru": "Ждали на улице в минус тридцать"}
CALM = ("no-minimising", "error", "We are sorry.")
Open = Callable[..., Page]
Axe = Callable[[Page], list[str]]
Keep = Callable[[Page, str], None]


def moods(page: Page) -> list[str]:
    """Every mood that the panel shows from now on, read later from `window.moods`."""
    return page.evaluate(
        """() => {
          const panel = document.querySelector('.cg-panel');
          window.moods = [panel.dataset.mood];
          new MutationObserver(() => window.moods.push(panel.dataset.mood))
            .observe(panel, { attributes: true, attributeFilter: ['data-mood'] });
        }"""
    )


def test_card_says_how_the_customer_reads_it(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": CALM}
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "Please calm down.")
    expect(page.locator(".cg-reading")).to_have_text("They do not care.")


def test_finding_is_set_aside_with_a_reason(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": CALM}
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "You wrote that staff told you to calm down.")
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "hold")
    page.get_by_role("button", name="Not here").click()
    page.keyboard.press("Enter")
    assert site.review.waived == [], "a reason is asked for"
    page.keyboard.type("it quotes the customer")
    page.keyboard.press("Enter")
    expect(page.locator(".cg-finding")).to_have_count(0)
    expect(page.locator(".cg-mirror mark")).to_have_count(0)
    expect(page.locator(".cg-status")).to_contain_text("Ready to send")
    expect(page.locator(".cg-notice")).to_contain_text("Your team lead can read the reason")
    [waiver] = site.review.waived
    assert (waiver["rule"], waiver["quote"]) == ("no-minimising", "calm down")
    assert waiver["reason"] == "it quotes the customer"
    assert waiver["finding"].startswith("no-minimising")
    assert waiver["conversation"] == page.url.rsplit("/", 1)[1]

    page.locator("#draft").press_sequentially(" Bye.")
    page.wait_for_timeout(600)
    expect(page.locator(".cg-finding")).to_have_count(0)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".m-agent")).to_have_count(1)


def test_setting_aside_holds_only_for_the_same_words_and_conversation(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": CALM}
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "calm down")
    page.get_by_role("button", name="Not here").click()
    page.keyboard.type("a quote")
    page.keyboard.press("Enter")
    expect(page.locator(".cg-finding")).to_have_count(0)
    page.locator("#tickets a", has_text="Third parcel").click()
    page.fill("#draft", "calm down")
    expect(page.locator(".cg-finding")).to_have_count(1)


def test_reason_that_could_not_be_saved_is_said(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": CALM}
    site.review.waiver_status = 503
    page = open_page(ticket=SALON["en"], forgive="Failed to load resource")
    page.fill("#draft", "calm down")
    page.get_by_role("button", name="Not here").click()
    page.keyboard.type("a quote")
    page.keyboard.press("Enter")
    expect(page.locator(".cg-notice")).to_contain_text("could not be saved")
    assert page.input_value("#draft") == "calm down"


def test_closer_look_replaces_the_quick_one_without_a_flicker(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": CALM}
    site.review.complete = lambda turn: turn >= 3
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "Please calm down.")
    expect(page.locator(".cg-status")).to_contain_text("closer look is still on its way")
    page.get_by_role("button", name="Why").focus()
    card = page.locator(".cg-finding").element_handle()
    moods(page)
    expect(page.locator(".cg-status")).not_to_contain_text("closer look", timeout=4000)
    assert set(page.evaluate("window.moods")) == {"hold"}, "no other mood in between"
    assert page.locator(".cg-finding").element_handle().evaluate("(a, b) => a === b", card)
    assert page.evaluate("document.activeElement.textContent") == "Why"
    revisions = [asked["revision"] for asked in site.review.asked]
    assert revisions == sorted(set(revisions))


def test_quick_pass_promises_nothing_before_the_closer_look(open_page: Open, site: Any) -> None:
    site.review.complete = lambda turn: bool(site.review.words)
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "Dear Marta, thank you.")
    expect(page.locator(".cg-line")).to_have_text("So far, so good")
    site.review.words = {"thank you": ("learned-thing", "error", None)}
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "hold", timeout=8000)


def test_closer_look_that_never_comes_ends_quietly(open_page: Open, site: Any) -> None:
    site.review.complete = lambda turn: False
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "Dear Marta")
    expect(page.locator(".cg-line")).to_have_text("So far, so good")
    expect(page.locator(".cg-line")).to_have_text("Ready to send", timeout=12_000)
    assert len(site.review.asked) == 5
    page.locator("#draft").press_sequentially("!")
    expect(page.locator(".cg-panel")).not_to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(500)
    expect(page.locator(".cg-line")).to_have_text("Ready to send")
    assert len(site.review.asked) == 6, "what did not come once is not waited for again"


def test_case_is_shown_in_words(open_page: Open, site: Any) -> None:
    site.review.case = {
        "stage": "reopened",
        "promises": [
            {"what": "a call from the manager", "due_at": "2020-01-02T10:00:00Z", "who": "Irina"},
            {"what": "a refund", "due_at": "2999-01-02T10:00:00Z", "who": None},
        ],
        "about": ["Ben Carter"],
        "audience": "public",
    }
    page = open_page(ticket=SALON["en"])
    page.fill("#draft", "Dear Marta")
    facts = page.locator(".cg-facts")
    expect(facts).to_contain_text("Open again")
    expect(facts.locator(".cg-late")).to_contain_text("a call from the manager · Irina · was due")
    expect(facts).to_contain_text("Ben Carter")
    expect(facts).to_contain_text("Everyone: it is public")


def test_promise_is_kept_by_one_click(open_page: Open, site: Any) -> None:
    promise = {"id": 3, "what": "a refund", "due_at": "2999-01-02T10:00:00Z", "who": None, "state": "open"}
    moved = {"id": 2, "what": "a call", "due_at": "2020-01-02T10:00:00Z", "who": None, "state": "moved"}
    site.review.case = {"stage": "open", "promises": [moved, promise]}
    page = open_page(ticket=SALON["en"], forgive="Failed to load resource")
    page.fill("#draft", "Dear Marta")
    facts = page.locator(".cg-facts")
    expect(facts).to_contain_text("a refund")
    expect(facts).not_to_contain_text("a call")
    site.review.promise_status = 503
    page.get_by_role("button", name="Done: a refund").click()
    expect(page.locator(".cg-notice")).to_contain_text("could not be saved")
    site.review.promise_status = 200
    page.get_by_role("button", name="Done: a refund").click()
    expect(facts).to_contain_text("a refund · done")
    expect(page.locator(".cg-notice")).to_have_text("Noted as done. “Not yet” takes it back.")
    assert page.evaluate("document.activeElement.textContent") == "Not yet", (
        "who works by keyboard stays there"
    )
    page.keyboard.press("Enter")
    expect(facts).to_contain_text("a refund · by")
    told = site.review.kept
    assert [(t["promise"], t["kept"]) for t in told] == [(3, True), (3, True), (3, False)]
    assert all(t["conversation"] for t in told)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_trouble_has_its_own_humane_line(
    open_page: Open, site: Any, axe: Axe, keep: Keep, fault: str, language: str
) -> None:
    page = open_page(language, ticket=SALON[language], forgive="Failed to load resource")
    break_down(site.review, fault)
    page.fill("#draft", "Dear Marta")
    expect(page.locator(".cg-status")).to_have_text(LINES[language][fault], timeout=9000)
    assert axe(page) == []
    keep(page, f"panel-{fault}-{language}")
    assert page.input_value("#draft") == "Dear Marta"


def test_busy_service_is_left_alone_until_it_asked_to_come_back(open_page: Open, site: Any) -> None:
    page = open_page(ticket=SALON["en"], forgive="Failed to load resource")
    site.review.status, site.review.headers = 429, {"Retry-After": "3"}
    page.fill("#draft", "Dear Marta")
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "away")
    site.review.status = 200
    asked = len(site.review.asked)
    page.locator("#draft").press_sequentially(" and more", delay=150)
    assert len(site.review.asked) == asked
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "pass", timeout=5000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_second_tab_is_mentioned_and_each_keeps_its_draft(
    open_page: Open, site: Any, axe: Axe, keep: Keep, language: str
) -> None:
    page = open_page(language, ticket=SALON[language])
    page.fill("#draft", "from the first tab")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#draft")).to_have_value("from the first tab")
    for tab in (page, other):
        expect(tab.locator(".cg-notice")).to_have_text(LINES[language]["shared"])
    assert axe(page) == []
    keep(page, f"panel-shared-{language}")
    other.fill("#draft", "from the second tab")
    page.reload()
    expect(page.locator("#draft")).to_have_value("from the first tab")
    other.close()
    expect(page.locator(".cg-notice")).to_be_hidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_is_clean_for_axe(
    open_page: Open, site: Any, axe: Axe, keep: Keep, language: str, dark: bool
) -> None:
    site.review.words = {"calm": CALM, "policy": ("rules", "warning", None)}
    site.review.missing = [("thank-for-the-complaint", "Thank you.")]
    site.review.case = {"stage": "open", "about": ["Ben"], "audience": "customer"}
    page = open_page(
        language, ticket=SALON[language], dark=dark, width=1280, forgive="Failed to load resource"
    )
    page.fill("#draft", "calm policy")
    expect(page.locator(".cg-finding")).to_have_count(3)
    page.locator(".cg-ask").nth(0).click()
    page.locator(".cg-ask").nth(1).click()
    assert axe(page) == []
    keep(page, f"panel-hold-{language}-{'dark' if dark else 'light'}")
    page.locator("#send").click()
    page.wait_for_selector("dialog")
    assert axe(page) == []
    keep(page, f"panel-question-{language}-{'dark' if dark else 'light'}")
    page.keyboard.press("Escape")
    site.review.status = 503
    page.fill("#draft", "calm")
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "away")
    assert axe(page) == []
    keep(page, f"panel-away-{language}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize(
    ("language", "dark", "width"),
    [("en", False, 320), ("ru", True, 320), ("en", True, 1280), ("ru", False, 1280)],
)
def test_state_after_state_is_clean_and_fits(
    open_page: Open, site: Any, axe: Axe, keep: Keep, language: str, dark: bool, width: int
) -> None:
    page = open_page(language, dark=dark, width=width)
    page.locator("#tickets a", has_text=SALON[language]).click()
    for name, draft, line in walk_states(site.review, language):
        page.fill("#draft", draft)
        expect(page.locator(".cg-line")).to_contain_text(line, timeout=15_000)
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        if width == 320:
            page.locator(".cg-panel").scroll_into_view_if_needed()
        keep(page, f"panel-{name}-{language}-{width}")
