"""Webhooks as Jira sends them: thin, with wiki markup, and on Data Center without the issue of a comment."""

from __future__ import annotations

import json
import random
from typing import Any

from complaint_gift.demo.standin.desk import Json, Records, make_ulid
from complaint_gift.demo.standin_jira.memory import Act, project_of
from complaint_gift.demo.standin_jira.views import View

EVENTS = frozenset(
    ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
     "comment_deleted", "issue_property_set", "issue_property_deleted")
)  # fmt: skip
_WORDS = {
    "comment_created": "issue_commented",
    "comment_updated": "issue_comment_edited",
    "comment_deleted": "issue_comment_deleted",
}


def announce_issue(
    records: Records, act: Act, issue: Json, event: str, kind: str, *, changelog: Json | None = None
) -> None:
    """Queue a delivery of an issue event for each webhook that asked for it."""
    view = _view(records, act)
    body: Json = {
        "timestamp": int(records.now * 1000),
        "webhookEvent": event,
        "issue_event_type_name": kind,
        "user": view.user(records, act.actor),
        "issue": _show_issue(records, view, issue),
    }
    if changelog is not None:
        body["changelog"] = changelog
    _queue(records, issue, event, body)


def announce_comment(records: Records, act: Act, issue: Json, comment: Json, event: str) -> None:
    """Both families: Data Center tells a comment inside an issue event as well."""
    view = _view(records, act)
    shown = view.comment(records, comment)
    if act.data_center:
        whole = {"timestamp": int(records.now * 1000), "webhookEvent": "jira:issue_updated",
                 "issue_event_type_name": _WORDS[event], "user": view.user(records, act.actor),
                 "issue": _show_issue(records, view, issue)}  # fmt: skip
        _queue(records, issue, "jira:issue_updated", whole | {"comment": shown})
    body: Json = {"timestamp": int(records.now * 1000), "webhookEvent": event, "comment": shown}
    if not act.data_center:
        link = view.link(f"issue/{issue['id']}")
        fields = view.thin_fields(records, issue)
        body["issue"] = {"id": issue["id"], "self": link, "key": issue["key"], "fields": fields}
    _queue(records, issue, event, body)


def announce_property(records: Records, act: Act, issue: Json, key: str, value: Any) -> None:
    """Unverified: nobody has recorded one; the shape follows the names of Atlassian's list of events."""
    body = {
        "timestamp": int(records.now * 1000),
        "webhookEvent": "issue_property_set",
        "property": {"key": key, "value": value},
        "issue": {"id": issue["id"], "key": issue["key"]},
    }
    _queue(records, issue, "issue_property_set", body)


def _view(records: Records, act: Act) -> View:
    """Links in webhooks lead to version 2, whoever made the change."""
    row = records.connection.execute("select value from setting where name='base'").fetchone()
    return View(json.loads(row[0]) if row else "http://jira.invalid", 2, act.data_center)


def _show_issue(records: Records, view: View, issue: Json) -> Json:
    fields = view.fields(records, issue)
    fields.pop("comment")  # "jira:issue_* will no longer contain comment objects"
    return {
        "id": issue["id"],
        "self": view.link(f"issue/{issue['id']}"),
        "key": issue["key"],
        "fields": fields,
    }


def _queue(records: Records, issue: Json, event: str, body: Json) -> None:
    project = project_of(records, issue["project"]) or {}
    hooks = [hook for hook in records.find("webhook") if hook["enabled"] and event in hook["events"]]
    whole = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    for hook in hooks:
        if hook["projects"] and project.get("key") not in hook["projects"]:
            continue
        raw = b"" if hook["exclude"] else whole
        due = records.now + random.uniform(0, _shuffle(records))  # noqa: S311 - no secret
        records.connection.execute(
            "insert into invocation (id, webhook, ticket, event, body, due, created) values (?,?,?,?,?,?,?)",
            (make_ulid(records.now), hook["id"], issue["id"], event, raw, due, records.now),
        )


def _shuffle(records: Records) -> float:
    row = records.connection.execute("select value from setting where name='faults'").fetchone()
    return float(json.loads(row[0]).get("shuffle", 0.0)) if row else 0.0
