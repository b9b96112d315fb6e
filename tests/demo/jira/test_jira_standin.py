"""What the stand-in Jira does: who sees which comment, what it refuses, which faults it makes."""

from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from jira_site import Caller, make_admin, open_request, say
from serving import serve

from complaint_gift.demo.standin_jira import EMAIL, JiraLimits, create_app
from complaint_gift.demo.standin_jira.markup import to_document

V3, DESK = "/rest/api/3", "/rest/servicedeskapi"
INSIDE = [{"key": "sd.public.comment", "value": {"internal": True}}]
DOCUMENT = to_document("Ответ")


def doc(*inline: Any) -> Any:
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": list(inline)}]}


def add(call: Caller, key: str, **body: Any) -> Any:
    answer = call("POST", f"{V3}/issue/{key}/comment", {"body": DOCUMENT, **body})
    assert answer.status_code == 201, answer.json
    return answer.json


def test_platform_comment_is_public_unless_its_property_says_internal(call: Caller, request_key: str) -> None:
    assert add(call, request_key)["jsdPublic"] is True
    assert add(call, request_key, properties=INSIDE)["jsdPublic"] is False
    wrong = [{"key": "sd.public.comment", "value": {"internal": "true"}}]
    assert add(call, request_key, properties=wrong)["jsdPublic"] is True


def test_edit_keeps_visibility_only_without_properties(call: Caller, request_key: str) -> None:
    comment = add(call, request_key, properties=INSIDE)
    path = f"{V3}/issue/{request_key}/comment/{comment['id']}"
    assert call("PUT", path, {"body": DOCUMENT}).json["jsdPublic"] is False
    mark = [{"key": "complaint_gift", "value": 1}]
    assert call("PUT", path, {"body": DOCUMENT, "properties": mark}).json["jsdPublic"] is True


def test_comment_of_a_software_project_counts_as_public(app: Flask, call: Caller) -> None:
    with app.extensions["desk"].transaction() as records:
        from complaint_gift.demo.standin_jira.memory import add_project

        add_project(records, "DEV", "Developers", "software")
    key = open_request(app, project="DEV")
    assert add(call, key, properties=INSIDE)["jsdPublic"] is True
    assert call("POST", f"{DESK}/request/{key}/comment", {"body": "x", "public": False}).status_code == 404


def test_service_desk_note_is_internal_only_when_it_says_so(call: Caller, request_key: str) -> None:
    path = f"{DESK}/request/{request_key}/comment"
    assert call("POST", path, {"body": "Только для нас", "public": False}).json["public"] is False
    assert call("POST", path, {"body": "Всем"}).json["public"] is True
    seen = call("GET", f"{path}?public=false").json["values"]
    assert [comment["body"] for comment in seen] == ["Только для нас"]


def test_service_desk_refuses_with_one_message(app: Flask, call: Caller, request_key: str) -> None:
    path = f"{DESK}/request/{request_key}/comment"
    customer = Caller(app, token="portal", email="sam@example.net")
    for answer, code in (
        (call("POST", path, {"body": ""}), 400),
        (call("POST", path, {"body": "x", "publik": False}), 400),
        (Caller(app, token="wrong")("GET", path), 401),
        (customer("POST", path, {"body": "x", "public": False}), 403),
        (call("GET", f"{path}/1"), 404),
    ):
        assert (answer.status_code, set(answer.json)) == (code, {"errorMessage", "i18nErrorMessage"})
        assert answer.json["errorMessage"]


def test_customer_sees_public_comments_and_writes_no_internal_ones(
    app: Flask, call: Caller, request_key: str
) -> None:
    path = f"{DESK}/request/{request_key}/comment"
    call("POST", path, {"body": "Только для нас", "public": False})
    call("POST", path, {"body": "Всем", "public": True})
    customer = Caller(app, token="portal", email="sam@example.net")
    assert [comment["body"] for comment in customer("GET", path).json["values"]] == ["Всем"]
    assert customer("POST", path, {"body": "Тайна", "public": False}).status_code == 403
    assert add(customer, request_key, properties=INSIDE)["jsdPublic"] is True
    assert customer("PUT", f"{V3}/issue/{request_key}", {"fields": {"labels": ["x"]}}).status_code == 403


def test_restricted_comment_is_internal_for_the_service_desk(call: Caller, request_key: str) -> None:
    comment = add(call, request_key, visibility={"type": "role", "value": "Service Desk Team"})
    shown = call("GET", f"{DESK}/request/{request_key}/comment/{comment['id']}").json
    assert (comment["jsdPublic"], shown["public"]) == (True, False)


@pytest.mark.parametrize(
    "body",
    [
        "Just words",
        {"type": "paragraph"},
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": ""}]},
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": "Not in a paragraph"}]},
        to_document(" "),
        to_document("x" * 32_768),
        doc(),
        doc({"type": "hardBreak"}, {"type": "text", "text": " "}),
        doc({"type": "mention", "attrs": None}),
        doc({"type": "text", "text": "x", "marks": None}),
        doc({"type": "text", "text": "x", "marks": ["strong"]}),
        doc({"type": "text", "text": "x", "marks": [{"type": "link", "attrs": None}]}),
    ],
)
def test_version_three_takes_documents_only(call: Caller, request_key: str, body: Any) -> None:
    answer = call("POST", f"{V3}/issue/{request_key}/comment", {"body": body})
    assert answer.status_code == 400
    assert answer.json["errors"]["comment"]


def test_comment_without_words_may_show_something(call: Caller, request_key: str) -> None:
    picture = {"type": "media", "attrs": {"type": "file", "id": "1", "collection": ""}}
    for content in ({"type": "mediaSingle", "content": [picture]}, doc({"type": "emoji"})["content"][0]):
        add(call, request_key, body={"type": "doc", "version": 1, "content": [content]})


@pytest.mark.parametrize("summary", [None, "", "  ", "two\nlines", "x" * 256, {"set": "x"}])
def test_summary_is_one_line_of_a_length_that_jira_takes(
    call: Caller, request_key: str, summary: Any
) -> None:
    new = {"project": {"key": "CARE"}, "issuetype": {"name": "Task"}, "summary": summary}
    for answer in (
        call("PUT", f"{V3}/issue/{request_key}", {"fields": {"summary": summary}}),
        call("POST", f"{V3}/issue", {"fields": new}),
    ):
        assert (answer.status_code, list(answer.json["errors"])) == (400, ["summary"])


def test_description_is_no_longer_than_jira_takes(call: Caller, request_key: str) -> None:
    for version, text in ((2, "x" * 32_768), (3, to_document("x" * 32_768))):
        path = f"/rest/api/{version}/issue/{request_key}"
        answer = call("PUT", path, {"fields": {"description": text}})
        assert (answer.status_code, list(answer.json["errors"])) == (400, ["description"])


def test_both_versions_show_the_same_comment(app: Flask, call: Caller, request_key: str) -> None:
    comment = say(app, request_key, app.extensions["cast"].agent, "Спасибо!\nМы разберёмся.\n\nДана")
    path = f"issue/{request_key}/comment/{comment['id']}"
    new, old = call("GET", f"/rest/api/3/{path}").json, call("GET", f"/rest/api/2/{path}").json
    assert old["body"] == "Спасибо!\nМы разберёмся.\n\nДана"
    assert new["body"] == to_document(old["body"])
    assert (new["author"]["accountId"], new["author"]["accountType"]) == (
        app.extensions["cast"].agent,
        "atlassian",
    )


def test_data_center_knows_names_and_no_account_ids(data_center: Flask) -> None:
    key, call = open_request(data_center), Caller(data_center)
    say(data_center, key, data_center.extensions["cast"].agent, "Спасибо")
    comment = call("GET", f"/rest/api/2/issue/{key}/comment").json["comments"][0]
    assert (comment["author"]["name"], "accountId" in comment["author"], "jsdPublic" in comment) == (
        "dana",
        False,
        False,
    )
    assert call("GET", f"{V3}/issue/{key}").status_code == 404
    assert call("PUT", f"/rest/api/2/issue/{key}/assignee", {"accountId": "x"}).status_code == 400
    assert call("PUT", f"/rest/api/2/issue/{key}/assignee", {"name": "dana"}).status_code == 204


def test_labels_are_added_and_removed_and_hold_no_spaces(call: Caller, request_key: str) -> None:
    path = f"{V3}/issue/{request_key}"
    assert call("PUT", path, {"update": {"labels": [{"add": "complaint"}, {"add": "b"}]}}).status_code == 204
    assert (
        call("PUT", path, {"update": {"labels": [{"remove": "b"}, {"add": "complaint"}]}}).status_code == 204
    )
    assert call("GET", f"{path}?fields=labels").json["fields"] == {"labels": ["complaint"]}
    refused = call("PUT", path, {"update": {"labels": [{"add": "two words"}]}})
    assert (refused.status_code, "labels" in refused.json["errors"]) == (400, True)


@pytest.mark.parametrize("wish", [{"name": "dana"}, {"key": "JIRAUSER10002"}, {}])
def test_who_is_named_otherwise_than_by_account_id_is_refused(
    app: Flask, call: Caller, request_key: str, wish: Any
) -> None:
    """Not taken for nobody, which would unassign."""
    path, lead = f"{V3}/issue/{request_key}", app.extensions["cast"].lead
    assert call("PUT", f"{path}/assignee", {"accountId": lead}).status_code == 204
    assert call("PUT", f"{path}/assignee", wish).status_code == 400
    assert call("PUT", path, {"fields": {"assignee": wish}}).status_code == 400
    shown = call("GET", f"{path}?fields=assignee").json["fields"]["assignee"]
    assert shown["accountId"] == lead
    assert call("PUT", f"{path}/assignee", {"accountId": None}).status_code == 204
    assert call("GET", f"{path}?fields=assignee").json["fields"]["assignee"] is None


@pytest.mark.parametrize("wrong", ["CARE", ["CARE"], 7])
@pytest.mark.parametrize("name", ["project", "issuetype", "assignee", "reporter", "priority"])
def test_field_of_another_shape_is_named_in_the_refusal(call: Caller, name: str, wrong: Any) -> None:
    fields = {"project": {"key": "CARE"}, "issuetype": {"name": "Task"}, "summary": "x", name: wrong}
    answer = call("POST", f"{V3}/issue", {"fields": fields})
    assert (answer.status_code, list(answer.json["errors"])) == (400, [name])


def test_linking_what_is_linked_changes_nothing(app: Flask, call: Caller, request_key: str) -> None:
    other = open_request(app)
    wish = {
        "type": {"name": "Relates"},
        "inwardIssue": {"key": request_key},
        "outwardIssue": {"key": other},
    }
    for _ in range(2):
        assert call("POST", f"{V3}/issueLink", wish).status_code == 201
    for key in (request_key, other):
        assert len(call("GET", f"{V3}/issue/{key}?fields=issuelinks").json["fields"]["issuelinks"]) == 1


def test_permission_and_project_have_to_be_known(call: Caller) -> None:
    path = f"{V3}/mypermissions?permissions=ADD_COMMENTS"
    assert call("GET", f"{path}&projectKey=CARE").status_code == 200
    assert call("GET", f"{path},ADD_COMMENT&projectKey=CARE").status_code == 400
    assert call("GET", f"{path}&projectKey=NONE").status_code == 404


def test_silent_edit_needs_an_administrator(app: Flask, call: Caller, request_key: str) -> None:
    path, wish = f"{V3}/issue/{request_key}?notifyUsers=false", {"fields": {"labels": ["x"]}}
    assert call("PUT", path, wish).status_code == 403
    make_admin(app)
    assert call("PUT", path, wish).status_code == 204


def test_transition_moves_to_the_state_it_names(call: Caller, request_key: str) -> None:
    path = f"{V3}/issue/{request_key}"
    ways = {way["to"]["name"]: way["id"] for way in call("GET", f"{path}/transitions").json["transitions"]}
    assert call("POST", f"{path}/transitions", {"transition": {"id": ways["Resolved"]}}).status_code == 204
    fields = call("GET", f"{path}?fields=status,resolution").json["fields"]
    assert (fields["status"]["name"], fields["resolution"]["name"]) == ("Resolved", "Done")
    assert call("POST", f"{path}/transitions", {"transition": {"id": ways["Resolved"]}}).status_code == 400


def test_fields_of_service_management_are_found_by_schema(app: Flask, call: Caller, request_key: str) -> None:
    kinds = {field["schema"].get("custom", ""): field["id"] for field in call("GET", f"{V3}/field").json}
    fields = call("GET", f"{V3}/issue/{request_key}").json["fields"]
    assert fields[kinds["com.atlassian.servicedesk:vp-origin"]]["requestType"]["name"] == "Complaint"
    customer = Caller(app, token="portal", email="sam@example.net")
    rating = {"type": "csat", "rating": 2, "comment": {"body": "Долго"}}
    assert customer("POST", f"{DESK}/request/{request_key}/feedback", rating).status_code == 201
    fields = call("GET", f"{V3}/issue/{request_key}").json["fields"]
    assert fields[kinds["com.atlassian.servicedesk:sd-request-feedback"]] == {"rating": 2}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic x"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic c2FtQGV4YW1wbGUubmV0Og=="},
    ],
)
def test_strangers_are_refused(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().get(f"{V3}/myself", headers=headers)
    assert (answer.status_code, bool(answer.json["errorMessages"])) == (401, True)


def test_oauth_client_gets_a_token_that_ends(tmp_path: Path, clock: Any) -> None:
    app = create_app(tmp_path / "o.sqlite3", clients={"ours": "secret"}, deliver=False, clock=clock)
    client, grant = app.test_client(), {"grant_type": "client_credentials", "client_id": "ours"}
    assert client.post("/oauth/token", json=grant | {"client_secret": "wrong"}).status_code == 401
    token = client.post("/oauth/token", json=grant | {"client_secret": "secret"}).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(f"{V3}/myself", headers=headers).json["displayName"] == "Complaint Gift"
    clock.now += 3601
    assert client.get(f"{V3}/myself", headers=headers).status_code == 401


def test_properties_come_with_an_edit(call: Caller, request_key: str) -> None:
    wish = {"properties": [{"key": "cg_done", "value": {"marks": ["m"]}}]}
    assert call("PUT", f"{V3}/issue/{request_key}", wish).status_code == 204
    shown = call("GET", f"{V3}/issue/{request_key}?properties=cg_done&fields=summary").json
    assert shown["properties"] == {"cg_done": {"marks": ["m"]}}


def test_property_is_kept_replaced_and_limited(call: Caller, request_key: str) -> None:
    path = f"{V3}/issue/{request_key}/properties/complaint_gift"
    assert call("PUT", path, {"errors": 1}).status_code == 201
    assert call("PUT", path, {"errors": 0}).status_code == 200
    assert call("GET", path).json["value"] == {"errors": 0}
    assert call("PUT", path, "x" * 32_768).status_code == 400
    shown = call("GET", f"{V3}/issue/{request_key}?properties=complaint_gift").json
    assert shown["properties"] == {"complaint_gift": {"errors": 0}}


class TestLimits:
    @pytest.fixture
    def limits(self) -> JiraLimits:
        return JiraLimits(short=(3, 2.0), long=(4, 30.0))

    def test_writes_to_one_issue_are_counted(
        self, app: Flask, call: Caller, clock: Any, request_key: str
    ) -> None:
        other = open_request(app)
        codes = [call("PUT", f"{V3}/issue/{request_key}/properties/a", {}).status_code for _ in range(4)]
        assert codes == [201, 200, 200, 429]
        assert call("PUT", f"{V3}/issue/{other}/properties/a", {}).status_code == 201
        assert call("GET", f"{V3}/issue/{request_key}").status_code == 200
        clock.now += 3
        refused = call("PUT", f"{V3}/issue/{request_key}/properties/a", {})
        assert (refused.status_code, refused.headers["RateLimit-Reason"]) == (429, "jira-per-issue-on-write")
        assert 1 <= int(refused.headers["Retry-After"]) <= 31


@pytest.mark.parametrize(("fault", "code"), [("throttle", 429), ("forbid", 403), ("fail", 503)])
def test_fault_refuses_and_changes_nothing(
    app: Flask, call: Caller, request_key: str, fault: str, code: int
) -> None:
    app.extensions["desk"].set_faults(**{fault: 1.0}, retry_after=7)
    answer = call("POST", f"{DESK}/request/{request_key}/comment", {"body": "Note", "public": False})
    assert answer.status_code == code
    if code == 429:
        assert (answer.headers["Retry-After"], answer.headers["RateLimit-Reason"]) == (
            "7",
            "jira-burst-based",
        )
    app.extensions["desk"].set_faults(**{fault: 0.0})
    assert call("GET", f"{V3}/issue/{request_key}/comment").json["total"] == 0


def test_published_note_can_be_had(app: Flask, call: Caller, request_key: str) -> None:
    app.extensions["desk"].set_faults(publish=1.0)
    answer = call("POST", f"{DESK}/request/{request_key}/comment", {"body": "Note", "public": False})
    assert (answer.status_code, answer.json["public"]) == (201, True)


def test_dropped_answer_leaves_the_work_done(app: Flask, call: Caller, request_key: str) -> None:
    app.extensions["desk"].set_faults(drop=1.0)
    place, wish = f"{DESK}/request/{request_key}/comment", {"body": "Note", "public": False}
    with serve(app) as url, pytest.raises(requests.ConnectionError):
        requests.post(url + place, json=wish, auth=(EMAIL, "stand-in-token"), timeout=5)
    app.extensions["desk"].set_faults(drop=0.0)
    assert call("GET", f"{V3}/issue/{request_key}/comment").json["total"] == 1


def test_unknown_fault_is_refused(app: Flask) -> None:
    client = app.test_client()
    assert client.put("/_standin/faults", json={"duplicate": 0.5}).json["duplicate"] == 0.5
    assert client.put("/_standin/faults", json={"mood": 1}).status_code == 400


def test_project_that_is_closed_to_us_is_as_if_it_were_not_there(app: Flask, call: Caller) -> None:
    key = open_request(app)
    places = [f"{V3}/issue/{key}", f"{V3}/project/CARE", f"{DESK}/request/{key}/comment",
              f"{V3}/mypermissions?permissions=ADD_COMMENTS&projectKey=CARE"]  # fmt: skip
    jql = {"jql": "created >= -1d", "fields": ["updated"]}
    for status, found in ((200, 1), (404, 0)):
        assert [call("GET", place).status_code for place in places] == [status] * len(places)
        assert len(call("POST", f"{V3}/search/jql", jql).json["issues"]) == found
        assert len(call("GET", f"{V3}/project/search").json["values"]) == found
        with app.extensions["desk"].transaction() as records:
            (project,) = records.find("project")
            records.put("project", project | {"closed_to": [app.extensions["cast"].bot]})
