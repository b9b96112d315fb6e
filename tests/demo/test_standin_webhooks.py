"""The stand-in's webhooks: their life over REST, their signature, what is retried and what is lost."""

import json
from typing import Any

import pytest
import requests
from flask import Flask

from complaint_gift.demo.standin import tickets
from complaint_gift.demo.standin.sender import Breaker, Sender, sign


def test_webhook_life_from_creation_to_removal(call: Any, subscribe: Any) -> None:
    number = subscribe()
    shown = call("GET", f"/webhooks/{number}").json["webhook"]
    assert len(number) == 26
    assert "_secret" not in shown
    secret = call("GET", f"/webhooks/{number}/signing_secret").json["signing_secret"]
    assert secret["algorithm"] == "SHA256"
    renewed = call("POST", f"/webhooks/{number}/signing_secret").json["signing_secret"]
    assert renewed["secret"] != secret["secret"]
    assert call("PATCH", f"/webhooks/{number}", {"webhook": {"status": "inactive"}}).status_code == 204
    found = call("GET", "/webhooks?filter[name_contains]=OUR").json["webhooks"]
    assert [w["status"] for w in found] == ["inactive"]
    assert call("DELETE", f"/webhooks/{number}").status_code == 204
    assert call("GET", f"/webhooks/{number}").json["errors"][0]["code"] == "WebhookNotFound"


@pytest.mark.parametrize(
    "change",
    [
        {"subscriptions": ["zen:event-type:ticket.updated"]},
        {"http_method": "GET"},
        {"endpoint": "example.com"},
        {"colour": "red"},
        {"name": ""},
        {"subscriptions": ["conditional_ticket_events", "zen:event-type:ticket.created"]},
    ],
)
def test_webhook_of_unknown_shape_is_refused(call: Any, change: dict[str, object]) -> None:
    wish = {
        "name": "n", "endpoint": "https://example.com", "http_method": "POST", "request_format": "json",
        "status": "active", "subscriptions": ["zen:event-type:ticket.created"],
    }  # fmt: skip
    answer = call("POST", "/webhooks", {"webhook": wish | change})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "InvalidInput")


def test_webhook_secret_of_authentication_is_never_shown(call: Any) -> None:
    login = {"type": "basic_auth", "add_position": "header", "data": {"username": "u", "password": "p"}}
    wish = {
        "name": "n",
        "endpoint": "https://e.com",
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
    }
    answer = call("POST", "/webhooks", {"webhook": wish | {"status": "active", "authentication": login}}).json
    assert answer["webhook"]["authentication"]["data"] == {"username": "u"}


# From Zendesk's older documentation page, whose scheme (body + timestamp) is no longer used.
VECTOR = ("HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=", "2021-07-25T10:00:00Z", b'{"say": "hello"}')


def test_signature_is_timestamp_then_body() -> None:
    assert sign(*VECTOR) == "Rry/4TtIdFyawtXXp8QdI6tlAUUQ/5kL1OTp5qo/ZIk="
    assert sign(*VECTOR) != "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw="


def test_delivery_is_signed_and_shaped_as_recorded(
    app: Flask, call: Any, ticket: int, receiver: Any, subscribe: Any
) -> None:
    number = subscribe()
    secret = call("GET", f"/webhooks/{number}/signing_secret").json["signing_secret"]["secret"]
    call(
        "PUT",
        f"/tickets/{ticket}",
        {"ticket": {"comment": {"body": "Привет 👋", "public": True}, "priority": "high"}},
    )
    assert app.extensions["sender"].deliver_due() == 1
    headers, body = receiver.got[0]
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(secret, timestamp, body)
    assert headers["User-Agent"] == "Zendesk Webhook"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["X-Zendesk-Webhook-Id"] == number
    event = json.loads(body)
    assert headers["X-Zendesk-Account-Id"] == str(event["account_id"])
    assert event["type"] == "zen:event-type:ticket.comment_added"
    assert event["detail"]["id"] == str(ticket)
    assert event["detail"]["priority"] == "HIGH"
    assert event["event"]["comment"]["body"] == "Привет 👋"
    assert event["event"]["comment"]["author"]["is_staff"] is True
    assert event["subject"] == f"zen:ticket:{ticket}"


@pytest.mark.parametrize(
    ("answers", "attempts", "ends"),
    [
        ([(500, {})], 1, "terminated"),
        ([(404, {})], 1, "terminated"),
        ([(409, {})] * 9, 4, "terminated"),
        ([(409, {}), (200, {})], 2, "success"),
        ([(503, {})], 1, "terminated"),
        ([(503, {"Retry-After": "90"})], 1, "terminated"),
        ([(429, {"Retry-After": "30"}), (202, {})], 2, "success"),
    ],
)
def test_only_what_the_vendor_retries_is_retried(
    app: Flask, call: Any, ticket: int, receiver: Any, clock: Any, subscribe: Any,
    answers: list[tuple[int, dict[str, str]]], attempts: int, ends: str,
) -> None:  # fmt: skip
    number = subscribe()
    receiver.answers = list(answers)
    call("PUT", f"/tickets/{ticket}/tags", {"tags": ["x"]})
    for _ in range(12):
        app.extensions["sender"].deliver_due()
        clock.now += 59
    assert len(receiver.got) == attempts
    seen = call("GET", f"/webhooks/{number}/invocations").json["invocations"]
    assert [i["status"] for i in seen] == [ends]
    one = f"/webhooks/{number}/invocations/{seen[0]['id']}/attempts"
    assert len(call("GET", one).json["attempts"]) == attempts
    assert len({h["X-Zendesk-Webhook-Invocation-Id"] for h, _ in receiver.got}) == 1


def test_timeout_is_retried_five_times(
    app: Flask, call: Any, ticket: int, clock: Any, subscribe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = subscribe("ticket.tags_changed")
    tried = []

    def time_out(*_: object, **__: object) -> None:
        tried.append(1)
        raise requests.Timeout

    monkeypatch.setattr(requests.Session, "post", time_out)
    call("PUT", f"/tickets/{ticket}/tags", {"tags": ["x"]})
    for _ in range(9):
        app.extensions["sender"].deliver_due()
        clock.now += 100
    assert len(tried) == 6
    seen = call("GET", f"/webhooks/{number}/invocations").json["invocations"]
    assert [i["status"] for i in seen] == ["terminated"]


def test_breaker_opens_after_many_failures(
    app: Flask, call: Any, ticket: int, clock: Any, receiver: Any, subscribe: Any
) -> None:
    number = subscribe("ticket.tags_changed")
    sender = Sender(app.extensions["desk"], breaker=Breaker(least=3))
    receiver.answers = [(403, {})] * 3
    for tag in "abcd":
        call("PUT", f"/tickets/{ticket}/tags", {"tags": [tag]})
        sender.deliver_due()
        clock.now += 1
    states = [i["status"] for i in call("GET", f"/webhooks/{number}/invocations").json["invocations"]]
    assert sorted(states) == ["circuit broken", "terminated", "terminated", "terminated"]
    clock.now += 6
    call("PUT", f"/tickets/{ticket}/tags", {"tags": ["e"]})
    sender.deliver_due()
    assert len(receiver.got) == 4


def test_lifecycle_events_reach_subscribers(
    app: Flask, call: Any, ticket: int, receiver: Any, subscribe: Any
) -> None:
    names = ("csat_received", "merged", "comment_redacted", "comment_made_private", "soft_deleted")
    subscribe(*(f"ticket.{name}" for name in names))
    desk, cast = app.extensions["desk"], app.extensions["cast"]
    other = call("POST", "/tickets", {"ticket": {"subject": "s", "comment": {"body": "b"}}}).json["ticket"][
        "id"
    ]
    comment = call("GET", f"/tickets/{ticket}/comments").json["comments"][0]["id"]
    with desk.transaction() as records:
        tickets.rate_ticket(records, tickets.Act(desk.account, cast.customer), ticket, "bad", "cold")
    call("PUT", f"/tickets/{ticket}/comments/{comment}/make_private")
    redact = {"ticket_id": ticket, "html_body": "It was <redact>cold</redact>."}
    assert (
        call("PUT", f"/comment_redactions/{comment}", redact).json["comment"]["plain_body"] == "It was ▇▇▇▇."
    )
    call("POST", f"/tickets/{other}/merge", {"ids": [ticket]})
    call("DELETE", f"/tickets/{other}")
    app.extensions["sender"].deliver_due()
    got = {json.loads(body)["type"].rpartition(".")[2] for _, body in receiver.got}
    assert got == set(names)
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["status"] == "closed"


def test_failed_transaction_leaves_nothing(
    app: Flask, call: Any, ticket: int, receiver: Any, subscribe: Any
) -> None:
    subscribe()
    wish = {"comment": {"body": "x", "author_id": 1, "public": False}, "tags": ["new"]}
    assert call("PUT", f"/tickets/{ticket}", {"ticket": wish}).status_code == 422
    assert app.extensions["sender"].deliver_due() == 0
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["tags"] == []
