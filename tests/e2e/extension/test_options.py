"""The options page of the packed extension."""

from collections.abc import Callable

import pytest
from browser_extension import Extension
from desk import until
from playwright.sync_api import Page, expect
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
