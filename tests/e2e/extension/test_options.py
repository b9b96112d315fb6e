"""The options page of the packed extension, and what an administrator's policy makes of it."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_extension import Extension, id_of, run_extension
from desk import SITE, badge, until, write
from humane import LANGUAGES
from playwright.sync_api import Page, Playwright, expect
from scripted_review import TOKEN, Review

pytestmark = pytest.mark.slow
Axe = Callable[..., list[str]]
Keep = Callable[[Page, str], None]


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


def test_one_host_of_a_site_with_several_stands_among_the_others(extension: Extension) -> None:
    extension.configure(hosts=["127.0.0.1", "outlook.office.com", "mail.google.com"], language="en")
    extension.configured = None  # type: ignore[attr-defined]
    page = extension.context.new_page()
    page.goto(extension.options())
    expect(page.get_by_label("Gmail")).to_be_checked()
    expect(page.get_by_label("Outlook")).not_to_be_checked()
    expect(page.locator("#others")).to_have_value("127.0.0.1\noutlook.office.com")
    page.close()


@pytest.fixture
def policy(unpacked: Path, api: str) -> Iterator[None]:
    """What an administrator lays down for this extension, where Chromium looks for it."""
    folder = Path("/etc/chromium/policies/managed")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"complaint-gift-test-{os.getpid()}.json"
        laid_down = {"server": api, "token": TOKEN, "hosts": ["127.0.0.1"], "language": "ru"}
        file.write_text(json.dumps({"3rdparty": {"extensions": {id_of(unpacked): laid_down}}}), "utf-8")
    except OSError as exc:
        pytest.skip(f"needs root: policies of Chromium lie in {folder} ({exc.strerror})")
    yield
    file.unlink()


def test_administrators_policy_rules_and_is_greyed_out(
    policy: None, playwright: Playwright, unpacked: Path, api: str, desk: str, review: Review, axe: Axe,
    keep: Keep, tmp_path: Path,
) -> None:  # fmt: skip
    with run_extension(playwright, unpacked, tmp_path / "home") as extension:
        assert extension.id == id_of(unpacked)
        extension.configure(server="https://mine.example", hosts=["127.0.0.1"], language="en", sites=[SITE])
        page = extension.context.new_page()
        page.goto(extension.options())
        expect(page.locator("#policy")).to_be_visible()
        expect(page.locator("#policy")).to_have_text("Серые поля заданы вашей организацией.")
        for field in ("server", "token", "others", "language"):
            expect(page.locator(f"#{field}")).to_be_disabled()
        expect(page.locator("#own")).to_be_enabled()
        assert page.locator("#server").input_value() == api
        assert axe(page) == []
        keep(page, "options-policy-ru")

        page.goto(f"{desk}/tickets/12?editor=textarea")
        page.wait_for_selector("html[data-complaint-gift]")
        write(page, "Please calm down.")
        badge(page, "hold")
        page.locator(".badge").click()
        expect(page.locator(".cg-line")).to_contain_text("Поправьте, пожалуйста")
        assert review.asked, "the server of the policy was asked, not the person's own"


@pytest.mark.parametrize("language", LANGUAGES)
def test_options_fit_a_narrow_dark_window(extension: Extension, axe: Axe, keep: Keep, language: str) -> None:
    extension.configure(language=language)
    extension.configured = None  # type: ignore[attr-defined]
    page = extension.context.new_page()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 760})
    page.goto(extension.options())
    expect(page.locator("h2").first).not_to_be_empty()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    keep(page, f"options-{language}-dark-320")
    page.close()
