"""What happens to an issue: opened, edited, assigned, moved, linked, rated, deleted; all is announced."""

from __future__ import annotations

from typing import Any

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import markup, refusals
from complaint_gift.demo.standin_jira.announcing import announce_issue
from complaint_gift.demo.standin_jira.comments import require_short
from complaint_gift.demo.standin_jira.memory import (
    ISSUE_TYPES,
    LINK_TYPES,
    PRIORITIES,
    STATUSES,
    TRANSITIONS,
    Act,
    Dialect,
    issue_of,
    named,
    next_id,
    project_of,
    user_of,
)

LONGEST_SUMMARY = 255
EDITABLE = frozenset(("summary", "description", "labels", "priority", "assignee", "reporter"))


def open_issue(records: Records, act: Act, wish: Json) -> Json:
    """`wish`: summary, project key, and what else an issue has; raises 400 as POST /issue does."""
    project = project_of(records, wish.get("project"))
    if project is None:
        raise refusals.invalid(project="valid project is required")
    summary = read_summary(wish.get("summary"))
    records.put("project", project | {"issues": project["issues"] + 1})
    number = next_id(records, "issue")
    is_service = project["kind"] == "service_desk"
    issue = {
        "id": number, "key": f"{project['key']}-{project['issues'] + 1}", "project": project["id"],
        "summary": summary, "description": wish.get("description"),
        "type": wish.get("type") or ISSUE_TYPES[0 if is_service else 1][0],
        "status": "10001" if is_service else "10000", "priority": wish.get("priority") or "3",
        "labels": read_labels(wish.get("labels") or []),
        "reporter": wish.get("reporter") or act.actor, "creator": act.actor, "assignee": wish.get("assignee"),
        "created": records.now, "updated": records.now, "request_type": wish.get("request_type", ""),
        "participants": [], "organizations": [], "rating": 0, "rated": 0.0, "links": [], "via": act.via,
    }  # fmt: skip
    records.put("key", {"id": issue["key"], "issue": number})
    records.put("issue", issue, number)
    announce_issue(records, act, issue, "jira:issue_created", "issue_created")
    return issue


def edit_issue(
    records: Records, act: Act, issue: Json, changes: Json, *, kind: str = "issue_updated"
) -> Json:
    """Set the given fields of the record; what is so already is no change and rings no bell."""
    items = [
        _change(records, name, issue[name], value) for name, value in changes.items() if issue[name] != value
    ]
    if not items:
        return issue
    issue = records.put("issue", issue | changes | {"updated": records.now}, issue["id"])
    number = next_id(records, "change")
    change = {"id": number, "author": act.actor, "at": records.now, "items": items, "via": act.via}
    records.put("change", change, issue["id"])
    announce_issue(records, act, issue, "jira:issue_updated", kind, changelog={"id": number, "items": items})
    return issue


def read_edit(records: Records, body: Json, issue: Json, dialect: Dialect) -> Json:
    """The changes of a PUT /issue body; raises 400 naming the field."""
    changes = {
        name: _read_field(records, name, value, dialect) for name, value in (body.get("fields") or {}).items()
    }
    for name, operations in (body.get("update") or {}).items():
        for operation in operations:
            changes[name] = _operate(records, name, operation, changes.get(name, issue.get(name)), dialect)
    return changes


def _operate(records: Records, name: str, operation: Json, now: Any, dialect: Dialect) -> Any:
    if "set" in operation:
        return _read_field(records, name, operation["set"], dialect)
    if name != "labels":
        raise refusals.invalid(**{name: f"Operation not supported for the field {name!r}."})
    add, remove = operation.get("add"), operation.get("remove")
    kept = [label for label in now if label != remove]
    return read_labels([*kept, *([add] if add is not None and add not in kept else [])])


def _read_field(records: Records, name: str, value: Any, dialect: Dialect) -> Any:
    if name not in EDITABLE:
        text = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        raise refusals.invalid(**{name: text})
    if name == "labels":
        return read_labels(value)
    if name == "priority":
        given = value.get("id") or value.get("name") if isinstance(value, dict) else None
        pair = named(PRIORITIES, given)
        if pair is None:
            raise refusals.invalid(priority="The priority selected is invalid.")
        return pair[0]
    if name in ("assignee", "reporter"):
        user = None if value is None else user_of(records, value, logins=dialect.logins, field=name)
        return user["id"] if user else None
    if name == "description":
        return read_document(value, wiki=dialect.wiki, field="description")
    return read_summary(value)


def read_summary(value: Any) -> str:
    """One line of no more than 255 characters; raises 400."""
    if not isinstance(value, str) or not value.strip():
        raise refusals.invalid(summary="You must specify a summary of the issue.")
    summary = value.strip()
    if "\n" in summary or "\r" in summary:
        raise refusals.invalid(summary="The summary is invalid because it contains newline characters.")
    if len(summary) > LONGEST_SUMMARY:
        raise refusals.invalid(summary=f"Summary can't exceed {LONGEST_SUMMARY} characters.")
    return summary


def read_document(value: Any, *, wiki: bool, field: str = "comment") -> Json | None:
    """A text in the form of the version asked: a document in v3, a string in v2; else raises 400."""
    if value is None:
        return None
    found: Json | None = None
    if isinstance(value, str) and wiki:
        found = markup.to_document(value)
    elif not wiki and markup.is_document(value):
        found = value
    if found is not None:
        # A document counts by what it says, not by how much JSON that takes.
        require_short(value if wiki else markup.to_wiki(found), field)
        return found
    text = "Operation value must be a string" if wiki else "Operation value must be an Atlassian Document"
    raise refusals.invalid(**{field: f"{text} (see the Atlassian Document Format)"})


def read_labels(value: Any) -> list[str]:
    """Labels as Jira keeps them: sorted, each once; one with a space is refused."""
    if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
        raise refusals.invalid(labels="data was not an array")
    for label in value:
        if any(letter.isspace() for letter in label) or not label:
            raise refusals.invalid(labels=f"The label '{label}' contains spaces which is invalid.")
        if len(label) > 255:
            raise refusals.invalid(labels="The label is longer than 255 characters.")
    return sorted(set(value))


def assign(records: Records, act: Act, issue: Json, wish: Json) -> Json:
    user = user_of(records, wish, logins=act.data_center)
    if user is not None and user["kind"] == "customer":
        raise refusals.invalid(assignee=f"User '{user['displayName']}' cannot be assigned issues.")
    return edit_issue(records, act, issue, {"assignee": user["id"] if user else None}, kind="issue_assigned")


def transitions_of(issue: Json) -> list[tuple[str, str, str]]:
    """Those that lead somewhere else from where the issue is."""
    return [way for way in TRANSITIONS if way[2] != issue["status"]]


def transition(records: Records, act: Act, issue: Json, number: Any) -> Json:
    way = next((way for way in transitions_of(issue) if way[0] == str(number)), None)
    if way is None:
        raise refusals.invalid(f"Transition id '{number}' is not valid for this issue.")
    kind = "issue_resolved" if way[2] in ("10004", "10005") else "issue_generic"
    return edit_issue(records, act, issue, {"status": way[2]}, kind=kind)


def link(records: Records, act: Act, body: Json) -> str:
    """POST /issueLink; gives the id of the link. Linking what is linked already changes nothing."""
    kind = body["type"]
    known = named(LINK_TYPES, kind.get("id") or kind.get("name"))
    if known is None:
        raise refusals.refuse(404, f"No issue link type with name '{kind.get('name')}' found.")
    ends = [
        issue_of(records, end.get("id") or end.get("key"))
        for end in (body["inwardIssue"], body["outwardIssue"])
    ]
    wanted = (known[0], "outwardIssue", ends[1]["id"])
    for there in ends[0]["links"]:
        if (there["type"]["id"], there["side"], there["issue"]) == wanted:
            return str(there["id"])
    number = next_id(records, "link")
    shown = {"id": known[0], "name": known[1], "inward": known[2], "outward": known[3]}
    for issue, other, side in ((ends[0], ends[1], "outwardIssue"), (ends[1], ends[0], "inwardIssue")):
        entry = {"id": number, "type": shown, "side": side, "issue": other["id"]}
        edit_issue(records, act, issue_of(records, issue["id"]), {"links": [*issue["links"], entry]})
    return number


def rate(records: Records, act: Act, issue: Json, rating: int, comment: str = "") -> Json:
    """The customer answers the satisfaction survey: 1 to 5, with words if they like."""
    if not 1 <= rating <= 5:
        raise refusals.invalid("The rating has to be between 1 and 5.")
    records.put("feedback", {"id": issue["id"], "rating": rating, "comment": comment}, issue["id"])
    return edit_issue(records, act, issue, {"rating": rating, "rated": records.now})


def delete_issue(records: Records, act: Act, issue: Json) -> None:
    for comment in records.find("comment", issue["id"]):
        records.remove("comment", comment["id"])
    records.remove("issue", issue["id"])
    records.remove("key", issue["key"])
    announce_issue(records, act, issue, "jira:issue_deleted", "issue_deleted")


_NAMES = {"links": "Link", "rating": "Satisfaction", "rated": "Satisfaction date"}


def _change(records: Records, name: str, before: Any, after: Any) -> Json:
    item: Json = {
        "field": _NAMES.get(name, name),
        "fieldtype": "custom" if name.startswith("rat") else "jira",
        "fieldId": name,
    }
    for ending, value in (("from", before), ("to", after)):
        raw, words = _tell(records, name, value)
        # What is not there is null in webhooks; the published schema of the changelog knows only texts.
        item |= {ending: raw, "fromString" if ending == "from" else "toString": words}
    return item


def _tell(records: Records, name: str, value: Any) -> tuple[str | None, str | None]:
    if value in (None, "", []):
        return None, "" if name == "labels" else None
    if name == "labels":
        return None, " ".join(value)
    if name in ("assignee", "reporter"):
        user = records.get("user", value)
        return str(value), user["displayName"] if user else None
    pair = named({"priority": PRIORITIES, "status": STATUSES}.get(name, ()), value)
    if pair:
        return pair[0], pair[1]
    if name == "description":
        return None, markup.to_plain(value)
    if name == "links":
        other = records.get("issue", value[-1]["issue"]) or {"key": value[-1]["issue"]}
        return str(
            other["key"]
        ), f"This issue {value[-1]['type'][value[-1]['side'].removesuffix('Issue')]} {other['key']}"
    return None, str(value)
