"""The fast lane in front of Flask: the same answers, and whatever is unusual goes on to Flask."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from complaint_gift.runtime import Parts
from complaint_gift.web import lane

PATH = "/hooks/notes-main"
RIGHT = {"X-Signature": "right"}


@pytest.fixture
def in_flask(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that Flask saw."""
    seen: list[str] = []
    dispatch = app.full_dispatch_request

    def note(*args: object, **named: object) -> object:
        from flask import request

        seen.append(request.path)
        return dispatch(*args, **named)

    monkeypatch.setattr(app, "full_dispatch_request", note)
    return seen


def test_plain_delivery_never_reaches_flask(client: FlaskClient, in_flask: list[str]) -> None:
    assert client.post(PATH, data=b"one", headers=RIGHT).status_code == 202
    assert in_flask == []


@pytest.mark.parametrize("headers", [RIGHT, {}])
def test_both_ways_answer_alike(client: FlaskClient, in_flask: list[str], headers: dict[str, str]) -> None:
    fast = client.post(PATH, data=b"fast", headers=headers)
    slow = client.post(f"{PATH}?by=flask", data=b"slow", headers=headers)
    assert in_flask == [PATH]
    assert (fast.status_code, fast.data) == (slow.status_code, slow.data)
    assert sorted(fast.headers) == sorted(slow.headers)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/hooks/nobody", {}),
        (f"{PATH}?token=1", {}),
        (PATH, {"headers": RIGHT | {"Content-Encoding": "gzip"}}),
        (PATH, {"data": b"x" * (lane.LARGEST_HOOK + 1)}),
        (PATH, {"method": "PUT"}),
        (f"{PATH}/", {}),
    ],
)
def test_unusual_request_is_left_to_flask(
    client: FlaskClient, in_flask: list[str], path: str, changes: dict[str, object]
) -> None:
    client.open(path, **{"method": "POST", "data": b"x", "headers": RIGHT} | changes)
    assert len(in_flask) == 1


def test_body_without_a_length_is_left_to_flask(client: FlaskClient, in_flask: list[str]) -> None:
    client.post(PATH, headers=RIGHT, environ_overrides={"CONTENT_LENGTH": ""})
    assert in_flask == [PATH]


def test_sender_who_hangs_up_leaves_no_row(client: FlaskClient, parts: Parts) -> None:
    answer = client.post(PATH, data=b"half", headers=RIGHT, environ_overrides={"CONTENT_LENGTH": "9"})
    assert answer.status_code == 400
    assert list(parts.service.deliveries()) == []


def test_whatever_breaks_is_told_by_flask(
    client: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(parts.service, "receive", fall_over)
    answer = client.post(PATH, data=b"x", headers=RIGHT)
    assert (answer.status_code, answer.json["code"]) == (500, "internal-error")


def test_answers_are_counted_under_the_same_name(client: FlaskClient) -> None:
    before = counted(client)
    client.post(PATH, data=b"counted", headers=RIGHT)
    client.post(f"{PATH}?by=flask", data=b"counted too", headers=RIGHT)
    assert counted(client) == before + 2


def counted(client: FlaskClient) -> float:
    name = 'complaint_gift_requests_total{endpoint="hooks.receive",status="202"}'
    lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(name)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)
