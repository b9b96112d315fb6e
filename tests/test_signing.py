"""Proofs of origin: accept exactly the right one, refuse anything else with one sentence."""

import base64
import hashlib
import hmac
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_gift.plugin import NotAuthentic
from complaint_gift.signing import (
    check_api_key,
    check_basic,
    check_bearer,
    check_hmac,
    check_moment,
    make_hmac,
)

BODY = '{"text": "Где мой заказ? 😡"}'.encode()
NOW = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
SCHEMES: Any = [{"encoding": "base64"}, {"encoding": "hex"}, {"encoding": "hex", "prefix": "sha256="}]
anything = st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.floats(), st.lists(st.text()))


def refused(check: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(NotAuthentic) as caught:
        check(*args, source="desk", **named)
    sentence = str(caught.value)
    assert sentence.startswith("desk: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_hmac_agrees_with_the_standard_library() -> None:
    made = hmac.new(b"key", BODY, hashlib.sha256)
    assert make_hmac(BODY, "key") == made.hexdigest()
    assert make_hmac(BODY, b"key", encoding="base64") == base64.b64encode(made.digest()).decode()
    assert make_hmac(BODY, "key", digest="sha1", prefix="sha1=") == (
        "sha1=" + hmac.new(b"key", BODY, hashlib.sha1).hexdigest()
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("secrets", [["new"], ["new", "old"], ["old", "new"], [b"new"]])
def test_hmac_accepts_each_secret_of_a_rotation(scheme: Any, secrets: list[str]) -> None:
    check_hmac(make_hmac(BODY, "new", **scheme), BODY, secrets, source="desk", **scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_hmac_refuses_every_flipped_bit_of_the_signature(scheme: Any) -> None:
    good = make_hmac(BODY, "key", **scheme)
    for place in range(len(good)):
        for bit in range(8):
            spoiled = good[:place] + chr(ord(good[place]) ^ (1 << bit)) + good[place + 1 :]
            refused(check_hmac, spoiled, BODY, ["key"], **scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_hmac_refuses_every_flipped_byte_of_the_body(scheme: Any) -> None:
    good, chance = make_hmac(BODY, "key", **scheme), random.Random(1)
    for place in range(len(BODY)):
        spoiled = bytearray(BODY)
        spoiled[place] ^= 1 << chance.randrange(8)
        refused(check_hmac, good, bytes(spoiled), ["key"], **scheme)


def test_hmac_refuses_other_spellings_of_the_same_bytes() -> None:
    plain = make_hmac(BODY, "key")
    for spelling in (plain.upper(), " " + plain, plain + "\n", plain + "\x00", "0x" + plain):
        refused(check_hmac, spelling, BODY, ["key"])
    encoded = make_hmac(BODY, "key", encoding="base64")
    loose = encoded[:-2] + chr(ord(encoded[-2]) + 1) + "="
    assert base64.b64decode(loose) == base64.b64decode(encoded)
    for spelling in (loose, encoded.rstrip("="), encoded + "=", plain):
        refused(check_hmac, spelling, BODY, ["key"], encoding="base64")


def test_hmac_uses_a_secret_as_text_and_never_decodes_it() -> None:
    secret = base64.b64encode(b"0123456789abcdef").decode()
    decoded = make_hmac(BODY, base64.b64decode(secret))
    refused(check_hmac, decoded, BODY, [secret])


@pytest.mark.parametrize("secrets", [[], [""], ["", "  "], [b""]])
def test_empty_secrets_let_nobody_in(secrets: list[str]) -> None:
    for secret in ["", "  ", *secrets]:
        assert "no secret" in refused(check_hmac, make_hmac(BODY, secret), BODY, secrets)
    assert "no secret" in refused(check_bearer, "Bearer x", secrets)
    refused(check_api_key, "x", secrets)
    refused(check_basic, "Basic " + base64.b64encode(b"user:").decode(), [("user", "")])


def test_sentences_hold_neither_secret_nor_proof() -> None:
    for check, proof in [(check_hmac, "g1ven"), (check_api_key, "g1ven"), (check_bearer, "Bearer g1ven")]:
        args = (proof, BODY, ["s3cret"]) if check is check_hmac else (proof, ["s3cret"])
        sentence = refused(check, *args)
        assert "g1ven" not in sentence
        assert "s3cret" not in sentence


@given(anything)
def test_any_garbage_is_not_authentic(garbage: Any) -> None:
    refused(check_hmac, garbage, BODY, ["key"], encoding="base64")
    refused(check_bearer, garbage, ["key"])
    refused(check_api_key, garbage, ["a key that is not garbage"])
    refused(check_basic, garbage, [("user", "password")])
    refused(check_moment, garbage, NOW, 300)
    refused(check_moment, garbage, NOW, 300, form="unix")


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Basic key", "key", "Bearer  key", "Bearer key ", "\udcff"]
)
def test_bearer_refuses_anything_but_scheme_and_token(value: str) -> None:
    refused(check_bearer, value, ["key"])


def test_bearer_api_key_and_basic_accept_what_is_configured() -> None:
    check_bearer("bearer ключ", ["old", "ключ"], source="desk")
    check_api_key("ключ", ["old", "ключ"], source="desk")
    login = base64.b64encode("оля:p:w".encode()).decode()
    check_basic(f"Basic {login}", [("other", "x"), ("оля", "p:w")], source="desk")


@pytest.mark.parametrize(
    "value", ["Basic", "Basic ###", "Basic dXNlcg==", "Basic dXNlcjpubw==", "Bearer dXNlcjpwdw=="]
)
def test_basic_refuses_anything_but_the_login(value: str) -> None:
    refused(check_basic, value, [("user", "pw")])


@pytest.mark.parametrize("seconds", [0, 299, 300, -299, -300])
def test_moment_inside_the_window_is_accepted(seconds: int) -> None:
    moment = NOW - timedelta(seconds=seconds)
    check_moment(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), NOW, 300, source="desk")
    check_moment(str(int(moment.timestamp())), NOW, 300, source="desk", form="unix")


@pytest.mark.parametrize(("seconds", "side"), [(301, "old"), (-301, "early"), (86_400, "old")])
def test_moment_outside_the_window_is_refused(seconds: int, side: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    assert side in refused(check_moment, moment.strftime("%Y-%m-%dT%H:%M:%SZ"), NOW, 300)
    assert side in refused(check_moment, str(int(moment.timestamp())), NOW, 300, form="unix")


@pytest.mark.parametrize(
    "value",
    ["", "now", "2026-01-31", "2026-01-31T09:00:00", "2026-01-31T09:00:00+00:00", "2026-13-31T09:00:00Z",
     "2026-01-31T09:00:60Z", "2026-01-31T09:00:00Z\n", " 2026-01-31T09:00:00Z", "٢٠٢٦-01-31T09:00:00Z",
     "-1", "1e20", "NaN", "99999999999999999999", "0000-01-31T09:00:00Z"],
)  # fmt: skip
def test_moment_that_cannot_be_read_is_refused(value: str) -> None:
    refused(check_moment, value, NOW, 300)
    refused(check_moment, value, NOW, 300, form="unix")
