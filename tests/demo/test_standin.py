"""The stand-in helpdesk over REST: its shapes, its refusals, and the faults it makes on purpose."""

import base64
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from serving import serve

from complaint_gift.demo.standin import Account, Desk, Limits, create_app


def test_update_writes_note_with_audit_and_mark(app: Flask, call: Any, ticket: int) -> None:
    wish = {
        "comment": {"body": "For us only", "public": False},
        "priority": "high",
        "metadata": {"cg_action": "7"},
    }
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": wish}).json
    assert answer["ticket"]["priority"] == "high"
    audit = answer["audit"]
    assert audit["metadata"]["custom"] == {"cg_action": "7"}
    assert audit["author_id"] == app.extensions["cast"].bot
    assert [(e["type"], e.get("public"), e.get("field_name")) for e in audit["events"]] == [
        ("Comment", False, None),
        ("Change", None, "priority"),
    ]
    assert call("GET", f"/tickets/{ticket}/audits").json["audits"][-1] == audit


def test_comment_without_public_inherits_from_ticket(call: Any, ticket: int) -> None:
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": {"comment": {"body": "Oops"}}}).json
    assert answer["audit"]["events"][0]["public"] is True


def test_comments_come_with_users_and_plain_body(app: Flask, call: Any, ticket: int) -> None:
    call(
        "PUT",
        f"/tickets/{ticket}",
        {"ticket": {"comment": {"html_body": "<p>Dear&nbsp;you</p><p>bye</p>", "public": True}}},
    )
    answer = call("GET", f"/tickets/{ticket}/comments?include=users&sort=-created_at&page[size]=1").json
    assert answer["comments"][0]["plain_body"] == "Dear\xa0you\n\nbye"
    assert answer["meta"]["has_more"] is True
    assert [u["id"] for u in answer["users"]] == [app.extensions["cast"].bot]
    after = answer["meta"]["after_cursor"]
    rest = call("GET", f"/tickets/{ticket}/comments?sort=-created_at&page[size]=1&page[after]={after}").json
    assert [c["body"] for c in rest["comments"]] == ["It was cold."]
    assert rest["meta"]["has_more"] is False


def test_tags_put_adds_post_replaces_delete_removes(call: Any, ticket: int) -> None:
    path = f"/tickets/{ticket}/tags"
    assert call("POST", path, {"tags": ["b", "A tag"]}).json == {"tags": ["a_tag", "b"]}
    assert call("PUT", path, {"tags": ["c", "b"]}).json == {"tags": ["a_tag", "b", "c"]}
    assert call("DELETE", path, {"tags": ["b"]}).json == {"tags": ["a_tag", "c"]}
    assert call("GET", path).json == {"tags": ["a_tag", "c"]}


@pytest.mark.parametrize("path", ["", "/tags"])
def test_safe_update_refuses_outdated_stamp(call: Any, ticket: int, clock: Any, path: str) -> None:
    stamp = call("GET", f"/tickets/{ticket}").json["ticket"]["updated_at"]
    clock.now += 2
    call("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "low"}})
    safe = {"safe_update": True if not path else "true", "updated_stamp": stamp}
    body = {"ticket": {"priority": "high", **safe}} if not path else {"tags": ["x"], **safe}
    answer = call("PUT", f"/tickets/{ticket}{path}", body)
    assert (answer.status_code, answer.json["error"]) == (409, "UpdateConflict")
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["priority"] == "low"


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "error"),
    [
        ("GET", "/tickets/1", None, 404, "RecordNotFound"),
        ("GET", "/nothing", None, 404, "InvalidEndpoint"),
        ("PUT", "/tickets/{}", {"priority": "high"}, 400, "Invalid attribute"),
        ("PUT", "/tickets/{}", {"ticket": {"priority": "P1"}}, 422, "RecordInvalid"),
        ("PUT", "/tickets/{}", {"ticket": {"group_id": 5}}, 422, "RecordInvalid"),
        ("PUT", "/tickets/{}", {"ticket": {"comment": {"body": " "}}}, 422, "RecordInvalid"),
        ("PUT", "/tickets/{}/tags", {"tags": "x"}, 400, "Invalid attribute"),
        ("GET", "/incremental/tickets/cursor?start_time=soon", None, 400, "InvalidValue"),
        ("GET", "/incremental/tickets/cursor?start_time=1799999990", None, 422, "StartTimeTooRecent"),
        ("GET", "/tickets?page[size]=1000", None, 400, "InvalidPaginationParameter"),
    ],
)
def test_unknown_shapes_are_refused_with_vendor_bodies(
    call: Any, ticket: int, method: str, path: str, body: object, code: int, error: str
) -> None:
    answer = call(method, path.format(ticket), body)
    said = answer.json["error"]
    assert (answer.status_code, said if isinstance(said, str) else said["title"]) == (code, error)


def test_unreadable_json_is_refused(call: Any, ticket: int) -> None:
    answer = call.client.put(
        f"/api/v2/tickets/{ticket}", data=b"{nope", content_type="application/json", headers=call.headers
    )
    assert (answer.status_code, answer.json["error"]) == (422, "Unprocessable Entity")


def test_unknown_keys_are_named_in_warning_header(call: Any, ticket: int) -> None:
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": {"id": 9, "additional_tags": ["x"]}})
    assert (
        ':unpermitted_keys=>["ticket.id", "ticket.additional_tags"]' in answer.headers["x-zendesk-api-warn"]
    )
    assert answer.json["ticket"]["tags"] == []


def test_closed_ticket_is_immutable(call: Any, ticket: int) -> None:
    call("PUT", f"/tickets/{ticket}", {"ticket": {"status": "closed"}})
    for path, body in [("", {"ticket": {"priority": "low"}}), ("/tags", {"tags": ["x"]})]:
        answer = call("PUT", f"/tickets/{ticket}{path}", body)
        assert answer.status_code == 422
        assert "closed prevents" in json.dumps(answer.json)


def test_idempotency_key_creates_once(call: Any) -> None:
    wish, key = {"ticket": {"subject": "Once", "comment": {"body": "x"}}}, {"Idempotency-Key": "k"}
    first = call("POST", "/tickets", wish, **key)
    again = call("POST", "/tickets", wish, **key)
    assert first.json["ticket"]["id"] == again.json["ticket"]["id"]
    assert again.headers["x-idempotency-lookup"] == "hit"
    other = call(
        "POST",
        "/tickets",
        {"ticket": {"subject": "Two", "comment": {"body": "x"}}},
        **{"Idempotency-Key": "k"},
    )
    assert (other.status_code, other.json["error"]) == (400, "IdempotentRequestError")


def test_access_needs_credentials_scope_and_time(app: Flask, enter: Any, ticket: int, clock: Any) -> None:
    client = app.test_client()
    assert client.get("/api/v2/tickets/count").status_code == 401
    assert client.get("/api/v2/users/me").json["user"]["name"] == "Anonymous user"
    wrong = {"grant_type": "client_credentials", "client_id": "complaint-gift", "client_secret": "no"}
    assert client.post("/oauth/tokens", json=wrong).json["error"] == "invalid_client"
    reader = enter("tickets:read")
    assert reader("GET", f"/tickets/{ticket}").status_code == 200
    assert reader("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "low"}}).status_code == 403
    assert reader("GET", "/webhooks").status_code == 403
    assert enter("tickets:read nonsense:read")("GET", f"/tickets/{ticket}").status_code == 403
    clock.now += 7201
    assert reader("GET", f"/tickets/{ticket}").json["error"] == "invalid_token"


def test_legacy_token_still_opens(tmp_path: Path) -> None:
    app = create_app(tmp_path / "s.sqlite3", deliver=False, api_tokens=frozenset({"T"}))
    login = base64.b64encode(b"bot@example.com/token:T").decode()
    answer = app.test_client().get("/api/v2/users/me", headers={"Authorization": f"Basic {login}"})
    assert answer.json["user"]["id"] == app.extensions["cast"].bot


def test_limits_answer_429_and_tell_how_long(app: Flask, call: Any, ticket: int, clock: Any) -> None:
    app.extensions["desk"].limits = Limits(per_ticket=2)
    number = ticket
    ok = call("PUT", f"/tickets/{number}", {"ticket": {"priority": "low"}})
    assert ok.headers["zendesk-ratelimit-per-ticket-updates"].startswith("total=2; remaining=1")
    assert ok.headers["x-rate-limit"] == "700"
    call("PUT", f"/tickets/{number}", {"ticket": {"priority": "high"}})
    answer = call("PUT", f"/tickets/{number}", {"ticket": {"priority": "urgent"}})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 601
    assert call("GET", f"/tickets/{number}").json["ticket"]["priority"] == "high"
    clock.now += 601
    assert call("PUT", f"/tickets/{number}", {"ticket": {"priority": "urgent"}}).status_code == 200


def test_export_misses_newest_minute_and_goes_on_by_cursor(call: Any, ticket: int, clock: Any) -> None:
    start = f"/incremental/tickets/cursor?start_time={int(clock.now) - 100}"
    assert call("GET", start).json["tickets"] == []
    clock.now += 61
    page = call("GET", start).json
    assert [t["id"] for t in page["tickets"]] == [ticket]
    assert page["end_of_stream"] is True
    cursor = f"/incremental/tickets/cursor?cursor={page['after_cursor']}"
    assert call("GET", cursor).json["tickets"] == []
    call("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "low"}})
    clock.now += 61
    assert [t["id"] for t in call("GET", cursor).json["tickets"]] == [ticket]


def test_drop_fault_commits_and_hides_the_answer(app: Flask, call: Any, ticket: int) -> None:
    app.extensions["desk"].set_faults(drop=1.0)
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "urgent"}})
    assert answer.headers["X-Standin-Fault"] == "dropped"
    app.extensions["desk"].set_faults(drop=0.0)
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["priority"] == "urgent"


def test_drop_fault_closes_a_real_connection(app: Flask, call: Any) -> None:
    app.extensions["desk"].set_faults(drop=1.0)
    with serve(app) as url, pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/api/v2/tickets/count", headers=call.headers, timeout=5)


def test_throttle_fault_changes_nothing(app: Flask, call: Any, ticket: int) -> None:
    assert (
        call.client.put("/_standin/faults", json={"throttle": 1.0, "retry_after": 3}).json["retry_after"] == 3
    )
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "low"}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert call.client.put("/_standin/faults", json={"throttel": 1}).status_code == 400
    call.client.put("/_standin/faults", json={"throttle": 0})
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["priority"] is None


def test_two_desks_share_one_file(tmp_path: Path) -> None:
    desks = [Desk(tmp_path / "s.sqlite3", Account()) for _ in range(2)]

    def count_up(desk: Desk) -> None:
        for _ in range(50):
            with desk.transaction() as records:
                records.next_id("ticket")

    threads = [threading.Thread(target=count_up, args=(desk,)) for desk in desks for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite3.connect(tmp_path / "s.sqlite3") as connection:
        assert connection.execute("select value from counter where kind='ticket'").fetchone()[0] == 4100 + 200
    connection.close()


def test_fail_fault_answers_503_and_changes_nothing(app: Flask, call: Any, ticket: int) -> None:
    app.extensions["desk"].set_faults(fail=1.0)
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "low"}})
    assert (answer.status_code, answer.json["error"]) == (503, "ServiceUnavailable")
    app.extensions["desk"].set_faults(fail=0.0)
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["priority"] is None


def test_half_fault_commits_and_promises_more_than_it_sends(app: Flask, call: Any, ticket: int) -> None:
    app.extensions["desk"].set_faults(half=1.0)
    answer = call("PUT", f"/tickets/{ticket}", {"ticket": {"priority": "urgent"}})
    assert int(answer.headers["Content-Length"]) > len(answer.data) > 0
    app.extensions["desk"].set_faults(half=0.0)
    assert call("GET", f"/tickets/{ticket}").json["ticket"]["priority"] == "urgent"
