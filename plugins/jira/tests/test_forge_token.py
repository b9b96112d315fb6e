"""The token with which our Forge app shows who it is: signed by Atlassian, made here with keys of our own."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from complaint_gift.jwt import (
    BadToken,
    Expired,
    NoToken,
    TooEarly,
    UnknownIssuer,
    WrongAlgorithm,
    WrongSignature,
)
from complaint_gift.plugin import NotAuthentic, Source, Unreachable
from complaint_gift_jira import JiraPlugin
from complaint_gift_jira.forge_token import APART, KEPT, Installation, KeyRing, read_keys, verify_token
from complaint_gift_jira.settings import JiraSettings

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
APP = "ari:cloud:ecosystem::app/8db33309-c54e-4c45-9f39-0f0b3c1e7a51"
SITE = "11111111-2222-4333-8444-555555555555"
HOMES = (Installation("jira-main", APP, SITE), Installation("jira-two", APP, SITE.replace("1", "9")))
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encode(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def publish(key: rsa.RSAPrivateKey, number: str = "forge/k1", **more: Any) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    shown = {"n": encode(numbers.n.to_bytes(size)), "e": encode(numbers.e.to_bytes(3))}
    return {"kty": "RSA", "kid": number, "use": "sig", "alg": "RS256", **shown, **more}


def make(key: rsa.RSAPrivateKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    app = {"id": APP, "apiBaseUrl": f"https://api.atlassian.com/ex/jira/{SITE}"}
    claims = {"iss": "forge/invocation-token", "aud": APP, "iat": AT, "nbf": AT, "exp": AT + 60,
              "app": app, "principal": "5f00000000000000000000aa"} | changes  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    said = {"typ": "JWT", "alg": "RS256", "kid": "forge/k1"} | (header or {})
    signed = f"{encode(said)}.{encode(claims)}"
    return f"{signed}.{encode(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def ring(*keys: dict[str, Any]) -> KeyRing:
    return KeyRing(lambda: {"keys": list(keys or (publish(KEY),))})


def test_token_of_the_app_names_source_and_person() -> None:
    asked = verify_token(make(), HOMES, ring(), NOW)
    assert (asked.source, asked.agent) == ("jira-main", "5f00000000000000000000aa")


def test_site_in_the_context_decides_which_source_it_is() -> None:
    told = make(context={"cloudId": SITE.replace("1", "9")})
    assert verify_token(told, HOMES, ring(), NOW).source == "jira-two"


def test_call_without_a_person_names_nobody() -> None:
    assert verify_token(make(principal=None), HOMES, ring(), NOW).agent == ""


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, NoToken),
        ("", NoToken),
        ("a.b", NoToken),
        ("a.b.c.d", NoToken),
        ("x" * 9000, NoToken),
        (make() + "=", NoToken),
        (make()[:-2], WrongSignature),
        (make(OTHER), WrongSignature),
        (make(header={"kid": "forge/k2"}), WrongSignature),
        (make(header={"kid": None}), WrongSignature),
        (make(header={"kid": ["forge/k1"]}), WrongSignature),
        (make(header={"alg": "none"}), WrongAlgorithm),
        (make(header={"alg": "HS256"}), WrongAlgorithm),
        (make(header={"alg": "RS512"}), WrongAlgorithm),
        (make(header={"crit": ["exp"]}), WrongAlgorithm),
        (make(iss="forge/other"), UnknownIssuer),
        (make(iss=None), UnknownIssuer),
        (make(aud="ari:cloud:ecosystem::app/other"), UnknownIssuer),
        (make(aud=""), UnknownIssuer),
        (make(app=None), UnknownIssuer),
        (make(app={"apiBaseUrl": "https://[evil"}), UnknownIssuer),
        (make(context={"cloudId": "elsewhere"}), UnknownIssuer),
        (make(exp=None), NoToken),
        (make(exp="soon"), NoToken),
        (make(exp=True), NoToken),
        (make(exp=AT - 61), Expired),
        (make(iat=AT + 61), TooEarly),
        (make(nbf=AT + 61), TooEarly),
        (make(exp=AT + 7200), TooEarly),
        (make(exp=AT + 7200, iat=None), TooEarly),
    ],
)
def test_everything_else_is_refused(token: str | None, error: type[BadToken]) -> None:
    with pytest.raises(error) as caught:
        verify_token(token, HOMES, ring(), NOW)
    assert isinstance(caught.value, NotAuthentic)
    assert str(caught.value).endswith(".")


def test_claims_are_worth_nothing_without_their_signature() -> None:
    header, _, signature = make().split(".")
    claims = encode(
        {"iss": "forge/invocation-token", "aud": APP, "exp": AT + 60, "context": {"cloudId": SITE}}
    )
    with pytest.raises(WrongSignature):
        verify_token(f"{header}.{claims}.{signature}", HOMES, ring(), NOW)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.lists(st.binary(max_size=60), min_size=3, max_size=3))
def test_garbage_is_refused_and_nothing_else_is_raised(garbage: Any) -> None:
    token = garbage if isinstance(garbage, str) else ".".join(encode(part) for part in garbage)
    with pytest.raises(BadToken):
        verify_token(token, HOMES, ring(), NOW)


class Publisher:
    """Atlassian's list of keys, which may be away, and the time since the start."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys, self.asked, self.is_away, self.now = list(keys), 0, False, 0.0

    def fetch(self) -> Any:
        self.asked += 1
        if self.is_away:
            raise Unreachable("Forge: nobody answers.")
        return {"keys": self.keys}

    def ring(self) -> KeyRing:
        return KeyRing(self.fetch, lambda: self.now)


def test_keys_are_fetched_once_and_again_when_they_are_old() -> None:
    publisher = Publisher(publish(KEY))
    keys = publisher.ring()
    assert all(keys.find("forge/k1") for _ in range(5))
    assert publisher.asked == 1
    publisher.now += KEPT + 1
    assert keys.find("forge/k1")
    assert publisher.asked == 2


def test_new_key_is_learned_but_strangers_cannot_make_us_ask_all_the_time() -> None:
    publisher = Publisher(publish(KEY))
    keys = publisher.ring()
    assert [keys.find(f"guess-{number}") for number in range(50)] == [None] * 50
    assert publisher.asked == 1
    publisher.keys.append(publish(OTHER, "forge/k2"))
    publisher.now += APART
    assert keys.find("forge/k2")


def test_known_keys_go_on_being_right_while_atlassian_is_away() -> None:
    publisher = Publisher(publish(KEY))
    keys = publisher.ring()
    assert keys.find("forge/k1")
    publisher.is_away, publisher.now = True, KEPT + 1
    assert keys.find("forge/k1")
    publisher.is_away, publisher.keys, publisher.now = False, [], KEPT + APART + 1
    assert keys.find("forge/k1"), "an empty list is no news"


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"keys": {}},
        {"keys": [None, "x", {}]},
        {"keys": [publish(KEY, use="enc")]},
        {"keys": [publish(KEY, kty="EC")]},
        {"keys": [publish(KEY, alg="RS512")]},
        {"keys": [publish(KEY, "")]},
        {"keys": [publish(KEY, n="!!")]},
        {"keys": [publish(KEY, e="AA")]},
        {"keys": [publish(KEY, n="AQAB")]},
    ],
)
def test_what_is_no_key_for_signatures_is_left_out(told: Any) -> None:
    assert read_keys(told) == {}


def test_plugin_admits_who_comes_through_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = JiraPlugin()
    monkeypatch.setattr(plugin, "_keys", ring())
    basic = {
        "site": "acme",
        "email": "a@example.com",
        "api_token": "t",
        "bot_user_id": "5f01",
        "signing_secrets": ["s"],
    }
    loaded = JiraSettings().load(basic | {"forge_app": APP, "forge_site": SITE})
    without = JiraSettings().load(basic)
    sources = {"jira-main": Source("jira-main", "jira", loaded), "other": Source("other", "jira", without)}
    assert plugin.admit(make(), sources, NOW).source == "jira-main"
    with pytest.raises(UnknownIssuer):
        plugin.admit(make(), {"other": sources["other"]}, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"forge_app": "my-app", "forge_site": SITE}, "forge_app"),
        ({"forge_app": APP}, "forge_site"),
        ({"forge_app": APP, "forge_site": "acme"}, "forge_site"),
    ],
)
def test_half_a_forge_app_is_refused(changes: dict[str, str], field: str) -> None:
    basic = {
        "site": "acme",
        "email": "a@example.com",
        "api_token": "t",
        "bot_user_id": "5f01",
        "signing_secrets": ["s"],
    }
    with pytest.raises(ValidationError) as caught:
        JiraSettings().load(basic | changes)
    assert list(caught.value.normalized_messages()) == [field]
