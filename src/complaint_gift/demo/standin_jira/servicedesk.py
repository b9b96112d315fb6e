"""/rest/servicedeskapi: what the customer's side of a request is, and notes that stay inside."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, jsonify, request

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import asking, comments, issues, markup, refusals
from complaint_gift.demo.standin_jira.memory import (
    STATUSES,
    Act,
    JiraFaults,
    comment_of,
    is_request,
    issue_of,
    moment,
    named,
    project_of,
)

blueprint = Blueprint("servicedesk", __name__)
_ROOT = "rest/servicedeskapi"


@blueprint.get("/info")
def info() -> Response:
    cloud = not asking.is_data_center()
    shown = {
        "version": "5.12.0",
        "platformVersion": "1001.0.0" if cloud else "10.3.2",
        "buildDate": _date(0),
        "buildChangeSet": "0" * 40,
        "isLicensedForUse": True,
        "_links": {"self": request.base_url},
    }
    return jsonify(shown)


@blueprint.get("/servicedesk")
def service_desks() -> Response:
    with asking.desk().reading() as records:
        every = [p for p in records.find("project") if p["kind"] == "service_desk"]
    return jsonify(
        _page(
            [
                {"id": p["desk"], "projectId": p["id"], "projectKey": p["key"], "projectName": p["name"]}
                for p in every
            ]
        )
    )


@blueprint.get("/request/<name>")
def customer_request(name: str) -> Response:
    with asking.desk().reading() as records:
        issue = _request_of(records, name)
        project = project_of(records, issue["project"]) or {}
        _, status, category = named(STATUSES, issue["status"]) or STATUSES[0]
        shown = {
            "issueId": issue["id"],
            "issueKey": issue["key"],
            "summary": issue["summary"],
            "requestTypeId": "1",
            "serviceDeskId": project["desk"],
            "createdDate": _date(issue["created"]),
            "reporter": _user(records, issue["reporter"]),
            "requestFieldValues": [{"fieldId": "summary", "label": "Summary", "value": issue["summary"]}],
            "currentStatus": {
                "status": status,
                "statusCategory": category.upper(),
                "statusDate": _date(issue["updated"]),
            },
            "_links": {"self": request.base_url},
            "_expands": [],
        }
        return jsonify({key: value for key, value in shown.items() if value is not None})


@blueprint.get("/request/<name>/comment")
def list_comments(name: str) -> Response:
    public, internal = (request.args.get(key, "true") == "true" for key in ("public", "internal"))
    with asking.desk().reading() as records:
        issue = _request_of(records, name)
        internal = internal and g.caller["kind"] != "customer"
        found = [c for c in records.find("comment", issue["id"]) if (public if _open(c) else internal)]
        return jsonify(_page([_comment(records, comment) for comment in found]))


@blueprint.post("/request/<name>/comment")
def add_comment(name: str) -> tuple[Response, int]:
    wish = asking.read_body()
    text = comments.require_body(wish.get("body"))
    # Left out it is public, as for every comment in Jira: the call that leaks notes.
    public = wish.get("public", True)
    with asking.desk().transaction() as records:
        issue = _request_of(records, name)
        if not public and g.caller["kind"] == "customer":
            raise refusals.forbidden("Only agents may add internal comments.")
        if not public and _happens("publish"):
            public = True
        comment = comments.add_comment(records, asking.act(), issue, markup.to_document(text), public=public)
        return jsonify(_comment(records, comment)), 201


@blueprint.get("/request/<name>/comment/<number>")
def get_comment(name: str, number: str) -> Response:
    with asking.desk().reading() as records:
        comment = comment_of(records, number, _request_of(records, name))
        if not _open(comment) and g.caller["kind"] == "customer":
            raise refusals.no_comment(number)
        return jsonify(_comment(records, comment))


@blueprint.get("/request/<name>/participant")
def participants(name: str) -> Response:
    with asking.desk().reading() as records:
        issue = _request_of(records, name)
        return jsonify(_page([user for user in (_user(records, a) for a in issue["participants"]) if user]))


@blueprint.route("/request/<name>/feedback", methods=["GET", "POST"])
def feedback(name: str) -> tuple[Response, int]:
    """Unverified: see schemas/servicedesk.yaml."""
    with asking.desk().transaction() as records:
        issue = _request_of(records, name)
        if request.method == "POST":
            told = asking.read_body()
            act = Act(g.caller["id"], asking.is_data_center(), "portal")
            issues.rate(records, act, issue, told["rating"], (told.get("comment") or {}).get("body", ""))
        found = records.get("feedback", issue["id"])
        if found is None:
            raise refusals.no_request()
    shown: Json = {"type": "csat", "rating": found["rating"], "comment": {"body": found["comment"]}}
    return jsonify(shown), 201 if request.method == "POST" else 200


def _request_of(records: Records, name: str) -> Json:
    """A customer request. Whatever is none gives 404 here, and nothing else may be concluded from that."""
    try:
        issue = issue_of(records, name)
    except refusals.Refusal:
        raise refusals.no_request() from None
    if not is_request(records, issue):
        raise refusals.no_request()
    return issue


def _open(comment: Json) -> bool:
    return bool(comment["public"]) and not comment["visibility"]


def _comment(records: Records, comment: Json) -> Json:
    shown: Json = {
        "_expands": ["attachment", "renderedBody"],
        "id": comment["id"],
        "body": markup.to_wiki(comment["body"]),
        "public": _open(comment),
        "created": _date(comment["created"]),
        "_links": {"self": f"{request.root_url}{_ROOT}/request/{comment['issue']}/comment/{comment['id']}"},
    }
    author = _user(records, comment["author"])
    return shown | ({"author": author} if author else {})


def _user(records: Records, account: str) -> Json | None:
    user = asking.view(2).user(records, account)
    if user is None:
        return None
    links = {"self": user.pop("self"), "jiraRest": request.root_url, "avatarUrls": user.pop("avatarUrls")}
    user.pop("accountType", None)
    stored = records.get("user", account) or {}
    return user | {"emailAddress": stored.get("email") or None, "_links": links}


def _date(at: float) -> Json:
    text = moment(at)
    return {
        "iso8601": f"{text[:19]}+0000",
        "jira": text,
        "friendly": text[:16].replace("T", " "),
        "epochMillis": int(at * 1000),
    }


def _page(values: list[Json]) -> Json:
    start, limit = (
        max(request.args.get("start", 0, type=int), 0),
        min(max(request.args.get("limit", 50, type=int), 1), 100),
    )
    part = values[start : start + limit]
    return {
        "_expands": [],
        "size": len(part),
        "start": start,
        "limit": limit,
        "isLastPage": start + limit >= len(values),
        "_links": {"self": request.base_url},
        "values": part,
    }


def _happens(fault: str) -> bool:
    faults, chance = asking.desk().faults(), current_app.extensions["chance"]
    return isinstance(faults, JiraFaults) and bool(chance.random() < getattr(faults, fault))
