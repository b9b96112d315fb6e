"""The packed Zendesk app, its signing proxy and our real server together: playbook, tokens, database."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import node
import pytest
from playwright.sync_api import Browser, expect
from ruamel.yaml import YAML
from serving import serve
from zendesk_page import SDK, SECRET, SERVER, Zendesk, play_zendesk, post_to

from complaint_gift.runtime import Parts, build, load_settings
from complaint_gift.store import upgrade
from complaint_gift.web import create_app

pytestmark = pytest.mark.slow
DRAFTS = {
    "en-US": ("Dear Ellen. Nobody forced you to wait.", "nobody forced", "Send anyway"),
    "ru": ("Здравствуйте! На улицу вас никто не выгонял.", "никто не выгонял", "Всё равно отправить"),
}


def write_secret(path: Path, text: str) -> dict[str, str]:
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return {"file": str(path)}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    folder = tmp_path_factory.mktemp("installation")
    source = {
        "plugin": "zendesk", "subdomain": "acme", "account_id": "1", "bot_user_id": "9",
        "client_id": "ours", "client_secret": write_secret(folder / "client", "client-secret"),
        "app_secrets": [write_secret(folder / "app", SECRET)], "app_audience": SERVER,
    }  # fmt: skip
    config = folder / "complaint-gift.yaml"
    with config.open("w", encoding="utf-8") as file:
        YAML().dump({"sources": {"zendesk-main": source}}, file)
    environ = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "CG_CONFIG")}
    (folder / "data").mkdir()
    settings = load_settings(config, environ | {"DATA": str(folder / "data")})
    upgrade(settings.database_url)
    return build(settings)


@pytest.fixture(scope="module")
def zendesk(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zendesk]:
    with (
        serve(create_app(parts)) as base,
        play_zendesk(tmp_path_factory.mktemp("zendesk"), post_to(base)) as page,
    ):
        yield page


@pytest.mark.parametrize("locale", DRAFTS)
def test_real_playbook_holds_in_the_agents_language_and_keeps_the_reason(
    browser: Browser, packages: Path, zendesk: Zendesk, parts: Parts, tmp_path: Path, locale: str,
    keep: Callable[..., Any],
) -> None:  # fmt: skip
    draft, quote, anyway = DRAFTS[locale]
    zendesk.ticket["ticket.id"] = 35436 if locale == "ru" else 35437
    entry = "module.exports = require('zendesk_app_framework_sdk')"
    sdk = node.bundle(packages, entry, tmp_path / "sdk.js", name="ZAFClient")
    context = browser.new_context(viewport={"width": 1180, "height": 1000})
    context.route(SDK, lambda route: route.fulfill(path=sdk, content_type="text/javascript"))
    page = context.new_page()
    page.goto(zendesk.address(locale=locale))
    page.wait_for_function("window.__seen.subscribed['ticket.save'] > 0")
    page.locator("#editor").fill(draft)
    app = page.frame_locator("iframe")
    expect(app.locator(".cg-panel")).to_have_attribute("data-mood", "hold", timeout=15_000)
    expect(app.locator(".cg-quote mark").first).to_have_text(quote, ignore_case=True)
    expect(app.locator(".cg-suggestion").first).to_be_visible()
    keep(page, f"zendesk-real-{locale[:2]}")

    page.locator("#submit").click()
    app.locator("#question textarea").fill("The customer asked for exactly this.")
    app.get_by_role("button", name=anyway).click()
    expect(app.locator("#line")).to_be_visible()
    page.locator("#submit").click()
    page.wait_for_function("window.__seen.saves.at(-1)?.saved === true")
    held, gone = page.evaluate("window.__seen.saves")
    context.close()

    assert quote.lower() in held["message"].lower()
    assert gone["saved"] is True
    with parts.store.transaction() as tx:
        kept = tx.waivers("zendesk-main", str(zendesk.ticket["ticket.id"]))
    assert kept
    assert {w.reason for w in kept} == {"The customer asked for exactly this."}
    assert all(w.sent and w.by for w in kept)
