"""The token with which the Zendesk app shows who it is."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.jwt import (
    BadToken,
    Expired,
    NoToken,
    TooEarly,
    UnknownIssuer,
    WrongAlgorithm,
    WrongAudience,
    WrongSignature,
)
from complaint_gift.plugin import NotAuthentic
from complaint_gift_zendesk.app_token import Installation, verify_token

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
SERVER = "https://cg.example.com"
SECRET = "a-secret-of-this-installation-0123"
HOMES = (
    Installation("zendesk-main", "acme", SERVER, ("the-next-secret-of-acme-01234567", SECRET)),
    Installation("zendesk-two", "other", SERVER, ("another-secret-0123456789abcdefgh",)),
)


def encode(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make(secret: str = SECRET, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {"iss": "acme", "aud": SERVER, "sub": "77", "iat": AT, "exp": AT + 60} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    signed = f"{encode(header or {'typ': 'JWT', 'alg': 'HS256'})}.{encode(claims)}"
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def test_token_of_the_app_names_source_and_agent() -> None:
    asked = verify_token(make(), HOMES, NOW)
    assert (asked.source, asked.agent) == ("zendesk-main", "77")


def test_signature_agrees_with_the_published_example() -> None:
    # RFC 7515, appendix A.1: its key, header and claims with their line breaks, its signature.
    key = base64.urlsafe_b64decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
    )
    signed = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = encode(hmac.digest(key, signed.encode(), hashlib.sha256))
    assert signature == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (make("not-the-secret"), WrongSignature),
        (make(""), WrongSignature),
        (make(iss="other"), WrongSignature),
        (make(iss="nobody"), UnknownIssuer),
        (make(iss=None), UnknownIssuer),
        (make(iss=["acme"]), UnknownIssuer),
        (make(aud="https://elsewhere.example"), WrongAudience),
        (make(aud=None), WrongAudience),
        (make(exp=AT - 61, iat=AT - 121), Expired),
        (make(iat=AT + 61, exp=AT + 121), TooEarly),
        (make(nbf=AT + 61), TooEarly),
        (make(exp=AT + 601), TooEarly),
        (make(iat=None, exp=AT + 700), TooEarly),
        (make(exp=None), NoToken),
        (make(exp="soon"), NoToken),
        (make(exp=True), NoToken),
        (make(exp=10**400), NoToken),
        (make(header={"alg": "none"}), WrongAlgorithm),
        (make(header={"alg": "HS512"}), WrongAlgorithm),
        (make(header={"alg": "HS256", "crit": ["exp"]}), WrongAlgorithm),
        (make().rpartition(".")[0] + ".", WrongSignature),
        (make().rpartition(".")[0], NoToken),
        (make() + "=", NoToken),
        ("", NoToken),
        (None, NoToken),
        ("x" * 5000, NoToken),
        (f"{encode([])}.{encode({})}.", NoToken),
        (f"{encode({'alg': 'HS256'})}.{encode(b'{' * 3000)}.", NoToken),
        ("ключ.ключ.ключ", NoToken),
    ],
)
def test_wrong_token_is_refused_for_its_reason(token: str | None, error: type[BadToken]) -> None:
    with pytest.raises(error) as caught:
        verify_token(token, HOMES, NOW)
    assert SECRET not in str(caught.value)
    assert caught.value.code.startswith("token-")


@pytest.mark.parametrize("changes", [{"exp": AT - 59}, {"iat": AT + 59, "exp": AT + 119}, {"iat": None}])
def test_clocks_may_differ_by_a_minute(changes: dict[str, Any]) -> None:
    assert verify_token(make(**changes), HOMES, NOW).source == "zendesk-main"


def test_audience_may_be_one_of_several() -> None:
    assert verify_token(make(aud=["https://x.example", SERVER]), HOMES, NOW).source == "zendesk-main"


def test_both_secrets_count_while_one_is_rotated() -> None:
    assert verify_token(make("the-next-secret-of-acme-01234567"), HOMES, NOW).source == "zendesk-main"


def test_installation_without_a_secret_accepts_nothing() -> None:
    bare = (Installation("zendesk-main", "acme", SERVER, ("",)),)
    with pytest.raises(UnknownIssuer):
        verify_token(make(""), bare, NOW)


def test_secret_is_not_shown_with_the_installation() -> None:
    assert SECRET not in repr(HOMES[0])


@given(st.one_of(st.text(max_size=300), st.lists(st.text(max_size=40), min_size=3, max_size=3).map(".".join)))
def test_garbage_is_refused_and_nothing_else(token: str) -> None:
    with pytest.raises(NotAuthentic):
        verify_token(token, HOMES, NOW)
