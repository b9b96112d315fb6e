"""`complaint-gift jira install|status|uninstall`, run as an admin runs them, and again."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

URL = "https://cg.example.com"
ENDPOINT = f"{URL}/hooks/jira-main"


def run(desk: Any, *args: str, sources: Any = None) -> Result:
    group = desk.plugin.commands(lambda: [desk.source] if sources is None else sources)
    return CliRunner().invoke(group, list(args))


def hook(desk: Any) -> dict[str, Any]:
    (found,) = desk.hooks.values()
    return dict(found)


def double(desk: Any) -> dict[str, Any]:
    """The same webhook once more."""
    return desk.hooks["1"] | {"self": f"{desk.url}/rest/webhooks/1.0/webhook/2", "id": 2}


def test_install_makes_one_signed_webhook_and_keeps_its_secret(desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secret"
    desk.configure(signing_secrets=None, signing_secret_file=str(file), projects=["SD"], endpoint=ENDPOINT)
    told = run(desk, "install").output
    secret = file.read_text().strip()
    assert "Wrote a new signing secret" in told
    assert secret not in told
    assert file.stat().st_mode & 0o777 == 0o600
    made = hook(desk)
    assert (made["url"], made["secret"]) == (ENDPOINT, secret)
    _, _, sent = desk.wrote()[-1]
    assert sent["filters"] == {"issue-related-events-section": 'project in ("SD")'}
    assert {"comment_created", "comment_updated", "comment_deleted", "jira:issue_updated"} <= set(
        made["events"]
    )
    desk.configure(signing_secrets=None, signing_secret_file=str(file), projects=["SD"], endpoint=ENDPOINT)
    again = run(desk, "install").output
    assert "is as it should be" in again
    assert file.read_text().strip() == secret


def test_dry_run_only_says(desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    desk.configure(signing_secrets=None, signing_secret_file=str(file))
    told = run(desk, "install", "--url", URL, "--dry-run").output
    assert "Would make a new signing secret" in told
    assert "Would create a webhook" in told
    assert not desk.hooks
    assert not file.exists()


def test_rotation_keeps_the_secret_before(desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    desk.configure(signing_secrets=None, signing_secret_file=str(file), endpoint=ENDPOINT)
    run(desk, "install")
    first = file.read_text().strip()
    desk.configure(signing_secrets=None, signing_secret_file=str(file), endpoint=ENDPOINT)
    assert "Corrected our webhook: secret" in run(desk, "install", "--rotate-secret").output
    new, old = file.read_text().split()
    assert (hook(desk)["secret"], old) == (new, first)


def test_secret_without_a_file_is_shown_once(desk: Any) -> None:
    desk.configure(signing_secrets=None, signing_secret_file="/nowhere/secret", endpoint=ENDPOINT)
    object.__setattr__(desk.source, "settings", {**desk.source.settings, "signing_secret_file": ""})
    desk.source.settings["header_tokens"] = []
    told = run(desk, "install").output
    assert f"shown once: {hook(desk)['secret']}" in told


def test_configured_secret_is_given_to_a_new_webhook(desk: Any, kit: Any) -> None:
    desk.configure(endpoint=ENDPOINT)
    run(desk, "install")
    assert hook(desk)["secret"] == kit.SECRET


def test_install_repairs_what_somebody_changed_and_removes_duplicates(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT)
    run(desk, "install")
    desk.hooks["1"]["events"] = ["comment_created"]
    desk.hooks["2"] = double(desk)
    told = run(desk, "install").output
    assert "Corrected our webhook: events" in told
    assert "a duplicate" in told
    assert len(hook(desk)["events"]) == 6
    assert hook(desk)["secret"] == "a signing secret"


def test_old_data_center_gets_its_token_into_the_address(kit: Any) -> None:
    from small_jira import Desk

    from complaint_gift_jira import JiraPlugin

    desk = Desk(cloud=False)
    desk.version = 9
    desk.plugin = JiraPlugin()
    with kit.serve(desk) as url:
        desk.url = url
        desk.source = kit.make_data_center(
            base_url=url, signing_secrets=None, url_tokens=[kit.TOKEN.replace(" ", "-")], endpoint=ENDPOINT
        )
        told = run(desk, "install").output
        assert kit.TOKEN.replace(" ", "-") not in told
        assert hook(desk)["url"] == f"{ENDPOINT}?token={kit.TOKEN.replace(' ', '-')}"
        assert "secret" not in hook(desk)
        assert "as it should be" in run(desk, "install").output
        assert "Removed" in run(desk, "uninstall").output


def test_token_of_any_letters_survives_the_address(kit: Any) -> None:
    from small_jira import Desk

    from complaint_gift_jira import JiraPlugin

    desk = Desk(cloud=False)
    desk.version, desk.plugin = 9, JiraPlugin()
    token = "kJ+2/ab=&c#d%41 and more letters"
    with kit.serve(desk) as url:
        desk.url = url
        desk.source = kit.make_data_center(
            base_url=url, signing_secrets=None, url_tokens=[token], endpoint=ENDPOINT
        )
        run(desk, "install")
        assert parse_qs(urlsplit(hook(desk)["url"]).query) == {"token": [token]}
        assert "every event is turned away" not in run(desk, "status").output
        desk.source = kit.make_data_center(
            base_url=url, signing_secrets=None, url_tokens=[kit.TOKEN], endpoint=ENDPOINT
        )
        assert "not among url_tokens, so every event is turned away" in run(desk, "status").output


def test_rotation_that_fails_loses_no_secret_that_jira_may_sign_with(desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    told = {"signing_secrets": None, "signing_secret_file": str(file), "endpoint": ENDPOINT}
    desk.configure(**told)
    run(desk, "install")
    for _ in range(3):
        desk.configure(**told)
        desk.fail(r"PUT /rest/(jira-)?webhook", 500)
        assert run(desk, "install", "--rotate-secret").exit_code == 1
        assert hook(desk)["secret"] in file.read_text().split()
    desk.configure(**told)
    run(desk, "install", "--rotate-secret")
    assert (file.read_text().split()[0], len(file.read_text().split())) == (hook(desk)["secret"], 2)


def test_project_named_like_a_word_of_jql_is_quoted(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT, projects=["ORDER", "SD"])
    run(desk, "install")
    _, _, sent = desk.wrote()[-1]
    assert sent["filters"] == {"issue-related-events-section": 'project in ("ORDER", "SD")'}


def test_webhook_elsewhere_is_left_alone_until_it_may_move(desk: Any) -> None:
    desk.configure(endpoint="https://old.example.com/hooks/jira-main")
    run(desk, "install")
    told = run(desk, "install", "--url", URL).output
    assert "add --move" in told
    assert len(desk.hooks) == 2
    del desk.hooks["2"]
    run(desk, "install", "--url", URL, "--move")
    assert hook(desk)["url"] == ENDPOINT


def test_uninstall_removes_ours_and_says_what_stays(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT)
    run(desk, "install")
    assert "Would remove" in run(desk, "uninstall", "--dry-run").output
    assert desk.hooks
    told = run(desk, "uninstall").output
    assert "Removed the webhook" in told
    assert "stay with the issues" in told
    assert not desk.hooks
    assert "There is no webhook of ours" in run(desk, "uninstall").output


def test_administrator_of_the_moment_is_used_for_setting_up_only(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from complaint_gift_jira import commands

    monkeypatch.setenv("CG_JIRA_ADMIN_TOKEN", "admin token")
    desk.configure(endpoint=ENDPOINT)
    if desk.cloud:
        assert "Set CG_JIRA_ADMIN_EMAIL" in run(desk, "install").output
        monkeypatch.setenv("CG_JIRA_ADMIN_EMAIL", "admin@example.com")
    header = commands._enter(desk.source).client.credentials.header()
    assert header != desk.api().client.credentials.header()
    assert "Created a webhook" in run(desk, "install").output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("install",), "Say where Jira reaches us"),
        (("install", "--url", "cg.example.com"), "cannot be used"),
        (("status", "--source", "other"), "configured are jira-main"),
    ],
)
def test_wrong_use_is_answered_with_what_to_do(desk: Any, args: tuple[str, ...], words: str) -> None:
    found = run(desk, *args)
    assert found.exit_code == 1
    assert words in found.output


def test_missing_source_is_said(desk: Any) -> None:
    assert "No source with `plugin: jira`" in run(desk, "status", sources=[]).output


def test_refusal_says_that_it_may_be_run_again(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT)
    desk.fail("GET /rest/(jira-)?webhook", 403)
    found = run(desk, "install")
    assert found.exit_code == 1
    assert "run this again afterwards" in found.output


@pytest.mark.parametrize(
    ("version", "address"), [(9, "/rest/webhooks/1.0/webhook"), (10, "/rest/jira-webhook/1.0/webhooks")]
)
def test_data_center_keeps_webhooks_where_its_version_has_them(kit: Any, version: int, address: str) -> None:
    from small_jira import Desk

    from complaint_gift_jira import JiraPlugin

    desk = Desk(cloud=False)
    desk.version, desk.plugin = version, JiraPlugin()
    with kit.serve(desk) as url:
        desk.url = url
        desk.source = kit.make_data_center(base_url=url, endpoint=ENDPOINT)
        for command in ("install", "install", "status", "uninstall"):
            run(desk, command)
    asked = {path for _, path, _, _ in desk.asked if "webhook" in path}
    assert asked == {address, f"{address}/1"}
    posted = next(body for method, path, body in desk.wrote() if method == "POST")
    assert posted.get("secret", posted.get("configuration", {}).get("SECRET")) == kit.SECRET
    assert not desk.hooks


def test_webhook_without_a_number_is_left_to_a_person(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT)
    run(desk, "install")
    desk.hooks["1"] |= {"id": "../1", "self": f"{desk.url}/rest/webhooks/1.0/webhook/"}
    assert "remove it by hand" in run(desk, "uninstall").output


# -- status


def healthy(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT, projects=["SD"], agent_groups=["agents"])
    desk.groups["agents"] = ["dana"]
    run(desk, "install")


def test_status_of_what_is_right_says_so(desk: Any) -> None:
    healthy(desk)
    found = run(desk, "status")
    said = [line for line in found.output.splitlines() if line.startswith("jira-main: ")]
    assert (found.exit_code, said) == (0, ["jira-main: all is well."])


def test_status_names_what_is_wrong_and_what_to_do(desk: Any) -> None:
    healthy(desk)
    desk.configure(endpoint=ENDPOINT, projects=["SD", "GONE"], agent_groups=["closed"], bot_user_id="another")
    desk.permissions = {"ADD_COMMENTS": False, "DELETE_OWN_COMMENTS": False}
    desk.hooks["1"] |= {"enabled": False, "active": False}
    desk.hooks["2"] = double(desk)
    found = run(desk, "status")
    assert found.exit_code == 1
    for words in (
        "but bot_user_id says another",
        "project GONE cannot be seen",
        "may not add comments; nor delete its own comments",
        "nobody is seen in agent_groups",
        "2 webhooks of ours",
        f"differs from what it should be in {'filters, ' if desk.cloud else ''}enabled",
    ):
        assert words in found.output


def test_status_says_when_our_notes_would_come_out_public(desk: Any) -> None:
    """Jira lets whoever is no agent there write to the customer only."""
    healthy(desk)
    told = {"endpoint": ENDPOINT, "projects": ["SD"], "agent_groups": ["agents"]}
    desk.permissions = {"SERVICEDESK_AGENT": False, "TRANSITION_ISSUES": False, "LINK_ISSUES": False}
    desk.configure(**told)
    said = run(desk, "status").output
    assert "our user may not work as an agent, so its notes would come out public." in said
    desk.configure(**told, escalations={"transition": "Escalate"})
    assert "come out public; nor move issues on" in run(desk, "status").output


def test_status_without_a_webhook_says_how_to_get_one(desk: Any) -> None:
    desk.configure(endpoint=ENDPOINT)
    assert "run `complaint-gift jira install`" in run(desk, "status").output


def test_status_says_when_a_webhook_leads_elsewhere(desk: Any) -> None:
    healthy(desk)
    desk.configure(endpoint="https://new.example.com/hooks/jira-main", projects=["SD"])
    assert "leads to another address" in run(desk, "status").output


def test_rule_that_tells_us_needs_no_webhook(desk: Any, kit: Any) -> None:
    desk.configure(signing_secrets=None, header_tokens=[kit.TOKEN])
    assert "webhook" not in run(desk, "status").output


def test_webhooks_that_only_an_administrator_sees_do_not_hide_the_rest(desk: Any) -> None:
    healthy(desk)
    desk.fail("GET /rest/(jira-)?webhook", 403)
    found = run(desk, "status")
    assert "Let an administrator look" in found.output


def test_status_that_nobody_answers_ends_in_a_sentence(desk: Any) -> None:
    desk.fail("GET", 401, times=3)
    found = run(desk, "status")
    assert found.exit_code == 1
    assert "check the credentials" in found.output


def test_something_else_at_the_address_is_named(desk: Any) -> None:
    desk.me = {"status": "ok"}
    assert "is not Jira" in run(desk, "status").output
