"""What the instructions say exists, in both languages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from complaint_gift.domain import MessageAdded
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.settings import ZendeskSettings

HERE = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ru.md")


@pytest.fixture(params=READMES)
def text(request: pytest.FixtureRequest) -> str:
    return (HERE / request.param).read_text("utf-8")


def test_every_setting_is_explained_and_no_other(text: str) -> None:
    shown = re.search(r"```yaml\n(.*?)```", text, re.S)[1]
    told = set(re.findall(r"`([a-z_]+)`", text)) | set(re.findall(r"^ +(\w+):", shown, re.M))
    known = set(ZendeskSettings().fields) | {"plugin"}
    assert known <= told
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", text, re.M)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} <= known


def test_configuration_shown_is_accepted(text: str) -> None:
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.S)[1])["sources"]["zendesk-main"]
    assert shown.pop("plugin") == "zendesk"
    shown["client_secret"] = "resolved from its file"
    shown["signing_secret_file"] = "/nowhere/zendesk-signing"
    assert ZendeskSettings().load(shown)["subdomain"] == "acme"


def test_body_shown_for_triggers_is_understood(kit: Any, text: str) -> None:
    body = json.loads(re.search(r"```json\n(.*?)```", text, re.S)[1])
    body |= {"ticket_id": "4107", "updated_at": "2026-01-31T09:00:00Z"}
    (event,) = ZendeskPlugin().parse(kit.store(body), kit.make_source())
    assert isinstance(event, MessageAdded)
    ZendeskPlugin().verify(kit.sign(json.dumps(body).encode()), kit.make_source())


def test_commands_and_options_shown_exist(text: str) -> None:
    group = ZendeskPlugin().commands(list)
    for command, options in re.findall(r"complaint-gift zendesk (\w+)((?: --[\w-]+(?: https\S+)?)*)", text):
        told = CliRunner().invoke(group, [command, "--help"]).output
        for option in re.findall(r"--[\w-]+", options):
            assert option in told


def test_both_languages_explain_the_same() -> None:
    english, russian = ((HERE / name).read_text("utf-8") for name in READMES)
    for pattern in (r"^## ", r"^\| ", r"^\d\. ", r"```"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, russian, re.M))
