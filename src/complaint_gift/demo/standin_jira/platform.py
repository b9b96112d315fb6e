"""The platform's REST interface, version 3 and 2: issues and what hangs on them."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import asking, issues, jql, refusals
from complaint_gift.demo.standin_jira.announcing import announce_property
from complaint_gift.demo.standin_jira.memory import (
    ISSUE_TYPES,
    issue_of,
    may_browse,
    moment,
    named,
    user_of,
)

LONGEST_PROPERTY = 32_768


def add_routes(blueprint: Blueprint, version: int) -> None:
    """Issues, their properties, watchers, transitions, links and the search."""
    _add_issues(blueprint, version)
    _add_changes(blueprint, version)
    _add_properties(blueprint)
    _add_search(blueprint, version)


def _add_issues(blueprint: Blueprint, version: int) -> None:
    @blueprint.post("/issue")
    def create_issue() -> tuple[Response, int]:
        body = asking.read_body()
        fields: Json = dict(body.get("fields") or {})
        project, kind = _take(fields, "project"), _take(fields, "issuetype")
        known = named(ISSUE_TYPES, kind.get("id") or kind.get("name"))
        if known is None:
            raise refusals.invalid(issuetype="Specify a valid issue type")
        with asking.desk().transaction() as records:
            asking.require_agent(records)
            wish = issues.read_edit(records, {"fields": fields}, {}, asking.dialect(version))
            wish |= {"project": project.get("id") or project.get("key"), "type": known[0]}
            issue = issues.open_issue(records, asking.act(), wish)
            _keep_properties(records, issue, body)
        link = asking.view(version).link(f"issue/{issue['id']}")
        return jsonify({"id": issue["id"], "key": issue["key"], "self": link}), 201

    @blueprint.get("/issue/<name>")
    def get_issue(name: str) -> Response:
        wanted, properties = asking.find_all((), "fields"), asking.find_all((), "properties")
        with asking.desk().reading() as records:
            issue = issue_of(records, name)
            return jsonify(asking.view(version).issue(records, issue, wanted, properties=properties))

    _add_edits(blueprint, version)


def _take(fields: Json, name: str) -> Json:
    """The project or the kind of a new issue, an object with id or key or name."""
    given = fields.pop(name, None)
    if given is not None and not isinstance(given, dict):
        raise refusals.invalid(**{name: "data was not an object"})
    return given or {}


def _add_edits(blueprint: Blueprint, version: int) -> None:
    @blueprint.put("/issue/<name>")
    def edit_issue(name: str) -> tuple[Response | str, int]:
        if request.args.get("notifyUsers") == "false" and "admins" not in g.caller["groups"]:
            raise refusals.forbidden(
                "To discard the user notification either admin or project admin permissions are required."
            )
        body = asking.read_body()
        if not (body.get("fields") or body.get("update") or body.get("properties")):
            raise refusals.invalid("one of 'fields' or 'update' required")
        with asking.desk().transaction() as records:
            asking.require_agent(records)
            issue = issue_of(records, name)
            changes = issues.read_edit(records, body, issue, asking.dialect(version))
            issue = issues.edit_issue(records, asking.act(), issue, changes)
            _keep_properties(records, issue, body)
            if request.args.get("returnIssue") == "true":
                return jsonify(asking.view(version).issue(records, issue)), 200
        return "", 204

    @blueprint.delete("/issue/<name>")
    def delete_issue(name: str) -> tuple[str, int]:
        with asking.desk().transaction() as records:
            asking.require_agent(records)
            issues.delete_issue(records, asking.act(), issue_of(records, name))
        return "", 204


def _keep_properties(records: Records, issue: Json, body: Json) -> None:
    for entry in body.get("properties") or ():
        records.put("property", {"value": None, **entry, "id": f"{issue['id']}/{entry['key']}"}, issue["id"])


def _add_changes(blueprint: Blueprint, version: int) -> None:
    @blueprint.put("/issue/<name>/assignee")
    def assign(name: str) -> tuple[str, int]:
        with asking.desk().transaction() as records:
            asking.require_agent(records)
            issues.assign(records, asking.act(), issue_of(records, name), asking.read_body())
        return "", 204

    @blueprint.post("/issueLink")
    def link_issues() -> tuple[str, int]:
        with asking.desk().transaction() as records:
            issues.link(records, asking.act(), asking.read_body())
        return "", 201

    @blueprint.get("/issue/<name>/changelog")
    def changelog(name: str) -> Response:
        view = asking.view(version)
        with asking.desk().reading() as records:
            issue = issue_of(records, name)
            values = [
                {
                    "id": change["id"],
                    "author": view.user(records, change["author"]),
                    "created": moment(change["at"]),
                    "items": [{k: v for k, v in item.items() if v is not None} for item in change["items"]],
                }
                for change in records.find("change", issue["id"])
            ]
        found = asking.page(values, default=100)
        return jsonify(
            found
            | {"isLast": found["startAt"] + len(found["values"]) >= found["total"], "self": request.base_url}
        )

    _add_transitions(blueprint, version)
    _add_watchers(blueprint, version)


def _add_transitions(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/issue/<name>/transitions")
    def get_transitions(name: str) -> Response:
        view = asking.view(version)
        with asking.desk().reading() as records:
            issue = issue_of(records, name)
        ways = [
            {
                "id": id_,
                "name": title,
                "to": view.status(to),
                "hasScreen": False,
                "isGlobal": True,
                "isInitial": False,
                "isAvailable": True,
                "isConditional": False,
                "looped": False,
            }
            | ({"fields": {}} if "transitions.fields" in request.args.get("expand", "") else {})
            for id_, title, to in issues.transitions_of(issue)
        ]
        return jsonify({"expand": "transitions", "transitions": ways})

    @blueprint.post("/issue/<name>/transitions")
    def do_transition(name: str) -> tuple[str, int]:
        body = asking.read_body()
        if not (body.get("transition") or {}).get("id"):
            raise refusals.invalid("Missing 'transition' identifier")
        with asking.desk().transaction() as records:
            asking.require_agent(records)
            issue = issue_of(records, name)
            changes = issues.read_edit(records, body, issue, asking.dialect(version))
            issue = issues.edit_issue(records, asking.act(), issue, changes)
            issues.transition(records, asking.act(), issue, body["transition"]["id"])
        return "", 204


def _add_watchers(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/issue/<name>/watchers")
    def get_watchers(name: str) -> Response:
        view = asking.view(version)
        with asking.desk().reading() as records:
            issue = issue_of(records, name)
            known = [entry["account"] for entry in records.find("watcher", issue["id"])]
            shown = [user for user in (view.user(records, account) for account in known) if user]
            for user in shown:
                user.pop("avatarUrls")
        link = view.link(f"issue/{issue['key']}/watchers")
        mine = g.caller["id"] in known
        return jsonify({"self": link, "isWatching": mine, "watchCount": len(shown), "watchers": shown})

    @blueprint.post("/issue/<name>/watchers")
    def add_watcher(name: str) -> tuple[str, int]:
        with asking.desk().transaction() as records:
            issue = issue_of(records, name)
            wish = {"name" if asking.is_data_center() else "accountId": asking.read_body()}
            user = user_of(records, wish, logins=asking.is_data_center())
            if user is not None:
                records.put(
                    "watcher", {"id": f"{issue['id']}/{user['id']}", "account": user["id"]}, issue["id"]
                )
        return "", 204

    @blueprint.delete("/issue/<name>/watchers")
    def remove_watcher(name: str) -> tuple[str, int]:
        account = request.args.get("accountId") or request.args.get("username", "")
        with asking.desk().transaction() as records:
            records.remove("watcher", f"{issue_of(records, name)['id']}/{account}")
        return "", 204


def _add_properties(blueprint: Blueprint) -> None:
    @blueprint.get("/issue/<name>/properties")
    def list_properties(name: str) -> Response:
        with asking.desk().reading() as records:
            found = records.find("property", issue_of(records, name)["id"])
        return jsonify(
            {"keys": [{"key": entry["key"], "self": f"{request.base_url}/{entry['key']}"} for entry in found]}
        )

    @blueprint.route("/issue/<name>/properties/<key>", methods=["GET", "PUT", "DELETE"])
    def one_property(name: str, key: str) -> tuple[Response | str, int]:
        with asking.desk().transaction() as records:
            issue = issue_of(records, name)
            place = f"{issue['id']}/{key}"
            known = records.get("property", place)
            if request.method == "PUT":
                entry = {"id": place, "key": key, "value": read_property(key)}
                records.put("property", entry, issue["id"])
                announce_property(records, asking.act(), issue, key, entry["value"])
                return jsonify(None), 200 if known else 201
            if known is None:
                raise refusals.no_property(key)
            if request.method == "GET":
                return jsonify({"key": key, "value": known["value"]}), 200
            records.remove("property", place)
            return "", 204


def read_property(key: str) -> object:
    """The value that a PUT of a property brings; raises 400 for one that is empty or too large."""
    if len(key) > 255:
        raise refusals.invalid("The property key cannot be longer than 255 characters.")
    if len(request.get_data()) > LONGEST_PROPERTY:
        raise refusals.invalid(
            f"The value of the property is too long, {LONGEST_PROPERTY} bytes are allowed."
        )
    return asking.read_body()


def _add_search(blueprint: Blueprint, version: int) -> None:
    @blueprint.route("/search/jql", methods=["GET", "POST"])
    def search_enhanced() -> Response:
        body = asking.read_body() if request.method == "POST" else dict(request.args)
        wanted = body.get("fields", ["id"]) if request.method == "POST" else asking.find_all(["id"], "fields")
        query, token, size = str(body.get("jql") or ""), body.get("nextPageToken"), _read_size(body)
        if not 1 <= size <= 5000:
            raise refusals.invalid("The max results parameter has to be between 1 and 5,000.")
        view = asking.view(version)
        with asking.desk().reading() as records:
            found = _seen(records, jql.search(records, query, bounded=True))
            left = jql.go_on(query, found, token) if token else found
            shown = [view.issue(records, issue, wanted) for issue in left[:size]]
        if wanted == ["id"]:
            shown = [{"id": issue["id"]} for issue in shown]
        last = size >= len(left)
        more = {} if last else {"nextPageToken": jql.mark_place(query, left[size - 1])}
        return jsonify({"issues": shown, "isLast": last} | more)

    @blueprint.route("/search", methods=["GET", "POST"])
    def search_as_it_was() -> Response:
        if not asking.is_data_center():
            raise refusals.gone()
        body = asking.read_body() if request.method == "POST" else dict(request.args)
        wanted = body.get("fields", []) if request.method == "POST" else asking.find_all((), "fields")
        start, size = max(int(body.get("startAt") or 0), 0), min(max(_read_size(body), 0), 1000)
        view = asking.view(version)
        with asking.desk().reading() as records:
            found = _seen(records, jql.search(records, str(body.get("jql") or ""), bounded=False))
            shown = [view.issue(records, issue, wanted) for issue in found[start : start + size]]
        return jsonify(
            {
                "expand": "schema,names",
                "startAt": start,
                "maxResults": size,
                "total": len(found),
                "issues": shown,
            }
        )


def _seen(records: Records, found: list[Json]) -> list[Json]:
    return [issue for issue in found if may_browse(records, issue["project"], g.caller["id"])]


def _read_size(body: Json) -> int:
    given = body.get("maxResults")
    return 50 if given is None else int(given)
