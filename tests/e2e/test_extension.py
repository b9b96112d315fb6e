"""The packed browser extension in Chromium, on a helpdesk page with the real editors from npm."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_extension import Extension, draft_of, run_extension, serve, serve_pages, unpack_extension
from playwright.sync_api import Page, Playwright, expect
from scripted_review import TOKEN, Review, serve_review

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]
CALM = ("no-minimising", "error", "We are sorry that you had to wait.")
EDITORS = ("textarea", "prosemirror", "ckeditor", "quill")
SITE = {
    "name": "desk",
    "hosts": ["127.0.0.1"],
    "editor": "textarea, [contenteditable='true']",
    "composer": "form",
    "ignore": "blockquote",
    "send": "#save",
    "customer": "[id$='tabs-1'][aria-selected='true']",
    "internal": "[id$='tabs-0'][aria-selected='true']",
    "conversation": "/tickets/(\\d+)",
}


@pytest.fixture(scope="module")
def scripted() -> Review:
    return Review()


@pytest.fixture
def review(scripted: Review) -> Review:
    """The service as a test scripts it; every test begins with a fresh one."""
    scripted.__dict__.update(Review(words={"calm down": CALM, "успокойтесь": CALM}).__dict__)
    return scripted


@pytest.fixture(scope="module")
def api(scripted: Review) -> Iterator[str]:
    with serve(serve_review(scripted)) as url:
        yield url


@pytest.fixture(scope="module")
def desk(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(serve_pages(packages, tmp_path_factory.mktemp("pages"))) as url:
        yield url


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_extension(tmp_path_factory.mktemp("extension"))


@pytest.fixture(scope="module")
def extension(
    playwright: Playwright, unpacked: Path, api: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Extension]:
    with run_extension(playwright, unpacked, tmp_path_factory.mktemp("home")) as extension:
        yield extension


@pytest.fixture
def open_desk(extension: Extension, review: Review, api: str, desk: str) -> Iterator[Callable[..., Page]]:
    """Open the helpdesk with an editor; settings other than the usual ones go to `configure`."""
    opened: list[Page] = []
    complaints: list[str] = []

    def go(
        editor: str = "prosemirror", *, number: int = 12, query: str = "", width: int = 1180, **settings: Any
    ) -> Page:
        usual = {"server": api, "token": TOKEN, "hosts": ["127.0.0.1"], "sites": [SITE], "language": "en"}
        wish = usual | settings
        if wish != getattr(extension, "configured", None):
            extension.configure(**wish)
            extension.configured = wish  # type: ignore[attr-defined]
        page = extension.context.new_page()
        page.set_viewport_size({"width": width, "height": 760})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(f"{desk}/tickets/{number}?editor={editor}{query}")
        page.wait_for_selector("body[data-ready]")
        opened.append(page)
        if wish["hosts"]:
            page.wait_for_selector("html[data-complaint-gift]")
        return page

    yield go
    for page in opened:
        page.close()
    assert complaints == []


def box_of(page: Page) -> Any:
    return page.locator("#editor textarea, #editor [contenteditable=true]").first


def write(page: Page, words: str) -> None:
    box_of(page).click()
    page.keyboard.type(words)


def badge(page: Page, mood: str) -> None:
    expect(page.locator(".badge")).to_have_attribute("data-mood", mood)


def until(page: Page, wish: str) -> None:
    """Wait for an expression to come true; the page's policy forbids the usual way, which evaluates text."""
    end = time.monotonic() + 5
    while not page.evaluate(wish):
        assert time.monotonic() < end, f"not in five seconds: {wish}"
        page.wait_for_timeout(20)


def sent(page: Page) -> list[str]:
    return page.evaluate("window.sent")


@pytest.mark.parametrize("editor", EDITORS)
def test_words_are_marked_and_mended_in_a_real_editor(
    open_desk: Callable[..., Page], review: Review, editor: str
) -> None:
    page = open_desk(editor)
    write(page, "👋 Dear Ellen. Please calm down now. Bye.")
    badge(page, "hold")
    mark = page.locator(".mark.m-error").bounding_box()
    assert mark is not None
    box = box_of(page).bounding_box()
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


def send_at_once(page: Page, words: str) -> None:
    """As a macro does: write and press the button before anybody could have heard of the words."""
    page.evaluate(
        "(w) => { window.editor.set(`<p>${w}</p>`); document.querySelector('#save').click() }", words
    )


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


def test_words_put_in_by_a_macro_are_read_and_stopped(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("ckeditor")
    page.evaluate("window.editor.set('<p>Please <b>calm</b> down.</p>')")
    page.locator("#save").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert review.asked[-1]["text"] == "Please calm down."


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


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        ({"status": 503}, "Your reply will be read once it is sent"),
        ({"status": 401}, "does not know this helpdesk"),
        ({"status": 429}, "Many people are writing"),
        ({"raw": "<html>"}, "made no sense"),
    ],
    ids=["down", "denied", "busy", "broken"],
)
def test_trouble_is_said_calmly_and_stops_nobody(
    open_desk: Callable[..., Page], review: Review, keep: Keep, trouble: dict[str, Any], line: str
) -> None:
    for name, value in trouble.items():
        setattr(review, name, value)
    page = open_desk()
    write(page, "Please calm down")
    badge(page, "away")
    page.locator(".badge").click()
    expect(page.locator(".cg-status")).to_contain_text(line)
    if "status" in trouble:
        keep(page, f"extension-away-{review.status}")
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"], "at once, nothing is asked"


def test_server_that_is_not_there_stops_nobody(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk(server="http://127.0.0.1:9")
    write(page, "Please calm down")
    badge(page, "away")
    page.locator("#save").click()
    assert sent(page) == ["Please calm down"]


def test_slow_server_holds_for_a_moment_only(open_desk: Callable[..., Page], review: Review) -> None:
    review.delay = lambda text: 10.0
    page = open_desk()
    write(page, "Please calm down")
    page.locator("#save").click()
    started = time.monotonic()
    until(page, "window.sent.length === 1")
    assert time.monotonic() - started < 4.5
    expect(page.locator(".line")).to_contain_text("goes out unread")


def test_panel_is_used_without_a_mouse(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("textarea")
    write(page, "Please calm down")
    badge(page, "hold")
    expect(page.locator("[role=status].cg-unseen")).to_have_text("Please change one thing")
    for _ in range(6):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.querySelector('complaint-gift').shadowRoot.activeElement?.className")
            == "badge"
        ):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".sheet")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert (
        page.evaluate("document.querySelector('complaint-gift').shadowRoot.activeElement.textContent")
        == "Why"
    )
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_is_clean_for_axe(
    open_desk: Callable[..., Page], review: Review, axe: Axe, keep: Keep, language: str, dark: bool
) -> None:
    review.missing = [("thank-for-the-complaint", "Thank you.")]
    page = open_desk(language=language, query="&dark=1" if dark else "")
    name = f"{language}-{'dark' if dark else 'light'}"
    write(page, "Ellen, please calm down / успокойтесь. It is only a box.")
    badge(page, "hold")
    page.locator(".badge").click()
    expect(page.locator(".cg-finding")).to_have_count(3)
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-hold-{name}")
    page.locator("#save").click()
    page.wait_for_selector("dialog")
    assert axe(page, "complaint-gift") == []
    keep(page, f"extension-question-{name}")


def test_panel_fits_a_narrow_window(open_desk: Callable[..., Page], review: Review, keep: Keep) -> None:
    page = open_desk("textarea", width=320)
    write(page, "Please calm down")
    badge(page, "hold")
    page.locator(".badge").click()
    box = page.locator(".sheet").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.locator(".sheet").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    keep(page, "extension-narrow-en")


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
    box, mark = box_of(page).bounding_box(), page.locator(".mark").bounding_box()
    assert mark is not None
    assert box["y"] < mark["y"] < box["y"] + box["height"]


def test_quoted_mail_is_not_read(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("quill")
    page.evaluate(
        "window.editor.set('<p>Thank you, Ellen.</p><blockquote>You told me to calm down</blockquote>')"
    )
    box_of(page).click()
    badge(page, "pass")
    assert review.asked[-1]["text"] == "Thank you, Ellen."


def test_long_draft_is_read_and_typing_goes_on(open_desk: Callable[..., Page], review: Review) -> None:
    page = open_desk("textarea")
    page.evaluate("window.editor.set('word '.repeat(20000))")
    box_of(page).focus()
    badge(page, "pass")
    assert len(review.asked[-1]["text"]) == 100_000
    took = page.evaluate(
        """async () => {
          const field = document.querySelector('textarea');
          field.setSelectionRange(500, 500);
          const start = performance.now();
          document.execCommand('insertText', false, 'x');
          await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }"""
    )
    assert took < 1000


def test_two_tabs_on_one_ticket_know_of_each_other(open_desk: Callable[..., Page], review: Review) -> None:
    one, two = open_desk("textarea", number=77), open_desk("textarea", number=77)
    write(one, "Hello")
    write(two, "Hello")
    for page in (one, two):
        expect(page.locator(".cg-notice").first).to_contain_text("open in another tab too")
    assert draft_of(one) == draft_of(two) == "Hello"


def test_markup_in_a_draft_is_text(open_desk: Callable[..., Page], review: Review) -> None:
    review.words = {"<script>": ("x", "error", None)}
    page = open_desk("textarea")
    write(page, "<img src=x onerror=alert(1)> <script>alert(2)</script>")
    badge(page, "hold")
    page.locator(".badge").click()
    expect(page.locator(".cg-quote").first).to_have_text("<script>")
    assert page.locator(".sheet img, .sheet script").count() == 0


@pytest.mark.parametrize("language", ["en", "ru"])
def test_options_are_explained_checked_and_kept(
    extension: Extension, review: Review, axe: Axe, keep: Keep, api: str, language: str
) -> None:
    extension.configure(language=language)
    extension.configured = None  # type: ignore[attr-defined]
    page = extension.context.new_page()
    page.goto(extension.options())
    expect(page.locator("h2")).not_to_be_empty()
    assert axe(page) == []
    keep(page, f"options-{language}")
    page.locator("#server").fill("http://example.com")
    page.locator("[type=submit]").click()
    expect(page.locator("#said")).to_contain_text("https://")
    page.locator("#server").fill(api)
    page.locator("#others").fill("not_a_host!")
    page.locator("[type=submit]").click()
    expect(page.locator("#said")).to_contain_text("not_a_host!")
    page.locator("#others").fill("127.0.0.1")
    page.locator("summary").click()
    page.locator("#own").fill('[{"name": "x"}]')
    page.locator("[type=submit]").click()
    expect(page.locator("#said")).to_contain_text("x: editor")
    page.locator("#own").fill("")
    page.locator("#try").click()
    expect(page.locator("#said")).to_have_attribute("data-kind", "error")
    page.locator("#token").fill(TOKEN)
    page.locator("#try").click()
    expect(page.locator("#said")).to_have_attribute("data-kind", "")
    page.locator("[type=submit]").click()
    until(page, "document.querySelector('#said').textContent.length > 0")
    kept = extension.worker.evaluate("() => chrome.storage.local.get(null)")
    assert kept == {"server": api, "token": TOKEN, "hosts": ["127.0.0.1"], "sites": [], "language": language}
    page.close()


def test_page_that_outlived_the_extension_says_so_and_sends(
    playwright: Playwright, unpacked: Path, review: Review, api: str, desk: str, tmp_path: Path
) -> None:
    with run_extension(playwright, unpacked, tmp_path / "home", locale="ru-RU") as extension:
        extension.configure(server=api, token=TOKEN, hosts=["127.0.0.1"], sites=[SITE])
        page = extension.context.new_page()
        page.goto(f"{desk}/tickets/12?editor=textarea")
        page.wait_for_selector("html[data-complaint-gift]")
        write(page, "успокойтесь")
        badge(page, "hold")
        page.locator(".badge").click()
        expect(page.locator(".cg-line")).to_contain_text("Поправьте, пожалуйста")
        extension.worker.evaluate("() => setTimeout(() => chrome.runtime.reload(), 50)")
        page.wait_for_timeout(1000)
        write(page, ", успокойтесь")
        expect(page.locator(".cg-status")).to_contain_text("Расширение обновилось")
        page.locator("#save").click()
        assert sent(page) == ["успокойтесь, успокойтесь"]
