"""`complaint-gift zendesk install|status|uninstall` against an account that answers over HTTP."""

import logging
import stat
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from complaint_gift.demo.standin.webhooks import add_webhook
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.parse import HANDLED

URL = "https://cg.example.com"
ENDPOINT = f"{URL}/hooks/zendesk-main"


@pytest.fixture
def run(desk: Any) -> Any:
    def invoke(*words: str) -> Result:
        group = ZendeskPlugin().commands(lambda: [desk.source])
        with structlog.testing.capture_logs() as invoke.lines:
            return CliRunner().invoke(group, list(words))

    return invoke


def hooks(desk: Any) -> list[dict[str, Any]]:
    with desk.desk.reading() as records:
        return records.find("webhook")


def add_hook(desk: Any, **changes: Any) -> str:
    wish = {
        "name": "Other", "endpoint": ENDPOINT, "http_method": "POST", "request_format": "json",
        "status": "active", "subscriptions": ["zen:event-type:ticket.created"],
    }  # fmt: skip
    with desk.desk.transaction() as records:
        return str(add_webhook(records, wish | changes, desk.cast.lead)["id"])


def fields(desk: Any) -> list[tuple[str, str]]:
    with desk.desk.reading() as records:
        return [(field["title"], field["tag"]) for field in records.find("ticket_field")]


def test_install_creates_everything_once(desk: Any, run: Any, tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "signing"
    desk.configure(signing_secret_file=str(path), signing_secrets=None)
    first = run("install", "--url", URL)
    assert first.exit_code == 0, first.output
    (hook,) = hooks(desk)
    assert set(hook["subscriptions"]) == HANDLED
    assert (hook["endpoint"], hook["name"]) == (ENDPOINT, "Complaint Gift (zendesk-main)")
    assert path.read_text() == hook["_secret"] + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fields(desk) == [("Complaint", "complaint"), ("Not a complaint", "not_complaint")]
    assert first.output.splitlines() == [
        f"Created a webhook to {ENDPOINT} for {len(HANDLED)} kinds of events.",
        f"Wrote its signing secret to {path}; restart Complaint Gift to use it.",
        "Created the checkbox 'Complaint' with the tag complaint; put it into your ticket forms.",
        "Created the checkbox 'Not a complaint' with the tag not_complaint; put it into your ticket forms.",
    ]
    desk.configure(signing_secret_file=str(path), signing_secrets=None)
    again = run("install", "--url", URL + "/")
    assert hooks(desk) == [hook]
    assert len(fields(desk)) == 2
    assert again.output.splitlines() == [
        f"The webhook to {ENDPOINT} is as it should be.",
        "Its signing secret is configured already.",
        "The checkbox 'Complaint' with the tag complaint is there.",
        "The checkbox 'Not a complaint' with the tag not_complaint is there.",
    ]


def test_secret_without_a_file_is_shown_once_and_never_logged(
    desk: Any, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    first = run("install", "--url", URL, "--no-fields")
    secret = hooks(desk)[0]["_secret"]
    assert first.output.count(secret) == 1
    assert secret not in repr(run.lines) + caplog.text
    assert run.lines
    desk.configure(signing_secrets=[secret])
    assert secret not in run("install", "--url", URL, "--no-fields").output
    assert fields(desk) == []


def test_rotation_keeps_the_secret_before_for_what_is_on_its_way(desk: Any, run: Any, tmp_path: Path) -> None:
    path = tmp_path / "signing"
    run("install", "--url", URL, "--secret-file", str(path))
    old = path.read_text().strip()
    told = run("install", "--url", URL, "--secret-file", str(path), "--rotate-secret")
    new = hooks(desk)[0]["_secret"]
    assert new != old
    assert path.read_text().splitlines() == [new, old]
    assert "made a new signing secret" in told.output
    run("install", "--url", URL, "--secret-file", str(path), "--rotate-secret")
    assert path.read_text().splitlines() == [hooks(desk)[0]["_secret"], new]
    assert desk.configure(signing_secret_file=str(path)).settings["signing_secrets"][-1] == new


def test_dry_run_changes_nothing_and_says_what_would_be(desk: Any, run: Any, tmp_path: Path) -> None:
    told = run("install", "--url", URL, "--secret-file", str(tmp_path / "x"), "--dry-run")
    assert told.exit_code == 0
    assert all(line.startswith("Would ") for line in told.output.splitlines())
    assert (hooks(desk), fields(desk), list(tmp_path.glob("x"))) == ([], [], [])
    run("install", "--url", URL, "--no-fields")
    before = hooks(desk)
    for words in (["--rotate-secret"], ["--url", "https://moved.example.com"], []):
        told = run("install", "--url", URL, *words, "--dry-run")
        assert "Would" in told.output
        assert before[0]["_secret"] not in told.output
    assert "Would remove" in run("uninstall", "--dry-run").output
    assert hooks(desk) == before


def test_webhook_that_moved_or_was_changed_is_aligned(desk: Any, run: Any) -> None:
    run("install", "--url", "https://old.example.com", "--no-fields")
    with desk.desk.transaction() as records:
        hook = records.find("webhook")[0]
        records.put("webhook", hook | {"status": "inactive", "subscriptions": hook["subscriptions"][:3]})
    told = run("install", "--url", URL, "--no-fields", "--move")
    (after,) = hooks(desk)
    assert (after["id"], after["endpoint"], after["status"]) == (hook["id"], ENDPOINT, "active")
    assert set(after["subscriptions"]) == HANDLED
    assert after["_secret"] == hook["_secret"]
    assert "Corrected our webhook: endpoint, status, subscriptions." in told.output


def test_duplicates_go_and_webhooks_of_others_stay(desk: Any, run: Any) -> None:
    ours = add_hook(desk)
    add_hook(desk, name="again")
    others = [
        add_hook(desk, endpoint="https://cg.example.com/hooks/other"),
        add_hook(desk, endpoint="https://else.example.com/hooks/zendesk-main"),
        add_hook(desk, subscriptions=["conditional_ticket_events"]),
    ]
    told = run("install", "--url", URL, "--no-fields")
    assert [hook["id"] for hook in hooks(desk)] == [ours, *others]
    assert "Removed the webhook 'again', a duplicate" in told.output
    run("uninstall", "--url", URL)
    assert [hook["id"] for hook in hooks(desk)] == others


def test_webhook_of_another_installation_is_left_alone(desk: Any, run: Any) -> None:
    run("install", "--url", "https://staging.example.com", "--no-fields")
    told = run("install", "--url", URL, "--no-fields")
    assert "Left alone a webhook of ours to https://staging.example.com/hooks/zendesk-main" in told.output
    run("uninstall", "--url", URL)
    assert [hook["endpoint"] for hook in hooks(desk)] == ["https://staging.example.com/hooks/zendesk-main"]


def test_uninstall_removes_the_webhook_and_leaves_the_fields(desk: Any, run: Any) -> None:
    run("install", "--url", URL)
    told = run("uninstall")
    assert told.output.splitlines() == [
        "Removed the webhook 'Complaint Gift (zendesk-main)'.",
        "The ticket fields stay, because tickets hold their values; remove them in Admin Center.",
    ]
    assert (hooks(desk), len(fields(desk))) == ([], 2)
    assert "There is no webhook of ours." in run("uninstall").output


def test_checkboxes_carry_the_configured_tags(desk: Any, run: Any) -> None:
    desk.configure(tags={"complaint": "beschwerde", "not_complaint": "keine"})
    run("install", "--url", URL)
    assert [tag for _, tag in fields(desk)] == ["beschwerde", "keine"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["install"], "--url https://cg.example.com"),
        (["install", "--url", "http://cg.example.com"], "cannot be used"),
        (["install", "--url", "https://u:p@cg.example.com"], "cannot be used"),
        (["install", "--source", "other", "--url", URL], "configured are zendesk-main"),
        (["status", "--source", "other"], "configured are zendesk-main"),
    ],
)
def test_mistakes_on_the_command_line_are_explained(desk: Any, run: Any, words: list[str], said: str) -> None:
    told = run(*words)
    assert told.exit_code == 1
    assert said in told.output
    assert hooks(desk) == []


def test_help_needs_no_configuration_and_no_source_is_said(desk: Any) -> None:
    def nothing() -> list[Any]:
        raise AssertionError("asked for the configuration")

    group = ZendeskPlugin().commands(nothing)
    for words in (["--help"], ["install", "--help"], ["status", "--help"], ["uninstall", "--help"]):
        assert CliRunner().invoke(group, words).exit_code == 0
    told = CliRunner().invoke(ZendeskPlugin().commands(lambda: []), ["status"])
    assert "No source with `plugin: zendesk`" in told.output
    two = [desk.source, desk.source]
    assert "--source" in CliRunner().invoke(ZendeskPlugin().commands(lambda: two), ["status"]).output


def test_missing_rights_stop_with_a_sentence(desk: Any, run: Any) -> None:
    desk.configure(client_secret="wrong")
    told = run("install", "--url", URL)
    assert told.exit_code == 1
    assert "check the credentials" in told.output
    assert "Traceback" not in told.output


def test_setting_up_asks_for_more_rights_than_the_daily_work(desk: Any, run: Any) -> None:
    run("install", "--url", URL)
    desk.connect().client.get("/api/v2/tickets/count")
    with desk.desk.reading() as records:
        scopes = [row[0] for row in records.connection.execute("select scope from token order by expires")]
    assert sorted(scopes) == ["read tickets:write", "read write"]


def test_event_of_an_installed_webhook_is_accepted(
    desk: Any, run: Any, receiver: Any, tmp_path: Path
) -> None:
    path = tmp_path / "signing"
    desk.configure(signing_secret_file=str(path), signing_secrets=None)
    run("install", "--url", receiver.url)
    ticket = desk.open()
    desk.write(ticket, "Sorry.")
    desk.app.extensions["sender"].deliver_due()
    source = desk.configure(signing_secret_file=str(path), signing_secrets=None)
    assert len(receiver.got) == 3
    for request in receiver.got:
        desk.plugin.verify(request, source)


def test_status_says_what_is_wrong_and_when_all_is_well(desk: Any, run: Any, tmp_path: Path) -> None:
    told = run("status")
    assert (told.exit_code, "no webhook of ours" in told.output) == (1, True)
    path = tmp_path / "signing"
    desk.configure(endpoint=ENDPOINT, signing_secret_file=str(path))
    run("install")
    told = run("status")
    assert "not among signing_secrets" in told.output
    desk.configure(endpoint=ENDPOINT, signing_secret_file=str(path))
    told = run("status")
    assert (told.exit_code, told.output) == (0, "zendesk-main: all is well.\n")
