"""What the instructions say exists, in both languages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from complaint_gift.domain import MessageAdded, Visibility
from complaint_gift_jira import JiraPlugin
from complaint_gift_jira.settings import JiraSettings

HERE = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ru.md")


@pytest.fixture(params=READMES)
def text(request: pytest.FixtureRequest) -> str:
    return (HERE / request.param).read_text("utf-8")


def shown(text: str) -> list[Any]:
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.S)]


def test_every_setting_is_explained_and_no_other(text: str) -> None:
    told = set(re.findall(r"`([a-z_]+)`", text)) | set(re.findall(r"^ +(\w+):", text, re.M))
    known = set(JiraSettings().fields) | {"plugin"}
    assert known <= told
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", text, re.M)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} <= known


def test_configurations_shown_are_accepted(text: str) -> None:
    whole, other = shown(text)
    cloud = whole["sources"]["jira-main"]
    assert cloud.pop("plugin") == "jira"
    cloud |= {"api_token": "resolved from its file", "signing_secret_file": "/nowhere/jira-signing"}
    assert JiraSettings().load(cloud)["site"] == "acme"
    kept = {key: value for key, value in cloud.items() if key not in ("site", "email", "api_token")}
    server = kept | other | {"access_token": "resolved from its file"}
    assert JiraSettings().load(server)["deployment"] == "data-center"


def test_body_shown_for_rules_is_understood(kit: Any, text: str) -> None:
    template = re.search(r"```json\n(.*?)```", text, re.S)
    assert template
    values = {
        "now.toMillis": "1769850000000",
        "issue.id": "10041",
        "issue.key": "SD-41",
        "comment.id": "20511",
    }
    body = re.sub(r"\{\{([\w.]+)\}\}", lambda found: values.get(found[1], "5c5f:agent"), template[1])
    (event,) = JiraPlugin().parse(kit.store(json.loads(body)), kit.make_source())
    assert isinstance(event, MessageAdded)
    assert (event.conversation, event.message, event.visibility) == ("10041", "20511", Visibility.UNKNOWN)
    assert event.actor_id == "5c5f:agent"


def test_commands_and_options_shown_exist(text: str) -> None:
    group = JiraPlugin().commands(list)
    found = re.findall(r"complaint-gift jira (\w+)((?: --[\w-]+(?: https\S+)?)*)", text)
    assert {command for command, _ in found} == {"authorise", "install", "status", "uninstall"}
    for command, options in found:
        told = CliRunner().invoke(group, [command, "--help"]).output
        for option in re.findall(r"--[\w-]+", options):
            assert option in told


def test_variables_shown_are_those_that_are_read(text: str) -> None:
    code = (HERE / "complaint_gift_jira" / "commands.py").read_text("utf-8")
    assert set(re.findall(r"CG_JIRA_\w+", text)) == set(re.findall(r"CG_JIRA_\w+", code))


def test_both_languages_explain_the_same() -> None:
    english, russian = ((HERE / name).read_text("utf-8") for name in READMES)
    for pattern in (r"^## ", r"^\| ", r"^\d\. ", r"^- ", r"```"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, russian, re.M)), pattern
