"""Who may knock: a signature of sha256 or better, a token of a rule, a token in the address."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from complaint_gift.plugin import NotAuthentic, Request
from complaint_gift.signing import make_hmac
from complaint_gift_jira.proof import verify

BODY = b'{"webhookEvent": "comment_created", "timestamp": 1769850000000}'


def refuses(request: Request, source: Any, words: str) -> None:
    with pytest.raises(NotAuthentic, match=words):
        verify(request, source)


def test_vector_that_atlassian_publishes_is_accepted(kit: Any) -> None:
    value = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    source = kit.make_source(signing_secrets=["It's a Secret to Everybody"])
    request = Request("POST", "/", {"x-hub-signature": (value,)}, b"Hello World!", kit.NOW)
    verify(request, source)
    refuses(replace(request, body=b"Hello World"), source, "fits none")


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_strong_methods_are_accepted(kit: Any, digest: str) -> None:
    verify(kit.sign(BODY, digest=digest), kit.make_source())


@pytest.mark.parametrize(
    "digest", ["sha1", "md5", "sha224", "sha3_256", "blake2s", "shake_128", "", "SHA256"]
)
def test_other_methods_are_refused_although_the_value_fits(kit: Any, digest: str) -> None:
    made = make_hmac(BODY, kit.SECRET, digest=digest if digest in ("sha1", "md5", "sha224") else "sha256")
    request = replace(kit.sign(BODY), headers={"x-hub-signature": (f"{digest}={made}",)})
    refuses(request, kit.make_source(), "another method")


def test_header_of_github_is_no_proof(kit: Any) -> None:
    signed = kit.sign(BODY)
    headers = {"x-hub-signature-256": signed.headers["x-hub-signature"]}
    refuses(replace(signed, headers=headers), kit.make_source(), "neither")


def test_wrong_signature_is_not_mended_by_a_right_token(kit: Any) -> None:
    source = kit.make_source(header_tokens=[kit.TOKEN], url_tokens=[kit.TOKEN])
    signed = kit.sign(BODY, "another secret")
    headers = signed.headers | {"x-complaint-gift-token": (kit.TOKEN,)}
    refuses(replace(signed, headers=headers, query={"token": kit.TOKEN}), source, "fits none")


@pytest.mark.parametrize("where", ["header", "query"])
def test_token_counts_only_where_one_is_configured(kit: Any, where: str) -> None:
    blank = replace(kit.sign(BODY), headers={})
    request = (
        replace(blank, headers={"x-complaint-gift-token": (kit.TOKEN,)})
        if where == "header"
        else replace(blank, query={"token": kit.TOKEN})
    )
    key = "header_tokens" if where == "header" else "url_tokens"
    verify(request, kit.make_source(**{key: [kit.TOKEN]}))
    refuses(request, kit.make_source(**{key: [kit.TOKEN + "x"]}), "none of the configured")
    refuses(request, kit.make_source(), f"no {key}")


def test_signature_needs_a_secret_that_is_not_blank(kit: Any) -> None:
    source = kit.make_source(signing_secrets=None, header_tokens=[kit.TOKEN])
    refuses(kit.sign(BODY, ""), source, "no signing_secrets")


@pytest.mark.parametrize("hours", [-25, 25, 24 * 365])
def test_old_and_future_requests_are_refused(kit: Any, hours: int) -> None:
    late = replace(kit.sign(BODY), received_at=kit.NOW + timedelta(hours=hours))
    refuses(late, kit.make_source(), "24 hours away")


@pytest.mark.parametrize("hours", [-23, 0, 23])
def test_late_retries_are_accepted(kit: Any, hours: int) -> None:
    verify(replace(kit.sign(BODY), received_at=kit.NOW + timedelta(hours=hours)), kit.make_source())


@pytest.mark.parametrize(
    "stamp", ["1e400", "null", '"x"', "true", "1769850000000.5", "-1" + "0" * 30, "9" * 40]
)
def test_strange_moments_end_typed(kit: Any, stamp: str) -> None:
    body = b'{"timestamp": %s}' % stamp.encode()
    request, source = kit.sign(body), kit.make_source()
    if len(stamp) > 20:
        refuses(request, source, "24 hours away")
    else:
        verify(request, source)


def test_key_is_the_body_whatever_the_headers_say(kit: Any) -> None:
    from complaint_gift_jira import JiraPlugin

    plugin, first = JiraPlugin(), kit.sign(BODY)
    retried = replace(first, headers=first.headers | {"x-atlassian-webhook-retry": ("1",)})
    other = kit.sign(BODY)
    assert plugin.key(first) == plugin.key(retried) == plugin.key(other)
    assert plugin.key(first) != plugin.key(kit.sign(BODY + b" "))
    assert {"x-atlassian-webhook-identifier", "x-atlassian-webhook-retry"} <= plugin.kept_headers
