"""Access tokens for mailboxes at Google and Microsoft: fetched once, kept, renewed, refused in words."""

from pathlib import Path
from typing import Any

import pytest
import responses
from marshmallow import ValidationError

from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_email.doors.oauth import access_token
from complaint_gift_email.settings import EmailSettings

URL = "https://oauth2.example.com/token"
OAUTH = {"token_url": URL, "client_id": "us", "client_secret": "s3cret", "refresh_token": "r3fresh"}
IMAP = {"host": "imap.example.com", "user": "support@shop.test"}


def source_of(kit: Any, folder: Path, **changes: Any) -> Any:
    return kit.make_source(folder, transport="imap", secrets=[], imap=IMAP | {"oauth": OAUTH | changes})


def test_token_is_asked_for_once_and_kept_in_a_closed_file(kit: Any, tmp_path: Path) -> None:
    source = source_of(kit, tmp_path)
    with responses.RequestsMock() as net:
        net.post(URL, json={"access_token": "one", "expires_in": 3600})
        assert [access_token(source) for _ in range(2)] == ["one", "one"]
        assert len(net.calls) == 1
        assert "grant_type=refresh_token" in str(net.calls[0].request.body)
    assert (tmp_path / "imap-token.json").stat().st_mode & 0o777 == 0o600


def test_token_is_renewed_when_it_ends_or_the_client_changes(kit: Any, tmp_path: Path) -> None:
    with responses.RequestsMock() as net:
        net.post(URL, json={"access_token": "short", "expires_in": 30})
        net.post(URL, json={"access_token": "long", "expires_in": 3600})
        net.post(URL, json={"access_token": "other", "expires_in": 3600})
        source = source_of(kit, tmp_path)
        assert [access_token(source) for _ in range(3)] == ["short", "long", "long"]
        assert access_token(source_of(kit, tmp_path, client_id="them")) == "other"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [({"status": 400, "json": {"error": "invalid_grant"}}, Refused), ({"status": 200, "json": {}}, Refused),
     ({"status": 500, "body": "oops"}, Unreachable), ({"body": ConnectionError("away")}, Unreachable)],
)  # fmt: skip
def test_refusals_are_said_in_words(kit: Any, tmp_path: Path, answer: Any, kind: type[Exception]) -> None:
    with responses.RequestsMock() as net:
        if isinstance(answer.get("body"), Exception):
            answer = {"body": responses.ConnectionError("away")}
        net.post(URL, **answer)
        with pytest.raises(kind, match=r"mail-main: oauth2\.example\.com") as caught:
            access_token(source_of(kit, tmp_path))
    assert "r3fresh" not in str(caught.value)


BASE = {"address": "support@shop.test", "imap": IMAP | {"password": "x"}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"imap": IMAP}, "either password or oauth"), ({"imap": None}, "mailbox is missing"),
     ({"imap": IMAP | {"password": "x", "security": "none"}}, "in the clear"),
     ({"imap": IMAP | {"password": " "}}, "missing or empty"), ({"imap": IMAP | {"pasword": "x"}}, "Unknown"),
     ({"imap": IMAP | {"oauth": OAUTH | {"token_url": "http://x.test"}}}, "in the clear"),
     ({"address": "support"}, "company's address"), ({"notes_to": ["lead"]}, "no mail address"),
     ({"transport": "ses"}, "SNS topic"), ({"transport": "mailgun"}, "needs the secret"),
     ({"transport": "sendgrid"}, "public key"), ({"transport": "sendgrid", "public_keys": ["x"]},
     "no public key"),
     ({"transport": "pop3"}, "Must be one of"), ({"adress": "x"}, "Unknown")],
)  # fmt: skip
def test_mistakes_in_the_settings_are_named(changes: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        EmailSettings().load({key: value for key, value in (BASE | changes).items() if value is not None})
    assert words in str(caught.value.messages)
