"""The whole loop, nothing played: `complaint-gift demo` with Valkey, worker, database, and Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.slow
READY_SECONDS = 180  # a few seconds, unless the machine has other work
PIPELINE_MS = 60_000
REVIEW_MS = 20_000  # while the workers are still at the first conversations

WORDS = {
    "en": {
        "zendesk": "Sent outside at minus thirty",
        "jira": "You wiped my phone",
        "argues": "Try a reply that argues",
        "gift": "Try a reply that thanks",
        "send": "Send",
        "anyway": "Send anyway",
        "reason": "Why is it right here?",
        "note": "Internal note by Complaint Gift",
        "pass": "Ready to send",
        "tags": "Tags added",
        "console": "Escalations",
        "take": "I am on it",
        "taken": "Taken. Colleagues see that you are on it.",
    },
    "ru": {
        "zendesk": "Ждали на улице в минус тридцать",
        "jira": "Пять недель чинили, а телефон не работает",
        "argues": "Пример: спорим",
        "gift": "Пример: благодарим",
        "send": "Отправить",
        "anyway": "Всё равно отправить",
        "reason": "Почему здесь так можно?",
        "note": "Заметка от Complaint Gift",
        "pass": "Можно отправлять",
        "tags": "Добавлены теги",
        "console": "Эскалации",
        "take": "Беру на себя",
        "taken": "Принято. Коллеги видят, что этим занимаетесь вы.",
    },
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the demo ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        try:
            if requests.get(f"{url}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    pytest.fail(f"the demo was not ready after {READY_SECONDS} s:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("demo")
    port, log = free_port(), folder / "log"
    url = f"http://127.0.0.1:{port}"
    environ = os.environ | {"DATA": str(folder / "data"), "PORT": str(port)}
    for name in ("DATABASE_URL", "REDIS_URL", "CG_CONFIG"):
        environ.pop(name, None)
    command = [str(Path(sys.executable).with_name("complaint-gift")), "demo"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(process, url, log)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda m: complaints.append(f"{m.text} {m.location['url']}") if m.type == "error" else None
    )
    yield page
    context.close()
    assert complaints == []


def open_ticket(page: Page, demo: str, language: str, desk: str) -> None:
    words = WORDS[language]
    page.goto(f"{demo}/?lang={language}")
    page.goto(f"{demo}/demo/?lang={language}")
    page.get_by_role("button", name=desk.capitalize(), exact=True).click()
    page.locator("#tickets a", has_text=words[desk]).click()
    expect(page.locator("#subject")).to_have_text(words[desk])


@pytest.mark.parametrize("desk", ["zendesk", "jira"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_gift_passes_and_argument_goes_all_the_way(page: Page, demo: str, language: str, desk: str) -> None:
    words = WORDS[language]
    open_ticket(page, demo, language, desk)

    page.get_by_role("button", name=words["gift"]).click()
    expect(page.locator(".cg-line")).to_have_text(words["pass"], timeout=REVIEW_MS)

    page.get_by_role("button", name=words["argues"]).click()
    expect(page.locator(".cg-panel")).to_have_attribute("data-mood", "hold", timeout=REVIEW_MS)
    assert 1 <= page.locator(".cg-finding").count() <= 3
    assert page.locator(".cg-mirror mark.cg-error").count() >= 1

    page.get_by_role("button", name=words["send"], exact=True).click()
    page.get_by_label(words["reason"]).fill("…")
    page.get_by_role("button", name=words["anyway"]).click()
    expect(page.locator(".m-agent")).to_have_count(1)

    expect(page.locator(".m-note .m-author").first).to_have_text(words["note"], timeout=PIPELINE_MS)
    timeline = page.locator("#timeline")
    expect(timeline.locator(".e-webhook").first).to_be_visible(timeout=PIPELINE_MS)
    expect(timeline).to_contain_text(words["tags"], timeout=PIPELINE_MS)
    escalated = timeline.locator(".e-priority, .e-group, .e-assignee").first
    expect(escalated).to_be_visible(timeout=PIPELINE_MS)
    expect(timeline.locator(".e-follow a")).to_be_visible()

    # A note may not answer a note: what came stays what came.
    page.wait_for_timeout(3000)
    assert page.locator(".m-note").count() <= 2

    timeline.locator(".e-follow a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["console"])
    expect(page.locator(".card q").first).to_be_visible()
    page.get_by_role("button", name=words["take"]).first.click()
    expect(page.get_by_role("status")).to_have_text(words["taken"])


def test_helpdesk_chosen_before_the_first_list_came_opens_its_own(page: Page, demo: str) -> None:
    """A number of one helpdesk means nothing in the other."""
    held: list[Route] = []
    page.route("**/api/tickets?*desk=zendesk*", lambda route: held.append(route))
    page.goto(f"{demo}/demo/?lang=en&desk=zendesk")
    page.get_by_role("button", name="Jira", exact=True).click()
    expect(page.locator("#tickets a", has_text=WORDS["en"]["jira"])).to_be_visible()
    assert held
    with page.expect_response("**/api/tickets?*desk=zendesk*"):
        for route in held:
            route.continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#subject")).to_have_text(
        page.locator("#tickets a[aria-current=true] .t-subject").inner_text()
    )


def test_front_door_leads_to_the_page_and_the_console_is_there(demo: str) -> None:
    answer = requests.get(demo, timeout=10)
    assert answer.url.rstrip("/").endswith("/demo")
    assert requests.get(f"{demo}/console/escalations", timeout=10).status_code in (200, 401)
