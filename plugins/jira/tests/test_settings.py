"""Settings are accepted whole or refused in a sentence that says what to write."""

from pathlib import Path
from typing import Any

import pytest
from marshmallow import ValidationError

from complaint_gift_jira.settings import JiraSettings, api_url, browse_url, gateway_url, giver_url

CLOUD = {
    "site": "acme", "email": "bot@example.com", "api_token": "token", "bot_user_id": "712020:abc",
    "signing_secrets": ["secret"],
}  # fmt: skip
DATA_CENTER = {
    "deployment": "data-center", "base_url": "https://jira.example.com/jira", "access_token": "pat",
    "bot_user_id": "JIRAUSER10100", "url_tokens": ["x" * 24],
}  # fmt: skip
OAUTH = {
    "site": "acme", "client_id": "id", "client_secret": "secret", "bot_user_id": "712020:abc",
    "cloud_id": "11111111-2222-3333-4444-555555555555", "header_tokens": ["y" * 24],
}  # fmt: skip


def load(base: Any, **changes: Any) -> Any:
    wish = {key: value for key, value in (base | changes).items() if value is not None}
    return JiraSettings().load(wish)


@pytest.mark.parametrize("base", [CLOUD, DATA_CENTER, OAUTH])
def test_each_way_in_is_accepted(base: Any) -> None:
    assert load(base)["replay_hours"] == 24


@pytest.mark.parametrize(
    ("base", "changes", "field", "words"),
    [
        (CLOUD, {"site": None}, "site", "either site"),
        (CLOUD, {"base_url": "https://x.example"}, "site", "either site"),
        (CLOUD, {"site": "acme.atlassian.net"}, "site", "only the part before"),
        (CLOUD, {"site": "ACME"}, "site", "small letters"),
        (CLOUD, {"api_token": None}, "api_token", "belong together"),
        (CLOUD, {"email": None, "api_token": None}, "api_token", "exactly one of"),
        (CLOUD, {"access_token": "x"}, "api_token", "exactly one of"),
        (CLOUD, {"email": None, "api_token": None, "access_token": "x"}, "access_token", "Cloud lets us in"),
        (CLOUD, {"signing_secrets": None}, "signing_secrets", "nothing proves where requests come from"),
        (CLOUD, {"signing_secrets": [""]}, "signing_secrets", "missing or empty"),
        (CLOUD, {"signing_secrets": [" "]}, "signing_secrets", "missing or empty"),
        (CLOUD, {"header_tokens": ["short"]}, "header_tokens", "24 letters or more"),
        (CLOUD, {"url_tokens": ["short"]}, "url_tokens", "24 letters or more"),
        (CLOUD, {"bot_user_id": None}, "bot_user_id", "required"),
        (CLOUD, {"bot_user_id": "a\nb"}, "bot_user_id", "accountId"),
        (CLOUD, {"bot_user_id": ""}, "bot_user_id", "accountId"),
        (CLOUD, {"projects": ["sd"]}, "projects", "no key of a project"),
        (CLOUD, {"projects": ['SD") OR project in ("HR']}, "projects", "no key of a project"),
        (CLOUD, {"replay_hours": 0}, "replay_hours", "greater than or equal"),
        (CLOUD, {"endpoint": "cg.example.com"}, "endpoint", "whole address"),
        (CLOUD, {"endpoint": "https://cg.example.com"}, "endpoint", "whole address"),
        (CLOUD, {"signing_secret_file": "relative"}, "signing_secret_file", "whole path"),
        (CLOUD, {"strangers": "friends"}, "strangers", "one of"),
        (CLOUD, {"priorities": {"huge": "x"}}, "priorities", "one of"),
        (CLOUD, {"escalations": {"project": "esc"}}, "escalations", "match"),
        (CLOUD, {"sight": "acme"}, "sight", "Unknown field"),
        (DATA_CENTER, {"base_url": "http://jira.example.com"}, "base_url", "https"),
        (DATA_CENTER, {"base_url": "https://user:pw@jira.example.com"}, "base_url", "without user"),
        (DATA_CENTER, {"base_url": None, "site": "acme"}, "base_url", "belong to Cloud"),
        (DATA_CENTER, {"access_token": None, "email": "a", "api_token": "b"}, "access_token", "personal"),
        (OAUTH, {"cloud_id": None}, "cloud_id", "by its cloud_id"),
        (OAUTH, {"cloud_id": "acme"}, "cloud_id", "tenant_info"),
        (OAUTH, {"client_secret": None}, "client_secret", "belong together"),
        (OAUTH, {"oauth": "password"}, "oauth", "one of"),
        (OAUTH, {"oauth": "consent", "agent_groups": ["agents"]}, "agent_groups", "list people under agents"),
        (OAUTH, {"oauth": "consent", "cloud_id": None, "site": None, "base_url": "https://x.example"},
         "oauth", "consent needs"),
        (OAUTH, {"callback": "http://cg.example.com/callback"}, "callback", "callback URL of the app"),
        (CLOUD, {"oauth": "consent"}, "oauth", "consent needs"),
    ],
)  # fmt: skip
def test_mistake_is_named_with_what_to_write(base: Any, changes: Any, field: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        load(base, **changes)
    assert field in caught.value.messages_dict
    assert words in str(caught.value.messages_dict[field])


def test_secret_file_is_read_and_may_still_be_missing(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    base = CLOUD | {"signing_secrets": None, "signing_secret_file": str(file)}
    assert load(base)["signing_secrets"] == []
    file.write_text("new\n\nold\n")
    assert load(base)["signing_secrets"] == ["new", "old"]
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ValidationError, match="cannot be read"):
        load(base)


def test_issue_is_looked_at_where_people_are() -> None:
    assert browse_url(load(CLOUD), "SD-1") == "https://acme.atlassian.net/browse/SD-1"
    assert browse_url(load(OAUTH), "SD-1") == "https://acme.atlassian.net/browse/SD-1"
    assert browse_url(load(DATA_CENTER), "SD-1") == "https://jira.example.com/jira/browse/SD-1"


def test_consent_reaches_jira_through_the_gateway_and_tokens_come_from_their_giver() -> None:
    told = load(OAUTH, oauth="consent")
    assert api_url(told) == f"https://api.atlassian.com/ex/jira/{OAUTH['cloud_id']}"
    assert (giver_url(told), gateway_url(told)) == ("https://auth.atlassian.com", "https://api.atlassian.com")
