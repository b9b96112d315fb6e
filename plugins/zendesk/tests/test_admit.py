"""Who asks for a review through our Zendesk app: only installations whose secret is configured."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from complaint_gift.plugin import NotAuthentic
from complaint_gift.signing import make_hmac
from complaint_gift_zendesk import ZendeskPlugin
from complaint_gift_zendesk.package import collect
from complaint_gift_zendesk.settings import app_audience

ORIGIN = "https://cg.example.com"


def make_token(kit: Any, secret: str = "shared", issuer: str = "acme", audience: str = ORIGIN) -> str:
    now = int(kit.NOW.timestamp())
    claims = {"iss": issuer, "aud": audience, "sub": "28801400100012", "iat": now, "exp": now + 60}
    head, body = (
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    proof = make_hmac(head + b"." + body, secret, encoding="base64")
    return f"{(head + b'.' + body).decode()}.{proof.rstrip('=').replace('+', '-').replace('/', '_')}"


@pytest.fixture
def sources(kit: Any) -> dict[str, Any]:
    acme = kit.make_source(base_url=None, subdomain="acme", app_secrets=["shared"], app_audience=ORIGIN)
    return {"zendesk-main": acme, "other": kit.make_source(base_url=None, subdomain="other")}


def test_token_of_a_configured_installation_is_admitted(kit: Any, sources: dict[str, Any]) -> None:
    asked = ZendeskPlugin().admit(make_token(kit), sources, kit.NOW)
    assert (asked.source, asked.agent) == ("zendesk-main", "28801400100012")


@pytest.mark.parametrize(
    "changes",
    [{"secret": "wrong"}, {"issuer": "other"}, {"issuer": ""}, {"audience": "https://evil.example"}],
)
def test_other_tokens_are_turned_away(kit: Any, sources: dict[str, Any], changes: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic):
        ZendeskPlugin().admit(make_token(kit, **changes), sources, kit.NOW)
    with pytest.raises(NotAuthentic):
        ZendeskPlugin().admit("a review token", sources, kit.NOW)


def test_audience_is_the_origin_of_the_endpoint_unless_said(kit: Any) -> None:
    endpoint = f"{ORIGIN}/hooks/zendesk-main"
    assert app_audience(kit.make_source(app_secrets=["x"], endpoint=endpoint).settings) == ORIGIN
    other = kit.make_source(app_secrets=["x"], endpoint=endpoint, app_audience="https://app.example.com")
    assert app_audience(other.settings) == "https://app.example.com"


@pytest.mark.parametrize(
    "said", ["https://CG.Example.com", "https://cg.example.com:443", "HTTPS://cg.example.com"]
)
def test_origin_is_told_as_the_packed_app_tells_it(kit: Any, said: str) -> None:
    packed = collect(said)["assets/server.js"].decode()
    for settings in ({"app_audience": said}, {"endpoint": f"{said}/hooks/zendesk-main"}):
        assert f'"{app_audience(kit.make_source(app_secrets=["x"], **settings).settings)}"' in packed
