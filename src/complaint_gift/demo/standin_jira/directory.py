"""Who and what there is: people, groups, projects, fields, priorities, states."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import asking, refusals
from complaint_gift.demo.standin_jira.memory import (
    CUSTOM_FIELDS,
    LINK_TYPES,
    PRIORITIES,
    STATUSES,
    issue_of,
    may_browse,
    moment,
    project_of,
)

SYSTEM_FIELDS = (
    ("summary", "Summary", "string"), ("description", "Description", "string"), ("labels", "Labels", "array"),
    ("priority", "Priority", "priority"), ("assignee", "Assignee", "user"), ("reporter", "Reporter", "user"),
    ("status", "Status", "status"), ("project", "Project", "project"),
    ("issuetype", "Issue Type", "issuetype"), ("comment", "Comment", "comments-page"),
)  # fmt: skip

# Of those that the published document lists, those of projects, issues and comments.
PERMISSIONS = frozenset(
    ("ADMINISTER_PROJECTS", "BROWSE_PROJECTS", "SERVICEDESK_AGENT",
     "ASSIGNABLE_USER", "ASSIGN_ISSUES", "CLOSE_ISSUES", "CREATE_ISSUES", "DELETE_ISSUES", "EDIT_ISSUES",
     "LINK_ISSUES", "MODIFY_REPORTER", "MOVE_ISSUES", "RESOLVE_ISSUES", "SCHEDULE_ISSUES",
     "SET_ISSUE_SECURITY", "TRANSITION_ISSUES", "MANAGE_WATCHERS", "VIEW_VOTERS_AND_WATCHERS",
     "ADD_COMMENTS", "DELETE_ALL_COMMENTS", "DELETE_OWN_COMMENTS", "EDIT_ALL_COMMENTS", "EDIT_OWN_COMMENTS")
)  # fmt: skip


def add_routes(blueprint: Blueprint, version: int) -> None:
    """Everything that is asked for before the first change."""
    _add_people(blueprint, version)
    _add_kinds(blueprint, version)
    _add_projects(blueprint, version)


def _add_people(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/myself")
    def myself() -> Response:
        with asking.desk().reading() as records:
            return jsonify(_show(records, g.caller["id"], version))

    @blueprint.get("/user")
    def user() -> Response:
        with asking.desk().reading() as records:
            return jsonify(_show(records, _named(records)["id"], version))

    @blueprint.get("/user/search")
    def search_users() -> Response:
        asked, account = (
            request.args.get("query") or request.args.get("username", ""),
            request.args.get("accountId"),
        )
        if not (asked or account):
            raise refusals.invalid("One of 'accountId', 'property' or 'query' is required.")
        with asking.desk().reading() as records:
            hits = [
                _show(records, user["id"], version)
                for user in records.find("user")
                if user["id"] == account
                or (asked and asked.casefold() in f"{user['displayName']} {user['email']}".casefold())
            ]
        return jsonify(asking.page(hits)["values"])

    _add_groups(blueprint, version)


def _add_groups(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/user/groups")
    def groups() -> Response:
        with asking.desk().reading() as records:
            names = _named(records)["groups"]
        return jsonify([_group(name, version) for name in names])

    @blueprint.get("/group/member")
    def members() -> Response:
        wanted = request.args.get("groupname") or request.args.get("groupId", "").removeprefix("group-")
        view = asking.view(version)
        with asking.desk().reading() as records:
            found = [
                view.user(records, user["id"]) for user in records.find("user") if wanted in user["groups"]
            ]
        if not found:
            raise refusals.refuse(404, f"The group named '{wanted}' does not exist.")
        shown = asking.page(found)
        return jsonify(
            shown
            | {"isLast": shown["startAt"] + len(shown["values"]) >= len(found), "self": request.base_url}
        )

    _add_permissions(blueprint)


def _add_permissions(blueprint: Blueprint) -> None:
    @blueprint.get("/mypermissions")
    def permissions() -> Response:
        asked = [name for name in request.args.get("permissions", "").split(",") if name]
        if not asked:
            raise refusals.invalid("The 'permissions' query parameter is required.")
        unknown = [name for name in asked if name not in PERMISSIONS]
        if unknown:
            raise refusals.invalid(f"Unrecognized permissions: {', '.join(unknown)}")
        with asking.desk().reading() as records:
            if request.args.get("issueKey"):
                issue_of(records, request.args["issueKey"])
            if request.args.get("projectKey"):
                _require_project(records, request.args["projectKey"])
        staff = g.caller["kind"] != "customer"
        shown = {
            name: {
                "id": str(at),
                "key": name,
                "name": name.capitalize().replace("_", " "),
                "type": "PROJECT",
                "havePermission": staff,
            }
            for at, name in enumerate(asked)
        }
        return jsonify({"permissions": shown})


def _add_kinds(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/serverInfo")
    def server() -> Response:
        base, cloud = request.url_root.rstrip("/"), not asking.is_data_center()
        numbers = [1001, 0, 0] if cloud else [10, 3, 2]
        info: Json = {
            "baseUrl": base,
            "version": ".".join(map(str, numbers)),
            "versionNumbers": numbers,
            "deploymentType": "Cloud" if cloud else "Server",
            "buildNumber": 100_300 if cloud else 10_030_002,
            "buildDate": moment(0),
            "serverTime": moment(asking.desk().clock()),
            "serverTitle": "Jira",
        }
        return jsonify(info | ({"scmInfo": "0" * 40} if cloud else {}))

    @blueprint.get("/field")
    def fields() -> Response:
        shown = [
            _field(id_, name, {"type": kind, "system": id_}, custom=False)
            for id_, name, kind in SYSTEM_FIELDS
        ]
        for id_, name, kind, custom in CUSTOM_FIELDS:
            schema: Json = {"type": kind, "custom": custom, "customId": int(id_.removeprefix("customfield_"))}
            if kind == "array":
                schema["items"] = custom.rpartition(":")[2].removesuffix("s")
            shown.append(_field(id_, name, schema, custom=True))
        return jsonify(shown)

    _add_values(blueprint, version)


def _add_values(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/priority")
    def priorities() -> Response:
        return jsonify([asking.view(version).priority(id_) for id_, _ in PRIORITIES])

    @blueprint.get("/priority/search")
    def search_priorities() -> Response:
        found = asking.page([asking.view(version).priority(id_) for id_, _ in PRIORITIES])
        return jsonify(found | {"isLast": True, "self": request.base_url})

    @blueprint.get("/status")
    def states() -> Response:
        return jsonify([asking.view(version).status(id_) for id_, _, _ in STATUSES])

    @blueprint.get("/issueLinkType")
    def link_types() -> Response:
        view = asking.view(version)
        shown = [
            {"id": i, "name": n, "inward": a, "outward": b, "self": view.link(f"issueLinkType/{i}")}
            for i, n, a, b in LINK_TYPES
        ]
        return jsonify({"issueLinkTypes": shown})


def _add_projects(blueprint: Blueprint, version: int) -> None:
    @blueprint.get("/project/<name>")
    def project(name: str) -> Response:
        with asking.desk().reading() as records:
            found = _require_project(records, name)
        return jsonify(asking.view(version).project(found))

    @blueprint.get("/project/search")
    def search_projects() -> Response:
        kind, keys = request.args.get("typeKey", ""), set(asking.find_all((), "keys"))
        with asking.desk().reading() as records:
            every = [p for p in records.find("project") if may_browse(records, p["id"], g.caller["id"])]
        found = [
            p for p in every if (not kind or p["kind"] in kind.split(",")) and (not keys or p["key"] in keys)
        ]
        shown = asking.page([asking.view(version).project(p) for p in found])
        return jsonify(
            shown
            | {"isLast": shown["startAt"] + len(shown["values"]) >= len(found), "self": request.base_url}
        )


def _require_project(records: Records, name: str) -> Json:
    found = project_of(records, name)
    if found is None or not may_browse(records, name, g.caller["id"]):
        raise refusals.refuse(404, f"No project could be found with key '{name}'.")
    return found


def _named(records: Records) -> Json:
    key = next((name for name in ("accountId", "username", "key") if request.args.get(name)), "")
    place = {"accountId": "id", "username": "name", "key": "key"}.get(key, "")
    if not key or (key != "accountId" and not asking.is_data_center()):
        raise refusals.invalid("The query parameter 'accountId' is required.")
    found = next((user for user in records.find("user") if user[place] == request.args[key]), None)
    if found is None:
        raise refusals.refuse(404, "The user does not exist.")
    return found


def _show(records: Records, account: str, version: int) -> Json:
    user = records.get("user", account) or {"groups": [], "email": ""}
    shown = asking.view(version).user(records, account) or {}
    groups = [_group(name, version) for name in user["groups"]]
    return shown | {
        "emailAddress": user["email"],
        "locale": "en_US",
        "groups": {"size": len(groups), "items": groups},
    }


def _group(name: str, version: int) -> Json:
    link = asking.view(version).link(f"group?groupname={name}")
    return {"name": name, "self": link} | ({} if asking.is_data_center() else {"groupId": f"group-{name}"})


def _field(id_: str, name: str, schema: Json, *, custom: bool) -> Json:
    shown = {
        "id": id_,
        "name": name,
        "custom": custom,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{schema['customId']}]", name] if custom else [id_],
        "schema": schema,
    }
    return shown if asking.is_data_center() else shown | {"key": id_}
