"""The administrators' webhooks over REST: made, aligned, removed. A secret is never shown again.

`blueprint` is as Cloud has it, and Data Center to 9; `moved` as Data Center from 10 on.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, jsonify, request

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import asking, refusals
from complaint_gift.demo.standin_jira.announcing import EVENTS
from complaint_gift.demo.standin_jira.memory import next_id

blueprint, moved = Blueprint("hooks", __name__), Blueprint("moved_hooks", __name__)
_PROJECTS = re.compile(r"project\s*(?:=|in)\s*\(?([^)]+?)\)?\s*", re.IGNORECASE)


def add_webhook(records: Records, wish: Json, owner: str) -> Json:
    """Make a webhook from the body of POST /webhook; raises 400."""
    return records.put(
        "webhook", _read(records, wish, {"id": next_id(records, "webhook"), "secret": ""}, owner)
    )


def _read(records: Records, wish: Json, before: Json, owner: str) -> Json:
    unknown = sorted(set(wish.get("events") or ()) - EVENTS)
    if unknown:
        raise refusals.invalid(f"Unknown event: {unknown[0]}")
    if not wish["url"].startswith(("http://", "https://")):
        raise refusals.invalid("The URL has to be absolute.")
    query = (wish.get("filters") or {}).get("issue-related-events-section") or wish.get("jqlFilter", "")
    found = _PROJECTS.fullmatch(query.strip()) if query else None
    if query and found is None:
        raise refusals.invalid(f"The JQL '{query}' is not understood.")
    projects = [part.strip().strip("\"'") for part in found[1].split(",")] if found else []
    kept = before["secret"] if "secret" not in wish else wish["secret"] or ""
    return before | {
        "name": wish["name"], "description": wish.get("description", ""), "url": wish["url"], "secret": kept,
        "events": list(wish.get("events") or ()), "filters": {"issue-related-events-section": query},
        "projects": projects, "enabled": wish.get("enabled", True), "exclude": wish.get("excludeBody", False),
        "owner": owner, "at": records.now,
    }  # fmt: skip


def _show(records: Records, hook: Json) -> Json:
    owner = records.get("user", hook["owner"]) or {"displayName": ""}
    return {
        "name": hook["name"], "description": hook["description"], "url": hook["url"],
        "events": hook["events"],
        "filters": hook["filters"], "excludeBody": hook["exclude"], "enabled": hook["enabled"],
        "isSigned": bool(hook["secret"]), "lastUpdatedUser": hook["owner"],
        "lastUpdatedDisplayName": owner["displayName"], "lastUpdated": int(hook["at"] * 1000),
        "self": f"{request.root_url}rest/webhooks/1.0/webhook/{hook['id']}",
    }  # fmt: skip


@blueprint.before_request
@moved.before_request
def require_admin() -> None:
    if "admins" not in g.caller["groups"]:
        raise refusals.forbidden("Only administrators may manage webhooks.")


@blueprint.get("/webhook")
def list_webhooks() -> Response:
    with asking.desk().reading() as records:
        return jsonify([_show(records, hook) for hook in records.find("webhook")])


@blueprint.post("/webhook")
def create_webhook() -> tuple[Response, int]:
    with asking.desk().transaction() as records:
        return jsonify(_show(records, add_webhook(records, asking.read_body(), g.caller["id"]))), 201


@blueprint.route("/webhook/<number>", methods=["GET", "PUT", "DELETE"])
def one_webhook(number: str) -> tuple[Response | str, int]:
    with asking.desk().transaction() as records:
        hook = records.get("webhook", number)
        if hook is None:
            raise refusals.refuse(404, "No webhook with this id.")
        if request.method == "DELETE":
            records.remove("webhook", number)
            return "", 204
        if request.method == "PUT":
            hook = records.put("webhook", _read(records, asking.read_body(), hook, g.caller["id"]))
        return jsonify(_show(records, hook)), 200


def _translate(wish: Json) -> Json:
    """A webhook of Data Center 10 in the older shape. A `secret` beside the configuration is ignored."""
    kept = wish.get("configuration") or {}
    told = {key: wish[key] for key in ("name", "url", "events", "filters") if key in wish}
    excluded = kept.get("EXCLUDE_BODY") == "true" or wish.get("excludeBody") is True
    # A PUT replaces the whole, the secret too.
    return told | {
        "secret": kept.get("SECRET", ""), "excludeBody": excluded, "enabled": wish.get("active", True)
    }  # fmt: skip


def _show_moved(hook: Json) -> Json:
    return {
        "id": int(hook["id"]), "name": hook["name"], "url": hook["url"], "events": hook["events"],
        "configuration": {"EXCLUDE_BODY": str(hook["exclude"]).lower()}, "active": hook["enabled"],
        "scopeType": "global", "sslVerificationRequired": True,
        "createdDate": int(hook["at"] * 1000), "updatedDate": int(hook["at"] * 1000),
    }  # fmt: skip


@moved.get("/webhooks")
def list_moved() -> Response:
    with asking.desk().reading() as records:
        return jsonify([_show_moved(hook) for hook in records.find("webhook")])


@moved.post("/webhooks")
def create_moved() -> tuple[Response, int]:
    with asking.desk().transaction() as records:
        return jsonify(_show_moved(add_webhook(records, _translate(asking.read_body()), g.caller["id"]))), 201


@moved.route("/webhooks/<number>", methods=["GET", "PUT", "DELETE"])
def one_moved(number: str) -> tuple[Response | str, int]:
    with asking.desk().transaction() as records:
        hook = records.get("webhook", number)
        if hook is None:
            raise refusals.refuse(404, "No webhook with this id.")
        if request.method == "DELETE":
            records.remove("webhook", number)
            return "", 204
        if request.method == "PUT":
            wish = _translate(asking.read_body())
            hook = records.put("webhook", _read(records, wish, hook, g.caller["id"]))
        return jsonify(_show_moved(hook)), 200
