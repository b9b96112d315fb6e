"""The stand-in against Jira's published OpenAPI document, and against our own schemas where there is none."""

import copy
import json
import re
from typing import Any

import jira_specification as specification
import jsonschema
import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jira_site import Caller, make_admin, open_request

from complaint_gift.demo.standin_jira import create_app
from complaint_gift.demo.standin_jira.checking import (
    check_query,
    check_shape,
    find_operation,
    read_operations,
)
from complaint_gift.demo.standin_jira.directory import PERMISSIONS
from complaint_gift.demo.standin_jira.markup import to_document

V3, V2, DESK, HOOKS = "/rest/api/3", "/rest/api/2", "/rest/servicedeskapi", "/rest/webhooks/1.0"
WORDS = to_document("Спасибо, что написали.\nМы разберёмся.")
WATCHER = "5f0000000000000000000002"
LINK = {"type": {"name": "Relates"}, "inwardIssue": {"key": "CARE-1"}, "outwardIssue": {"key": "CARE-2"}}
INSIDE = [{"key": "sd.public.comment", "value": {"internal": True}}]
NEW = {"project": {"key": "CARE"}, "issuetype": {"name": "Task"}, "summary": "Escalation"}
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/myself", ...),
    ("GET", "/serverInfo", ...),
    ("GET", "/field", ...),
    ("GET", "/priority", ...),
    ("GET", "/priority/search", ...),
    ("GET", "/status", ...),
    ("GET", "/issueLinkType", ...),
    ("GET", "/mypermissions?permissions=ADD_COMMENTS,EDIT_ISSUES&issueKey=CARE-1", ...),
    ("GET", f"/user?accountId={WATCHER}", ...),
    ("GET", "/user/search?query=dana", ...),
    ("GET", f"/user/groups?accountId={WATCHER}", ...),
    ("GET", "/group/member?groupname=agents", ...),
    ("GET", "/project/CARE", ...),
    ("GET", "/project/search?typeKey=service_desk", ...),
    (
        "POST",
        "/issue",
        {"fields": NEW, "properties": [{"key": "complaint_gift", "value": {"about": "CARE-1"}}]},
    ),
    ("GET", "/issue/CARE-1", ...),
    ("GET", "/issue/CARE-1?fields=summary,labels&properties=complaint_gift&expand=changelog", ...),
    ("PUT", "/issue/CARE-1?returnIssue=true", {"update": {"labels": [{"add": "complaint"}]}}),
    (
        "PUT",
        "/issue/CARE-1",
        {"update": {"labels": [{"add": "a"}, {"remove": "b"}]}, "fields": {"priority": {"id": "2"}}},
    ),
    ("PUT", "/issue/CARE-1/assignee", {"accountId": WATCHER}),
    ("PUT", "/issue/CARE-1/assignee", {"accountId": "nobody"}),
    ("GET", "/issue/CARE-1/changelog", ...),
    ("GET", "/issue/CARE-1/transitions?expand=transitions.fields", ...),
    ("POST", "/issue/CARE-1/transitions", {"transition": {"id": "31"}, "fields": {}, "update": {}}),
    ("POST", "/issue/CARE-1/transitions", {"transition": {"id": "999"}}),
    ("POST", "/issue/CARE-1/watchers", WATCHER),
    ("GET", "/issue/CARE-1/watchers", ...),
    ("DELETE", f"/issue/CARE-1/watchers?accountId={WATCHER}", ...),
    ("POST", "/issue/CARE-1/comment", {"body": WORDS, "properties": INSIDE}),
    (
        "POST",
        "/issue/CARE-1/comment?expand=properties",
        {"body": WORDS, "visibility": {"type": "role", "value": "Team"}},
    ),
    ("POST", "/issue/CARE-1/comment", {"body": None}),
    ("GET", "/issue/CARE-1/comment?orderBy=-created&maxResults=1&expand=properties", ...),
    ("GET", "/issue/CARE-1/comment/20001", ...),
    ("PUT", "/issue/CARE-1/comment/20001?notifyUsers=false", {"body": WORDS}),
    ("GET", "/issue/CARE-1/comment/1", ...),
    ("PUT", "/comment/20001/properties/complaint_gift", {"mark": "m1"}),
    ("GET", "/comment/20001/properties/complaint_gift", ...),
    ("GET", "/comment/20001/properties", ...),
    ("DELETE", "/comment/20001/properties/complaint_gift", ...),
    ("DELETE", "/issue/CARE-1/comment/20002", ...),
    ("PUT", "/issue/CARE-1/properties/complaint_gift", {"errors": 0}),
    ("GET", "/issue/CARE-1/properties/complaint_gift", ...),
    ("GET", "/issue/CARE-1/properties", ...),
    ("DELETE", "/issue/CARE-1/properties/complaint_gift", ...),
    ("GET", "/issue/CARE-1/properties/none", ...),
    ("POST", "/issueLink", LINK),
    ("GET", "/search/jql?jql=project%20%3D%20CARE&fields=summary&maxResults=1", ...),
    (
        "POST",
        "/search/jql",
        {"jql": "updated >= -15m ORDER BY updated ASC", "fields": ["*all"], "maxResults": 50},
    ),
    ("GET", "/search/jql?jql=", ...),
    ("GET", "/search?jql=project%20%3D%20CARE", ...),
    ("GET", "/issue/CARE-99", ...),
    ("DELETE", "/issue/CARE-2", ...),
]
BROKEN: list[tuple[str, str, Any]] = [
    ("GET", "/issue/CARE-1?colour=red", ...),
    ("GET", "/issue/CARE-1?fieldsByKeys=perhaps", ...),
    ("PUT", "/issue/CARE-1", {"update": {"labels": {"add": "complaint"}}}),
    ("PUT", "/issue/CARE-1", {"update": {"labels": [{"append": "complaint"}]}}),
    ("PUT", "/issue/CARE-1", {"fields": ["summary"]}),
    ("PUT", "/issue/CARE-1", ...),
    ("POST", "/issue/CARE-1/comment", {"body": WORDS, "visibility": {"type": "everybody", "value": "x"}}),
    ("POST", "/issue/CARE-1/comment", {"body": WORDS, "properties": [{"key": "a", "public": True}]}),
    ("POST", "/issue/CARE-1/comment", {"body": WORDS, "properties": {"sd.public.comment": True}}),
    ("POST", "/issue/CARE-1/watchers", {"accountId": WATCHER}),
    ("PUT", "/issue/CARE-1/assignee", {"account": WATCHER}),
    ("PUT", "/issue/CARE-1/assignee", {"accountId": "x" * 129}),
    ("POST", "/issueLink", {"type": {"name": "Relates"}, "inwardIssue": {"key": "CARE-1"}}),
    ("POST", "/issue/CARE-1/transitions", {"transition": {"id": 31}}),
    ("POST", "/search/jql", {"jql": "project = CARE", "startAt": 0}),
    ("POST", "/search/jql", {"jql": "project = CARE", "fields": "summary"}),
    ("GET", "/search/jql?jql=project%3DCARE&startAt=0", ...),
    ("GET", "/servicedesk", ...),
    ("PATCH", "/issue/CARE-1", {}),
    ("GET", "/myself", {"who": "me"}),
]


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    app = create_app(tmp_path_factory.mktemp("jira") / "jira.sqlite3", deliver=False)
    return prepare(app, V3, WORDS)


@pytest.fixture(scope="module")
def old_caller(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    app = create_app(tmp_path_factory.mktemp("old") / "jira.sqlite3", data_center=True, deliver=False)
    return prepare(app, V2, "Thank you.")


def prepare(app: Flask, root: str, words: Any) -> Caller:
    make_admin(app)
    open_request(app, "The soup was cold.")
    call = Caller(app)
    assert call("POST", f"{root}/issue", {"fields": NEW}).status_code == 201
    for _ in range(2):
        assert call("POST", f"{root}/issue/CARE-1/comment", {"body": words}).status_code == 201
    return call


def body_of(body: Any) -> Any:
    return None if body is ... else body


@pytest.mark.needs_shared
@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("method", "path", "body"), CALLS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_call_agrees_with_published_document(caller: Caller, method: str, path: str, body: Any) -> None:
    assert list(specification.check_request(method, V3 + path, body_of(body))) == []
    answer = caller(method, V3 + path, body)
    assert list(specification.check_answer(method, V3 + path, answer.status_code, answer.json)) == []
    assert answer.status_code < 500


@pytest.mark.needs_shared
@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("method", "path", "body"), BROKEN, ids=lambda part: part if isinstance(part, str) else ""
)
def test_request_that_the_document_does_not_allow_is_refused(
    caller: Caller, method: str, path: str, body: Any
) -> None:
    assert list(specification.check_request(method, V3 + path, body_of(body))) != []
    answer = caller(method, V3 + path, body)
    assert answer.status_code in (400, 404, 405, 415), answer.json


@pytest.mark.needs_shared
@pytest.mark.usefixtures("shared")
def test_our_schemas_ask_what_the_document_asks() -> None:
    """Every operation: its id, its parameters with their types, whether it takes a body."""
    for ours in read_operations("platform"):
        theirs = specification.find_operation(ours.method, V3 + re.sub(r"\{[^}]+\}", "x", ours.path))
        assert theirs is not None, ours.id
        assert theirs["operationId"] == ours.id
        known = {p["name"]: p["schema"]["type"] for p in theirs.get("parameters", ()) if p["in"] == "query"}
        assert dict(ours.query) == known, ours.id
        assert (ours.body is not None) == ("requestBody" in theirs), ours.id


@pytest.mark.needs_shared
@pytest.mark.usefixtures("shared")
def test_permissions_are_those_of_the_document() -> None:
    told = json.dumps(specification.read_document()["paths"]["/rest/api/3/permissionscheme"])
    assert set(re.findall(r"`([A-Z_]+)`", told)) >= PERMISSIONS


@pytest.mark.slow
@pytest.mark.needs_shared
@pytest.mark.usefixtures("shared")
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_mangled_bodies_are_judged_alike(data: st.DataObject) -> None:
    """What our shapes let pass the document lets pass; what they refuse it refuses."""
    method, path, body = data.draw(st.sampled_from([call for call in CALLS if call[2] is not ...]))
    mangled = mangle(copy.deepcopy(body), data.draw)
    assume(mangled is not None)  # to the judge that is no body at all
    assume(mangled != {"accountId": None})  # the document's words allow it, "unassigned", its schema does not
    operation = find_operation(read_operations("platform"), method, path.partition("?")[0])
    assert operation is not None
    assert operation.body is not None
    ours, theirs = (
        list(check_shape(operation.body, mangled)),
        list(specification.check_request(method, V3 + path, mangled)),
    )
    assert bool(ours) == bool(theirs), (mangled, ours, theirs)


def mangle(value: Any, draw: Any) -> Any:
    """Change one place of a JSON value: another type, another name, something more or less."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(value)))
        act = draw(st.sampled_from(("deeper", "deeper", "rename", "drop", "add")))
        if act == "deeper":
            return value | {name: mangle(value[name], draw)}
        left = {key: part for key, part in value.items() if key != name}
        return {"drop": left, "rename": left | {name + "x": value[name]}, "add": value | {"extra": 1}}[act]
    if isinstance(value, list) and value and draw(st.booleans()):
        return [mangle(value[0], draw), *value[1:]]
    return draw(st.sampled_from(({}, [], "x", 1, True, None, [1], {"id": 1}, {"key": "CARE-1"})))


OLD_CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/myself", ...),
    ("GET", "/serverInfo", ...),
    ("GET", "/field", ...),
    ("GET", "/priority", ...),
    ("GET", "/status", ...),
    ("GET", "/issueLinkType", ...),
    ("GET", "/user?username=dana", ...),
    ("GET", "/user/search?username=dana", ...),
    ("GET", "/project/CARE", ...),
    ("POST", "/issue", {"fields": NEW}),
    ("GET", "/issue/CARE-1?fields=summary", ...),
    ("GET", "/issue/CARE-1", ...),
    ("PUT", "/issue/CARE-1", {"update": {"labels": [{"add": "complaint"}]}}),
    ("PUT", "/issue/CARE-1/assignee", {"name": "dana"}),
    ("GET", "/issue/CARE-1/transitions", ...),
    ("POST", "/issue/CARE-1/transitions", {"transition": {"id": "31"}}),
    ("POST", "/issue/CARE-1/comment", {"body": "h1. Thank you"}),
    ("GET", "/issue/CARE-1/comment", ...),
    ("GET", "/issue/CARE-1/comment/20001", ...),
    ("PUT", "/issue/CARE-1/comment/20001", {"body": "New"}),
    ("PUT", "/comment/20001/properties/complaint_gift", {"mark": "m"}),
    ("GET", "/comment/20001/properties/complaint_gift", ...),
    ("GET", "/comment/20001/properties", ...),
    ("PUT", "/issue/CARE-1/properties/complaint_gift", {"errors": 1}),
    ("GET", "/issue/CARE-1/properties/complaint_gift", ...),
    ("POST", "/issueLink", LINK),
    ("GET", "/search?jql=updated%20%3E%3D%20-15m&fields=summary", ...),
    ("POST", "/search", {"jql": "project = CARE", "startAt": 0, "fields": ["summary"]}),
]
DESK_CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/info", ...),
    ("GET", "/servicedesk", ...),
    ("GET", "/request/CARE-1", ...),
    ("POST", "/request/CARE-1/comment", {"body": "For us only", "public": False}),
    ("GET", "/request/CARE-1/comment?public=false&limit=1", ...),
    ("GET", "/request/CARE-1/comment/20001", ...),
    ("GET", "/request/CARE-1/participant", ...),
    ("POST", "/request/CARE-1/feedback", {"type": "csat", "rating": 1, "comment": {"body": "Плохо"}}),
    ("GET", "/request/CARE-1/feedback", ...),
    ("GET", "/request/CARE-2", ...),
    ("GET", "/request/CARE-99/comment", ...),
    ("GET", "/request/CARE-1/comment/1", ...),
]
HOOK = {
    "name": "Ours",
    "url": "https://cg.example.com/hooks/jira",
    "events": ["comment_created"],
    "secret": "s",
}
HOOK_CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/webhook", HOOK),
    ("GET", "/webhook", ...),
    ("GET", "/webhook/1", ...),
    ("PUT", "/webhook/1", HOOK | {"enabled": False}),
]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [*DESK_CALLS, *HOOK_CALLS],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_answer_has_the_shape_that_we_wrote_down(caller: Caller, method: str, path: str, body: Any) -> None:
    root, name = (HOOKS, "webhooks") if path.startswith("/webhook") else (DESK, "servicedesk")
    check_ours(caller, root, name, (method, path, body))


MOVED = {"name": "Ours", "url": "https://cg.example.com/hooks", "events": ["comment_created"], "active": True,
         "configuration": {"EXCLUDE_BODY": "false", "SECRET": "s"}}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/webhooks", MOVED),
        ("GET", "/webhooks", ...),
        ("GET", "/webhooks/1", ...),
        ("PUT", "/webhooks/1", MOVED | {"active": False}),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_webhooks_of_data_center_are_where_version_10_has_them(
    old_caller: Caller, method: str, path: str, body: Any
) -> None:
    make_admin(old_caller.client.application)
    if path != "/webhooks" or method == "GET":
        assert old_caller("POST", "/rest/jira-webhook/1.0/webhooks", MOVED).status_code == 201
    check_ours(old_caller, "/rest/jira-webhook/1.0", "movedwebhooks", (method, path, body))
    assert old_caller("GET", f"{HOOKS}/webhook").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"), OLD_CALLS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_data_center_answers_as_we_wrote_down(old_caller: Caller, method: str, path: str, body: Any) -> None:
    check_ours(old_caller, V2, "datacenter", (method, path, body))


@pytest.mark.parametrize(
    ("method", "path", "body"), DESK_CALLS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_service_desk_is_the_same_on_data_center(
    old_caller: Caller, method: str, path: str, body: Any
) -> None:
    check_ours(old_caller, DESK, "servicedesk", (method, path, body))


def check_ours(call: Caller, root: str, name: str, asked: tuple[str, str, Any]) -> None:
    method, path, body = asked
    operation = find_operation(read_operations(name), method, path.partition("?")[0])
    assert operation is not None
    answer = call(method, root + path, body)
    assert answer.status_code < 500
    if operation.answers:
        jsonschema.validate(answer.json, operation.answers[answer.status_code])


@pytest.mark.parametrize("name", ["servicedesk", "datacenter", "webhooks", "movedwebhooks", "oauth"])
def test_every_shape_of_our_own_names_its_source(name: str) -> None:
    for operation in read_operations(name):
        assert operation.source, operation.id
        if "memory" in operation.source or "feedback" in operation.path:
            assert operation.unverified, operation.id


def test_unknown_parameter_is_named() -> None:
    operation = find_operation(read_operations("platform"), "GET", "/issue/CARE-1")
    assert operation is not None
    assert list(check_query(operation, {"colour": "red"})) == ["getIssue has no query parameter 'colour'"]
