"""What an admin may write below a source, and what is refused with a hint."""

from pathlib import Path
from typing import Any

import pytest
from marshmallow import ValidationError

from complaint_gift_zendesk.settings import TEST_SECRET, ZendeskSettings, base_url

GOOD: dict[str, Any] = {
    "subdomain": "acme",
    "account_id": 21900417,
    "client_id": "us",
    "client_secret": "s3cret",
    "signing_secrets": ["x"],
    "bot_user_id": "9",
}


def load(**changes: Any) -> Any:
    wish = {key: value for key, value in (GOOD | changes).items() if value is not None}
    return ZendeskSettings().load(wish)


def test_little_is_enough() -> None:
    settings = load()
    assert base_url(settings) == "https://acme.zendesk.com"
    assert (settings["account_id"], settings["bot_user_id"]) == ("21900417", "9")
    assert settings["scope"] == "read tickets:write"
    assert settings["tags"] == {"complaint": "complaint", "not_complaint": "not_complaint"}


def test_everything_can_be_said() -> None:
    settings = load(
        managers=[5], ignored_authors=["6", 7], groups={"leads": 28801400200022}, timestamp_window=60,
        tags={"complaint": "beschwerde"}, endpoint="https://cg.example.com/hooks/zendesk-main",
    )  # fmt: skip
    assert settings["ignored_authors"] == ["6", "7"]
    assert settings["groups"] == {"leads": "28801400200022"}
    assert settings["tags"]["not_complaint"] == "not_complaint"


def test_legacy_token_is_understood() -> None:
    assert load(client_id=None, client_secret=None, email="a@b.c", api_token="t")["api_token"] == "t"


@pytest.mark.parametrize(
    "subdomain",
    ["Acme", "acme.evil.com", "acme.zendesk.com", "127.0.0.1", "a/b", "a@b", "a:8", "-a", "a-", "a b", "a%2e",
     "ａcme", "x" * 64, "acme\n", "acme#", "acme?", "..", "[::1]", "localhost:80"],
)  # fmt: skip
def test_subdomain_cannot_lead_elsewhere(subdomain: str) -> None:
    with pytest.raises(ValidationError, match=r"zendesk\.com"):
        load(subdomain=subdomain)


@pytest.mark.parametrize(
    "url",
    ["http://desk.example.com", "ftp://x.y", "https://u:p@x.y", "https://x.y?z=1", "https://x.y#z", "https://",
     "//x.y", "x.y", "http://127.0.0.1.evil.com", "https://x.y:port", "file:///etc/passwd"],
)  # fmt: skip
def test_base_url_is_https_or_this_machine(url: str) -> None:
    with pytest.raises(ValidationError, match="https://host"):
        load(subdomain=None, base_url=url)


@pytest.mark.parametrize(
    "url", ["https://desk.example.com/", "http://127.0.0.1:8080/demo/zendesk", "http://[::1]:1"]
)
def test_base_url_loses_its_last_slash(url: str) -> None:
    assert base_url(load(subdomain=None, base_url=url)) == url.rstrip("/")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"base_url": "https://x.y"}, "subdomain", "either"),
        ({"subdomain": None}, "subdomain", "either"),
        ({"client_id": None, "client_secret": None}, "client_id", "OAuth client"),
        ({"client_secret": None}, "client_id", "missing"),
        ({"client_secret": ""}, "client_secret", "empty"),
        ({"email": "a@b.c"}, "client_id", "not both"),
        ({"client_id": None, "client_secret": None, "email": "a@b.c"}, "api_token", "belong together"),
        ({"signing_secrets": [""]}, "signing_secrets", "empty"),
        ({"signing_secrets": [" "]}, "signing_secrets", "empty"),
        ({"signing_secrets": [7]}, "signing_secrets", "missing"),
        ({"signing_secrets": ["x", TEST_SECRET]}, "signing_secrets", "anybody"),
        ({"signing_secret_file": "secret"}, "signing_secret_file", "whole path"),
        ({"account_id": "acme"}, "account_id", "digits"),
        ({"account_id": None}, "account_id", "Missing"),
        ({"bot_user_id": True}, "bot_user_id", "digits"),
        ({"bot_user_id": "-1"}, "bot_user_id", "digits"),
        ({"timestamp_window": 5}, "timestamp_window", "30"),
        ({"timestamp_window": "300"}, "timestamp_window", "integer"),
        ({"groups": {"leads": "x"}}, "groups", "digits"),
        ({"tags": {"complain": "x"}}, "tags", "Unknown"),
        ({"endpoint": "https://cg.example.com/"}, "endpoint", "whole address"),
        ({"endpoint": "http://cg.example.com/hooks/x"}, "endpoint", "whole address"),
        ({"app_secrets": ["x"]}, "app_audience", "public origin"),
        ({"app_secrets": ["x"], "app_audience": "https://cg.example.com/x"}, "app_audience", "origin"),
        ({"subdomian": "acme"}, "subdomian", "Unknown"),
    ],
)
def test_mistakes_are_named_where_they_are(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    assert isinstance(caught.value.messages, dict)
    assert words in str(caught.value.messages[field])
    assert "s3cret" not in str(caught.value.messages)


def test_secret_file_is_read_when_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "signing"
    assert load(signing_secret_file=str(path), signing_secrets=None)["signing_secrets"] == []
    path.write_text(f"new\n\nold\n{TEST_SECRET}\n")
    assert load(signing_secret_file=str(path))["signing_secrets"] == ["x", "new", "old"]
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValidationError, match="cannot be read"):
        load(signing_secret_file=str(path))
