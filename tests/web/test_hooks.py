"""Webhooks: proven, on the disk, answered as the vendor likes it, whatever else is down."""

import os

import pytest
from flask.testing import FlaskClient

from complaint_gift.runtime import Parts
from complaint_gift.web.hooks import LARGEST_HOOK

PATH = "/hooks/notes-main"
RIGHT = {"X-Signature": "right"}


def stored(parts: Parts) -> list[tuple[str, str]]:
    return [(row.key, row.state.value) for row in parts.service.deliveries()]


def test_authentic_delivery_is_stored_and_accepted_though_redis_is_down(client, parts: Parts) -> None:
    answer = client.post(PATH, data=b"\x00\xff raw", headers=RIGHT)
    assert (answer.status_code, answer.data) == (202, b"")
    assert len(stored(parts)) == 1


def test_body_is_kept_byte_for_byte(client: FlaskClient, parts: Parts) -> None:
    body = '{"b": 1,  "a": "\\u00e9 ё"}\r\n'.encode()
    client.post(PATH, data=body, headers=RIGHT | {"Content-Type": "application/json", "X-Kept": "yes"})
    (row,) = parts.service.deliveries()
    with parts.store.transaction() as rows:
        claimed = rows.claim_delivery(row.id, 10**14, 10**14 + 1000)
    assert claimed is not None
    assert claimed.delivery.body == body
    assert claimed.delivery.headers == {"x-kept": "yes"}


def test_form_body_reaches_the_plugin_unread(client: FlaskClient, parts: Parts) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(PATH, data=b"a=1&b=2", headers=RIGHT | kind).status_code == 202
    assert stored(parts) == [("a=1&b=2", "new")]


def test_second_delivery_of_the_same_is_a_duplicate(client: FlaskClient, parts: Parts) -> None:
    codes = [client.post(PATH, data=b"same", headers=RIGHT).status_code for _ in range(3)]
    assert codes == [202, 200, 200]
    assert len(stored(parts)) == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Signature": "wrong"}, {"X-Signature": ""}, [("X-Signature", "right"), ("X-Signature", "right")]],
)
def test_unproven_request_is_refused_without_detail(client: FlaskClient, parts: Parts, headers) -> None:
    answer = client.post(PATH, data=b"x", headers=headers)
    assert (answer.status_code, answer.data) == (401, b"")
    assert stored(parts) == []


def test_unknown_source_is_not_found(client: FlaskClient) -> None:
    assert client.post("/hooks/nobody", data=b"x", headers=RIGHT).status_code == 404
    assert client.get("/hooks/nobody").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_probe_is_answered(client: FlaskClient, method: str) -> None:
    assert client.open(PATH, method=method).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    answer = client.open(PATH, method=method, headers=RIGHT)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_body_over_the_limit_is_too_large(client: FlaskClient, parts: Parts) -> None:
    assert client.post(PATH, data=b"x" * LARGEST_HOOK, headers=RIGHT).status_code == 202
    assert client.post(PATH, data=b"x" * (LARGEST_HOOK + 1), headers=RIGHT).status_code == 413
    assert len(stored(parts)) == 1


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "x"])
def test_encoded_body_is_refused(client: FlaskClient, coding: str) -> None:
    assert client.post(PATH, data=b"x", headers=RIGHT | {"Content-Encoding": coding}).status_code == 415


def test_database_that_is_down_asks_the_vendor_to_come_again(client: FlaskClient, parts: Parts) -> None:
    path = parts.settings.data / "test.sqlite3"
    os.rename(path, path.with_suffix(".away"))
    path.mkdir()
    answer = client.post(PATH, data=b"x", headers=RIGHT)
    assert answer.status_code == 503
    assert 0 < int(answer.headers["Retry-After"]) < 60
