"""The review panel in a real browser, against a scripted review service."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import node
import pytest
from playwright.sync_api import Page, expect
from scripted_review import PANEL

pytestmark = pytest.mark.slow
SALON = "Sent outside at minus thirty"
Open = Callable[..., Page]


def marks(page: Page) -> list[str]:
    return page.locator(".cg-mirror mark").all_inner_texts()


def run(page: Page, body: str, *arguments: Any) -> Any:
    """Run `body` with the exports of spans.js in scope."""
    names = "toUtf16, locate, shift, choose, climb, sentenceAround, planInsert, LADDER"
    code = f"async (a) => {{ const {{ {names} }} = await import('/static/panel/spans.js'); {body} }}"
    return page.evaluate(code, list(arguments))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("sorry but", 0, 5),
        ("👋 sorry but", 2, 7),
        ("👩‍👩‍👧 так вышло 🙏🏽!", 6, 14),
        ("e\u0301 ё 𝔘 end", 6, 9),
        ("", 0, 0),
    ],
)
def test_code_points_become_utf16(open_page: Open, text: str, start: int, end: int) -> None:
    page = open_page()
    finding = {"start": start, "end": end, "id": "x"}
    found = run(page, "const f = locate(a[0], [a[1]])[0]; return a[0].slice(f.from, f.to)", text, finding)
    assert found == text[start:end]


def test_offset_past_the_end_becomes_the_length(open_page: Open) -> None:
    assert run(open_page(), "return [...toUtf16('a👋', [0, 1, 2, 9])]") == [[0, 0], [1, 1], [2, 3], [9, 3]]


def test_edit_elsewhere_moves_findings_and_edit_inside_drops_them(open_page: Open) -> None:
    page = open_page()
    f = [{"id": "a", "from": 4, "to": 7}]
    moved = "return shift(a[0], a[1], a[2]).map(f => [f.from, f.to])"
    assert run(page, moved, f, "one bad two", "oh, one bad two") == [[8, 11]]
    assert run(page, moved, f, "one bad two", "one bad three") == [[4, 7]]
    assert run(page, moved, f, "one bad two", "one baad two") == [[None, None]]


def test_errors_come_first_then_one_next_step(open_page: Open) -> None:
    def one(rule: str, severity: str, start: int | None) -> dict[str, Any]:
        return {"rule": rule, "severity": severity, "start": start, "missing": start is None}

    findings = [
        one("promise-what-when-who", "warning", None),
        one("thank-for-the-complaint", "warning", None),
        one("w1", "warning", 1),
        one("e2", "error", 9),
        one("w2", "warning", 5),
        one("i", "info", 0),
    ]
    rules = "const c = choose(a[0]); return [c.shown.map(f => f.rule), c.more.map(f => f.rule)]"
    shown, more = run(open_page(), rules, findings)
    assert shown == ["e2", "thank-for-the-complaint", "w1"]
    assert more == ["w2", "i", "promise-what-when-who"]


def test_an_apology_that_is_taken_back_lights_no_step(open_page: Open) -> None:
    text = "Sorry if you felt that way. We are sorry for the cold soup."
    real, fake = {"signal": "apology", "start": 28, "end": 40}, {"signal": "apology", "start": 0, "end": 5}
    taken_back = {"rule": "no-fake-apology", "severity": "warning", "start": 0, "end": 13, "missing": False}
    lit = "const s = climb(a[0], a[1]).find(s => s.name === 'apology'); return s.places.map(p => p.start)"

    def places(*signals: dict[str, Any]) -> Any:
        return run(open_page(), lit, text, {"findings": [taken_back], "signals": list(signals)})

    assert places(fake) == []
    assert len(places(fake, real)) == 1


@pytest.mark.parametrize(
    ("draft", "rule", "span", "result"),
    [
        ("Hello Ann, bad words here. Bye.", "x", (11, 14), "Hello Ann, NEW Bye."),
        ("Здравствуйте, Мария! Вы сами виноваты.", "x", (21, 37), "Здравствуйте, Мария! NEW"),
        ("Hello bad Ann, we are here.", "x", (6, 9), "NEW"),
        ("One. Bad one! Two.", "x", (5, 8), "One. NEW Two."),
        ("Dear Ann, we looked.", "thank-for-the-complaint", None, "Dear Ann, NEW we looked."),
        ("Мария, здравствуйте! Мы всё проверили.", "thank-for-the-complaint", None,
         "Мария, здравствуйте! NEW Мы всё проверили."),
        ("We looked.", "thank-for-the-complaint", None, "NEW We looked."),
        ("We looked.", "offer-concrete-remedy", None, "We looked. NEW"),
        ("Dear Mr. Brown,\n\nWe looked.", "thank-for-the-complaint", None,
         "Dear Mr. Brown,\n\nNEW We looked."),
        ("Уважаемый А. С. Иванов!\nМы проверили.", "thank-for-the-complaint", None,
         "Уважаемый А. С. Иванов!\nNEW Мы проверили."),
        ("Hello\n\nWe looked.", "thank-for-the-complaint", None, "Hello\n\nNEW We looked."),
        ("Dear Ann,\n\n", "thank-for-the-complaint", None, "Dear Ann,\n\nNEW"),
        ("Dear Ann,\n\nBest regards,\nKate", "thank-for-the-complaint", None,
         "Dear Ann, NEW\n\nBest regards,\nKate"),
        ("We looked.\n\nBest regards,\nKate", "offer-concrete-remedy", None,
         "We looked. NEW\n\nBest regards,\nKate"),
        ("Проверили.\n\nС уважением,\nОльга", "offer-concrete-remedy", None,
         "Проверили. NEW\n\nС уважением,\nОльга"),
        ("We looked.\nKate Brown", "offer-concrete-remedy", None, "We looked. NEW\nKate Brown"),
        ("We looked.\nYours was late, too.", "offer-concrete-remedy", None,
         "We looked.\nYours was late, too. NEW"),
        ("We asked Mr. Smith, you fool. Bye.", "x", (21, 29), "NEW Bye."),
        ("Ждали до пяти, т. е. долго. Конец.", "x", (21, 26), "NEW Конец."),
    ],
)  # fmt: skip
def test_suggestion_goes_where_it_belongs(
    open_page: Open, draft: str, rule: str, span: tuple[int, int] | None, result: str
) -> None:
    first, last = span or (None, None)
    finding = {"rule": rule, "from": first, "to": last, "suggestion": "NEW"}
    edit = "const e = planInsert(a[0], a[1]); return a[0].slice(0, e.from) + e.text + a[0].slice(e.to)"
    made = run(open_page(), edit, draft, finding)
    assert made == result


def test_thanks_go_to_the_line_below_the_greeting_in_formatted_text_too(open_page: Open) -> None:
    made = open_page().evaluate(
        """async (html) => {
      const { readHtml, replaceInHtml } = await import('/static/panel/rich.js');
      const at = readHtml(html).text.indexOf('We');
      return [replaceInHtml(html, at, at, 'NEW '), replaceInHtml(html, at - 1, at - 1, ' NEW')];
    }""",
        "<p>Dear <b>Ann</b>,</p><p>We looked.</p>",
    )
    assert made == [
        "<p>Dear <b>Ann</b>,</p><p>NEW We looked.</p>",
        "<p>Dear <b>Ann</b>, NEW</p><p>We looked.</p>",
    ]


def test_words_are_underlined_without_touching_the_text(open_page: Open, site: Any) -> None:
    site.review.words = {
        "calm down": ("no-minimising", "error", None),
        "policy": ("no-rules", "warning", None),
    }
    page = open_page(ticket=SALON)
    draft = "👋🏽 Please calm down, 😞 our policy says so."
    page.fill("#draft", draft)
    expect(page.locator(".cg-mirror mark")).to_have_count(2)
    assert marks(page) == ["calm down", "policy"]
    assert page.input_value("#draft") == draft
    expect(page.locator(".cg-status")).to_contain_text("Please change one thing")
    same = """() => {
      const [m, t] = ['.cg-mirror', '#draft'].map(s => getComputedStyle(document.querySelector(s)));
      return ['fontSize', 'fontFamily', 'lineHeight', 'paddingLeft', 'paddingTop', 'width', 'letterSpacing']
        .filter(p => m[p] !== t[p]);
    }"""
    assert page.evaluate(same) == []


def test_at_most_three_at_once_and_the_rest_behind_more(open_page: Open, site: Any) -> None:
    site.review.words = {
        word: (f"rule-{word}", "error", None) for word in ("one", "two", "three", "four", "five")
    }
    page = open_page(ticket=SALON)
    page.fill("#draft", "one two three four five")
    expect(page.locator(".cg-finding")).to_have_count(3)
    page.get_by_role("button", name="2 more").click()
    expect(page.locator(".cg-finding")).to_have_count(5)
    page.get_by_role("button", name="Show less").click()
    expect(page.locator(".cg-finding")).to_have_count(3)


def test_advice_for_two_places_stands_once(open_page: Open, site: Any) -> None:
    site.review.words = {
        "calm down": ("no-minimising", "warning", "We hear you."),
        "no big deal": ("no-minimising", "error", "We hear you."),
    }
    page = open_page(ticket=SALON)
    page.fill("#draft", "Please calm down. It is no big deal.")
    expect(page.locator(".cg-quote")).to_have_text(["calm down", "no big deal"])
    expect(page.locator(".cg-finding")).to_have_count(1)
    expect(page.locator(".cg-is-error .cg-kind")).to_have_text("Please change")
    assert marks(page) == ["calm down", "no big deal"]
    page.locator(".cg-quote").last.hover()
    expect(page.locator(".cg-mirror .cg-pointed")).to_have_text("no big deal")
    page.get_by_role("button", name="Use this sentence").click()
    expect(page.locator("#draft")).to_have_value("Please calm down. We hear you.")
    expect(page.locator(".cg-quote")).to_have_text(["calm down"])
    expect(page.locator(".cg-is-warning")).to_have_count(1)


def _with_two_places(open_page: Open, site: Any) -> Page:
    """A draft in which the same is wrong twice."""
    site.review.words = dict.fromkeys(("calm down", "no big deal"), ("no-minimising", "error", None))
    page = open_page(ticket=SALON)
    page.fill("#draft", "Please calm down. It is no big deal.")
    return page


def test_one_of_two_places_is_set_aside(open_page: Open, site: Any) -> None:
    page = _with_two_places(open_page, site)
    page.get_by_role("button", name="Not here").click()
    page.get_by_label("calm down").uncheck()
    page.keyboard.press("Tab")
    page.get_by_placeholder("e.g. it quotes the customer").fill("she said so herself")
    page.keyboard.press("Enter")
    expect(page.locator(".cg-quote")).to_have_text(["calm down"])
    assert [waiver["quote"] for waiver in site.review.waived] == ["no big deal"]


def test_many_places_do_not_crowd_out_the_advice(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", None)}
    page = open_page(ticket=SALON)
    page.fill("#draft", "calm down " * 7)
    expect(page.locator(".cg-quote")).to_have_count(4)
    page.get_by_role("button", name="3 more").click()
    expect(page.locator(".cg-quote")).to_have_count(7)
    expect(page.locator(".cg-finding")).to_have_count(1)


def test_question_before_sending_says_the_same_once(open_page: Open, site: Any) -> None:
    page = _with_two_places(open_page, site)
    expect(page.locator(".cg-quote")).to_have_count(2)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".cg-held q")).to_have_text(["calm down", "no big deal"])
    expect(page.locator(".cg-held span")).to_have_text(["About no-minimising."])


def test_request_has_the_agreed_shape(open_page: Open, site: Any) -> None:
    page = open_page(ticket=SALON)
    page.fill("#draft", "Hello")
    expect(page.locator(".cg-status")).to_contain_text("Ready to send")
    asked = site.review.asked[-1]
    assert set(asked) == {"text", "format", "scope", "context", "ui_language", "revision"}
    assert (asked["scope"], asked["format"], asked["ui_language"]) == ("public-reply", "plain", "en")
    known = {
        "complaint", "first_reply", "channel", "visibility", "complaint_text", "customer_name", "order",
        "event_date", "sent_at", "timezone", "severity", "source", "brand", "conversation", "author",
        "about_employee", "reply_to", "previous_replies", "remedy_limit", "language",
    }  # fmt: skip
    assert set(asked["context"]) <= known
    assert asked["context"]["complaint"] is True
    page.get_by_role("button", name="Internal note").click()
    page.fill("#draft", "For colleagues")
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "pass")
    page.wait_for_timeout(500)
    assert site.review.asked[-1]["scope"] == "employee-note"


def test_typing_is_debounced_and_late_answers_are_dropped(open_page: Open, site: Any) -> None:
    site.review.words = {"slow": ("slow", "error", None), "quick": ("quick", "warning", None)}
    site.review.delay = lambda text: 1.2 if text.endswith("slow") else 0.0
    page = open_page(ticket=SALON)
    page.locator("#draft").press_sequentially("it is slow", delay=15)
    page.wait_for_timeout(400)
    page.fill("#draft", "it is quick")
    expect(page.locator(".cg-quote")).to_have_text("quick")
    page.wait_for_timeout(1300)
    assert marks(page) == ["quick"]
    assert len(site.review.asked) <= 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": 503}, "taking a break"),
        ({"status": 401}, "does not know this helpdesk"),
        ({"status": 429}, "taking a break"),
        ({"raw": "<html>"}, "taking a break"),
        ({"raw": json.dumps({"verdict": None})}, "taking a break"),
    ],
)
def test_service_away_is_said_calmly_and_nothing_is_lost(
    open_page: Open, site: Any, change: dict[str, Any], words: str
) -> None:
    page = open_page(ticket=SALON, forgive="Failed to load resource")
    for name, value in change.items():
        setattr(site.review, name, value)
    page.fill("#draft", "Dear Marta")
    expect(page.locator(".cg-status")).to_contain_text(words)
    assert page.input_value("#draft") == "Dear Marta"
    site.review.status, site.review.raw = 200, None
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".cg-status")).to_contain_text("Ready to send")


def test_sending_never_waits_long_for_the_check(open_page: Open, site: Any) -> None:
    site.review.delay = lambda text: 10.0
    page = open_page(ticket=SALON)
    page.fill("#draft", "Sent although nobody answered")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".m-agent p").last).to_have_text("Sent although nobody answered", timeout=4000)


def test_suggestion_is_inserted_and_can_be_undone(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", "We are sorry.")}
    page = open_page(ticket=SALON)
    page.fill("#draft", "Hello. Please calm down now. Bye.")
    page.get_by_role("button", name="Use this sentence").click()
    assert page.input_value("#draft") == "Hello. We are sorry. Bye."
    expect(page.locator(".cg-status")).to_contain_text("Ready to send")
    page.keyboard.press("Control+z")
    assert page.input_value("#draft") == "Hello. Please calm down now. Bye."


def test_hold_asks_for_a_reason_by_keyboard_alone(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", None)}
    page = open_page(ticket=SALON)
    page.fill("#draft", "Please calm down.")
    expect(page.locator(".cg-mirror mark")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Send it as it is?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "draft"
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.get_by_label("Why is it right here?").fill("She asked me to say it.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".m-agent p").last).to_have_text("Please calm down.")
    expect(page.locator("#timeline")).to_contain_text("She asked me to say it.")
    assert page.input_value("#draft") == ""


def test_note_is_never_held(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", None)}
    page = open_page(ticket=SALON)
    page.get_by_role("button", name="Internal note").click()
    page.fill("#draft", "I told her to calm down")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".m-note p").last).to_have_text("I told her to calm down")


def test_finding_and_words_point_at_each_other(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", None)}
    page = open_page(ticket=SALON)
    page.fill("#draft", "Please calm down.")
    page.locator(".cg-quote").click()
    chosen = "() => getSelection().toString()"
    assert page.evaluate(chosen) == "calm down"
    page.locator(".cg-finding").hover()
    expect(page.locator(".cg-mirror mark")).to_have_class("cg-error cg-pointed")


def test_open_why_survives_the_next_answer(open_page: Open, site: Any) -> None:
    site.review.words = {"calm down": ("no-minimising", "error", None)}
    page = open_page(ticket=SALON)
    page.fill("#draft", "Please calm down.")
    page.get_by_role("button", name="Why").click()
    page.locator("#draft").press_sequentially(" Bye.")
    page.wait_for_timeout(600)
    expect(page.get_by_text("Because it hurts.")).to_be_visible()


def test_draft_survives_reload_and_stays_with_its_conversation(open_page: Open, site: Any) -> None:
    page = open_page(ticket=SALON)
    page.fill("#draft", "Half a sentence")
    page.reload()
    expect(page.locator("#draft")).to_have_value("Half a sentence")
    page.locator("#tickets a", has_text="Third parcel").click()
    expect(page.locator("#draft")).to_have_value("")
    page.locator("#tickets a", has_text=SALON).click()
    expect(page.locator("#draft")).to_have_value("Half a sentence")


def test_reply_on_its_way_takes_no_other_draft_along(open_page: Open) -> None:
    page = open_page(ticket=SALON)
    page.fill("#draft", "Thank you, Marta.")
    held: list[Any] = []
    page.route("**/messages*", lambda route: held.append(route))
    page.locator("#send").click()
    page.wait_for_timeout(300)
    page.locator("#tickets a", has_text="Third parcel").click()
    page.fill("#draft", "Half a sentence")
    (request,) = held
    request.continue_()
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#draft")).to_have_value("Half a sentence")
    page.locator("#tickets a", has_text=SALON).click()
    expect(page.locator(".m-agent")).to_contain_text("Thank you, Marta.")
    expect(page.locator("#draft")).to_have_value("")


def test_enter_in_a_dialog_loses_nothing(open_page: Open) -> None:
    page = open_page(ticket=SALON)
    page.get_by_role("button", name="Write as a customer").click()
    page.get_by_label("What happened?").fill("A broken lamp, again.")
    page.get_by_label("Your name").press("Enter")
    expect(page.get_by_label("What happened?")).to_have_value("A broken lamp, again.")
    page.get_by_label("Your name").fill("Eve")
    page.get_by_label("Your name").press("Enter")
    expect(page.locator("#subject")).to_have_text("A broken lamp, again.")
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#subject")).to_have_text("A broken lamp, again.")


def test_markup_in_a_conversation_is_text(open_page: Open, site: Any) -> None:
    page = open_page(ticket=SALON)
    page.get_by_role("button", name="Write as a customer").click()
    page.get_by_label("Your name").fill("<b>Eve</b>")
    page.get_by_label("What happened?").fill("<img src=x onerror=alert(1)><script>alert(2)</script>")
    page.get_by_role("button", name="Send to the helpdesk").click()
    expect(page.locator("#subject")).to_contain_text("<img")
    expect(page.locator(".m-customer p")).to_have_text(
        "<img src=x onerror=alert(1)><script>alert(2)</script>"
    )
    assert page.locator("#messages img, #messages script, #messages b").count() == 0


def test_long_draft_stays_usable(open_page: Open, site: Any) -> None:
    site.review.words = {"bad": ("bad", "warning", None)}
    page = open_page(ticket=SALON)
    page.fill("#draft", ("bad " + "word " * 30) * 600)
    expect(page.locator(".cg-mirror mark")).to_have_count(600, timeout=15000)
    page.locator("#draft").press("End")
    took = page.evaluate(
        """async () => {
          const draft = document.querySelector('#draft');
          draft.focus(); draft.setSelectionRange(50000, 50000);
          const start = performance.now();
          document.execCommand('insertText', false, 'x');
          await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }"""
    )
    assert took < 1000


def test_panel_weighs_forty_kilobytes_at_most(packages: Path, tmp_path: Path) -> None:
    entry = f'export * from "{PANEL / "panel.js"}"'
    made = node.bundle(packages, entry, tmp_path / "panel.js", name="panel", minify=True)
    assert made.stat().st_size <= 40_000
