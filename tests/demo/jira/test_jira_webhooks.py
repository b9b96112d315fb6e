"""The webhooks of the stand-in Jira: signed, thin, tried again, twice and out of order if asked."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from jira_site import Caller, make_admin, open_request, say

from complaint_gift.demo.standin_jira import comments, issues
from complaint_gift.demo.standin_jira.hooks import add_webhook
from complaint_gift.demo.standin_jira.memory import Act, issue_of
from complaint_gift.demo.standin_jira.sender import sign

HOOKS = "/rest/webhooks/1.0/webhook"
THIN = {"summary", "issuetype", "project", "assignee", "priority", "status"}


def deliver(app: Flask, clock: Any = None, seconds: float = 0.0) -> int:
    if clock is not None:
        clock.now += seconds
    return int(app.extensions["sender"].deliver_due())


def told(receiver: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in receiver.got]


def test_signature_is_that_of_the_published_example() -> None:
    wanted = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert sign("It's a Secret to Everybody", b"Hello World!") == wanted


@pytest.mark.needs_shared
def test_signature_agrees_with_all_vectors(shared: Any) -> None:
    for vector in json.loads((shared / "fixtures/jira/signature_vectors.json").read_text("utf-8")):
        assert sign(vector["secret"], vector["payload"].encode()) == vector["value"], vector["name"]


def test_comment_is_told_thin_and_signed(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str
) -> None:
    secret = subscribe()
    say(app, request_key, app.extensions["cast"].customer, "Нахамили\nи не извинились")
    assert deliver(app) == 1
    headers, raw = receiver.got[0]
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature"] == f"sha256={digest}"
    assert headers["X-Atlassian-Webhook-Flow"] == "Primary"
    assert "X-Atlassian-Webhook-Retry" not in headers
    body = json.loads(raw)
    assert (body["webhookEvent"], "user" in body) == ("comment_created", False)
    assert body["comment"]["body"] == "Нахамили\nи не извинились"
    assert (body["comment"]["jsdPublic"], body["comment"]["author"]["accountType"]) == (True, "customer")
    assert set(body["issue"]["fields"]) == THIN
    assert body["issue"]["fields"]["project"]["projectTypeKey"] == "service_desk"


def test_data_center_tells_a_comment_twice_and_without_issue(data_center: Flask, receiver: Any) -> None:
    key = open_request(data_center)
    with data_center.extensions["desk"].transaction() as records:
        wish = {"name": "x", "url": receiver.url, "events": ["jira:issue_updated", "comment_created"]}
        add_webhook(records, wish, data_center.extensions["cast"].bot)
    say(data_center, key, data_center.extensions["cast"].agent, "Спасибо")
    assert deliver(data_center) == 2
    found = {body["webhookEvent"]: body for body in told(receiver)}
    inside, alone = found["jira:issue_updated"], found["comment_created"]
    assert inside["comment"] == alone["comment"]
    assert (inside["issue_event_type_name"], "issue" in alone) == ("issue_commented", False)
    assert inside["issue"]["id"] in alone["comment"]["self"]
    assert all("X-Hub-Signature" not in headers for headers, _ in receiver.got)


def test_edit_tells_what_changed(
    app: Flask, receiver: Any, subscribe: Callable[..., str], call: Caller, request_key: str
) -> None:
    subscribe()
    call("PUT", f"/rest/api/3/issue/{request_key}", {"update": {"labels": [{"add": "complaint"}]}})
    call("PUT", f"/rest/api/3/issue/{request_key}", {"update": {"labels": [{"add": "complaint"}]}})
    deliver(app)
    (body,) = told(receiver)
    (item,) = body["changelog"]["items"]
    assert (item["field"], item["fromString"], item["toString"]) == ("labels", "", "complaint")
    assert "comment" not in body["issue"]["fields"]
    assert body["user"]["accountId"] == app.extensions["cast"].bot


def test_edited_and_deleted_comments_are_told(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str
) -> None:
    subscribe()
    agent = app.extensions["cast"].agent
    comment = say(app, request_key, agent, "Сами виноваты")
    with app.extensions["desk"].transaction() as records:
        issue = issue_of(records, request_key)
        after = comments.edit_comment(records, Act(agent), issue, comment, {"public": False})
        comments.delete_comment(records, Act(agent), issue, after)
        issues.delete_issue(records, Act(agent), issue)
    deliver(app)
    assert [body["webhookEvent"] for body in told(receiver)] == [
        "comment_created",
        "comment_updated",
        "comment_deleted",
    ]
    assert [body["comment"]["jsdPublic"] for body in told(receiver)] == [True, False, False]


@pytest.mark.parametrize("code", [408, 409, 425, 429, 500, 503])
def test_refusal_for_now_is_tried_again_with_the_same_identifier(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str, clock: Any, code: int
) -> None:
    subscribe()
    say(app, request_key, app.extensions["cast"].customer, "Холодно")
    receiver.answers = [(code, {})]
    deliver(app)
    assert deliver(app) == 0, "not before its time"
    deliver(app, clock, 60)
    first, second = (headers for headers, _ in receiver.got)
    assert first["X-Atlassian-Webhook-Identifier"] == second["X-Atlassian-Webhook-Identifier"]
    assert second["X-Atlassian-Webhook-Retry"] == "1"
    assert deliver(app, clock, 3600) == 0


@pytest.mark.parametrize("code", [400, 401, 404, 413])
def test_refusal_for_good_is_not_tried_again(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str, clock: Any, code: int
) -> None:
    subscribe()
    say(app, request_key, app.extensions["cast"].customer, "Холодно")
    receiver.answers = [(code, {})]
    assert deliver(app) == 1
    assert deliver(app, clock, 3600) == 0


def test_it_gives_up_after_five_more_attempts(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str, clock: Any
) -> None:
    subscribe()
    say(app, request_key, app.extensions["cast"].customer, "Холодно")
    receiver.answers = [(503, {})] * 20
    assert sum(deliver(app, clock, 600) for _ in range(20)) == 6


def test_duplicate_is_the_same_delivery_once_more(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str, clock: Any
) -> None:
    subscribe()
    app.extensions["desk"].set_faults(duplicate=1.0)
    say(app, request_key, app.extensions["cast"].customer, "Холодно")
    assert sum(deliver(app, clock, 60) for _ in range(4)) == 2
    (one, body), (two, again) = receiver.got
    assert body == again
    assert one["X-Atlassian-Webhook-Identifier"] == two["X-Atlassian-Webhook-Identifier"]


def test_shuffled_deliveries_come_in_another_order(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str, clock: Any
) -> None:
    subscribe()
    app.extensions["desk"].set_faults(shuffle=60.0)
    said = [str(number) for number in range(20)]
    for words in said:
        say(app, request_key, app.extensions["cast"].customer, words)
    for _ in range(61):
        deliver(app, clock, 1)
    heard = [body["comment"]["body"] for body in told(receiver)]
    assert sorted(heard) == sorted(said)
    assert heard != said


def test_webhook_asks_for_events_and_projects(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str
) -> None:
    subscribe(events=["comment_deleted"])
    subscribe(filters={"issue-related-events-section": "project = OTHER"})
    subscribe(filters={"issue-related-events-section": "project in (CARE)"}, events=["comment_created"])
    say(app, request_key, app.extensions["cast"].customer, "Холодно")
    assert deliver(app) == 1


def test_webhook_that_excludes_the_body_sends_none(
    app: Flask, receiver: Any, subscribe: Callable[..., str], request_key: str
) -> None:
    secret = subscribe(excludeBody=True)
    say(app, request_key, app.extensions["cast"].customer, "Холодно")
    deliver(app)
    headers, raw = receiver.got[0]
    assert (raw, headers["X-Hub-Signature"]) == (b"", sign(secret, b""))


def test_only_administrators_manage_webhooks_and_no_secret_is_shown(app: Flask, call: Caller) -> None:
    wish = {"name": "x", "url": "https://cg.example.com/h", "events": ["comment_created"], "secret": "hidden"}
    assert call("POST", HOOKS, wish).status_code == 403
    make_admin(app)
    made = call("POST", HOOKS, wish)
    assert (made.status_code, made.json["isSigned"], "hidden" in made.text) == (201, True, False)
    assert (
        call("PUT", f"{HOOKS}/1", {k: v for k, v in wish.items() if k != "secret"}).json["isSigned"] is True
    )
    assert call("POST", HOOKS, wish | {"events": ["comment_read"]}).status_code == 400
    assert call("POST", HOOKS, wish | {"mood": "x"}).status_code == 400
    assert call("DELETE", f"{HOOKS}/1").status_code == 204
    assert call("GET", HOOKS).json == []
