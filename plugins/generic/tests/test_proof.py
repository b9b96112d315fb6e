"""What the contract suite does not ask of signatures: the other ways to prove a request."""

import base64
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from complaint_gift.plugin import NotAuthentic, Request
from complaint_gift.signing import make_hmac
from complaint_gift_generic import GenericPlugin

BODY = b'{"type": "ticket.replied"}'


def request(kit: SimpleNamespace, **headers: str) -> Request:
    named = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return Request("POST", "/hooks/acme-desk", named, BODY, kit.NOW)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("proof", "good", "bad"),
    [
        ({"kind": "token", "header": "X-Token"}, {"x_token": "s"}, {"x_token": "S"}),
        ({"kind": "bearer"}, {"authorization": "Bearer s"}, {"authorization": "Basic s"}),
        (
            {"kind": "basic", "user": "desk"},
            {"authorization": basic("desk", "s")},
            {"authorization": basic("other", "s")},
        ),
        (
            {"kind": "hmac", "header": "X-Sign", "algorithm": "sha1", "encoding": "base64"},
            {"x_sign": make_hmac(BODY, "s", digest="sha1", encoding="base64")},
            {"x_sign": make_hmac(BODY, "s", digest="sha1")},
        ),
        (
            {"kind": "hmac", "header": "X-Sign", "signed": "{header:X-Id}:{header:X-At}:{body}"},
            {"x_id": "7", "x_at": "9", "x_sign": make_hmac(b"7:9:" + BODY, "s")},
            {"x_id": "8", "x_at": "9", "x_sign": make_hmac(b"7:9:" + BODY, "s")},
        ),
    ],
)  # fmt: skip
def test_proof_is_as_described(
    kit: SimpleNamespace,
    plugin: GenericPlugin,
    proof: dict[str, Any],
    good: dict[str, str],
    bad: dict[str, str],
) -> None:
    source = kit.make_source(proof=proof | {"secrets": ["s"]})
    plugin.verify(request(kit, **good), source)
    for headers in (bad, {}, *({key: value for key, value in good.items() if key != name} for name in good)):
        with pytest.raises(NotAuthentic, match="acme-desk"):
            plugin.verify(request(kit, **headers), source)


def test_key_is_what_the_description_says(kit: SimpleNamespace, plugin: GenericPlugin) -> None:
    source = kit.make_source(key="delivery.id")
    one, again, other = (
        kit.sign(body, at=kit.NOW + timedelta(seconds=n))
        for n, body in enumerate((
            b'{"delivery": {"id": "d-1", "try": 1}}',
            b'{"delivery": {"id": "d-1", "try": 2}}',
            b'{"delivery": {"id": "d-2", "try": 1}}',
        ))
    )  # fmt: skip
    assert plugin.key_of(one, source) == plugin.key_of(again, source) != plugin.key_of(other, source)
    assert plugin.key(one) != plugin.key(again)


def test_body_is_the_key_where_the_described_one_is_missing(
    kit: SimpleNamespace, plugin: GenericPlugin
) -> None:
    source = kit.make_source(key="delivery.id")
    for body in (b"{}", b"no json", b"[]", b'{"delivery": {"id": null}}', b'{"delivery": {"id": ""}}'):
        assert plugin.key_of(kit.sign(body), source) == plugin.key(kit.sign(body))
