"""The search of the stand-in Jira: what it finds, how it pages, what it refuses."""

from typing import Any

import pytest
from flask import Flask
from jira_site import Caller, open_request, say

V3 = "/rest/api/3"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("project = CARE ORDER BY key ASC", [1, 2, 3]),
        ('project in (care, "Customer care") AND labels = complaint', [2]),
        ('updated >= -5m and projectType = "service_desk"', [3]),
        ("key in (CARE-1, CARE-3) ORDER BY key DESC", [3, 1]),
        ("status != 'Waiting for support'", []),
    ],
)
def test_search_understands_what_a_reconciliation_asks(
    app: Flask, call: Caller, clock: Any, query: str, found: list[int]
) -> None:
    for number in (1, 2, 3):
        open_request(app, labels=["complaint"] if number == 2 else [])
        clock.now += 600 if number == 2 else 1
    answer = call("POST", f"{V3}/search/jql", {"jql": query, "fields": ["summary"], "maxResults": 2}).json
    keys = [issue["key"] for issue in answer["issues"]]
    while not answer["isLast"]:
        wish = {
            "jql": query,
            "fields": ["summary"],
            "maxResults": 2,
            "nextPageToken": answer["nextPageToken"],
        }
        answer = call("POST", f"{V3}/search/jql", wish).json
        keys += [issue["key"] for issue in answer["issues"]]
    assert keys == [f"CARE-{number}" for number in found]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "project = CARE OR key = CARE-1",
        "project in (CARE, GONE)",
        "colour = red",
        "updated >= yesterday",
        "project =",
    ],
)
def test_search_refuses_what_jira_would_not_understand(call: Caller, query: str) -> None:
    assert call("POST", f"{V3}/search/jql", {"jql": query}).status_code == 400


def test_page_begins_after_the_last_issue_of_the_one_before(app: Flask, call: Caller, clock: Any) -> None:
    """Whoever leaves the front meanwhile is met again, and nobody is passed by."""
    for _ in range(5):
        open_request(app)
        clock.now += 60
    wish = {"jql": "project = CARE ORDER BY updated ASC", "fields": ["summary"], "maxResults": 2}
    answer = call("POST", f"{V3}/search/jql", wish).json
    met = [issue["key"] for issue in answer["issues"]]
    say(app, "CARE-1", app.extensions["cast"].agent, "Спасибо")
    while not answer["isLast"]:
        answer = call("POST", f"{V3}/search/jql", wish | {"nextPageToken": answer["nextPageToken"]}).json
        met += [issue["key"] for issue in answer["issues"]]
    assert met == ["CARE-1", "CARE-2", "CARE-3", "CARE-4", "CARE-5", "CARE-1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"maxResults": 0},
        {"maxResults": -1},
        {"maxResults": 5001},
        {"nextPageToken": "2"},
        {"nextPageToken": "²"},
        {"jql": 'updated >= "²"'},
        {"jql": f'updated >= "-{"9" * 400}m"'},
    ],
)
def test_search_refuses_what_is_no_page(call: Caller, request_key: str, wrong: Any) -> None:
    assert call("POST", f"{V3}/search/jql", {"jql": f"key = {request_key}"} | wrong).status_code == 400


def test_token_belongs_to_its_search(app: Flask, call: Caller) -> None:
    open_request(app)
    open_request(app)
    wish = {"jql": "project = CARE", "maxResults": 1}
    token = call("POST", f"{V3}/search/jql", wish).json["nextPageToken"]
    assert call("POST", f"{V3}/search/jql", wish | {"nextPageToken": token}).json["isLast"] is True
    other = {"jql": "key = CARE-1", "nextPageToken": token}
    assert call("POST", f"{V3}/search/jql", other).status_code == 400


@pytest.mark.parametrize(("query", "keys"), [("startAt=-3", 2), ("maxResults=0", 0), ("maxResults=-1", 0)])
def test_pages_by_number_begin_at_the_first(data_center: Flask, query: str, keys: int) -> None:
    call, key = Caller(data_center), open_request(data_center)
    open_request(data_center)
    answer = call("GET", f"/rest/api/2/search?jql=project=CARE&{query}").json
    assert (answer["startAt"], len(answer["issues"]), answer["total"]) == (0, keys, 2)
    for _ in range(2):
        say(data_center, key, data_center.extensions["cast"].agent, "Спасибо")
    answer = call("GET", f"/rest/api/2/issue/{key}/comment?{query}").json
    assert (answer["startAt"], len(answer["comments"]), answer["total"]) == (0, keys, 2)


def test_search_as_it_was_is_gone_on_cloud_only(call: Caller, data_center: Flask) -> None:
    assert call("GET", f"{V3}/search?jql=project=CARE").status_code == 410
    assert Caller(data_center)("GET", "/rest/api/2/search?jql=project=CARE").status_code == 200
