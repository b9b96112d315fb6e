"""Comments: public by default, which is the trap, and internal only when that is said in the right place."""

from __future__ import annotations

from typing import Any

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import refusals
from complaint_gift.demo.standin_jira.announcing import announce_comment
from complaint_gift.demo.standin_jira.memory import Act, next_id, project_of

PUBLIC_PROPERTY = "sd.public.comment"
LONGEST = 32_767


def add_comment(
    records: Records,
    act: Act,
    issue: Json,
    body: Json,
    *,
    public: bool = True,
    visibility: Json | None = None,
    properties: Json | None = None,
) -> Json:
    """`body` is a document. Outside of service projects every comment counts as public."""
    project = project_of(records, issue["project"]) or {}
    is_public = public if project.get("kind") == "service_desk" else True
    comment = {
        "id": next_id(records, "comment"), "issue": issue["id"], "author": act.actor, "updater": act.actor,
        "body": body, "public": is_public, "visibility": visibility or {}, "properties": properties or {},
        "created": records.now, "updated": records.now, "via": act.via,
    }  # fmt: skip
    records.put("comment", comment, issue["id"])
    records.put("issue", issue | {"updated": records.now}, issue["id"])
    announce_comment(records, act, issue, comment, "comment_created")
    return comment


def read_internal(properties: list[Json]) -> bool:
    """True when the properties of a new platform comment make it internal."""
    return any(
        entry.get("key") == PUBLIC_PROPERTY
        and isinstance(entry.get("value"), dict)
        and entry["value"].get("internal") is True
        for entry in properties
    )


def edit_comment(records: Records, act: Act, issue: Json, comment: Json, changes: Json) -> Json:
    """`changes` may hold body, public, visibility and properties of the record."""
    after = comment | changes | {"updater": act.actor, "updated": records.now}
    records.put("comment", after, issue["id"])
    announce_comment(records, act, issue, after, "comment_updated")
    return after


def delete_comment(records: Records, act: Act, issue: Json, comment: Json) -> None:
    records.remove("comment", comment["id"])
    announce_comment(records, act, issue, comment, "comment_deleted")


def require_body(value: Any) -> Any:
    """What stands under `body`; an empty one is refused in the words of Jira."""
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        raise refusals.invalid(comment="Comment body can not be empty!")
    if isinstance(value, str):
        require_short(value, "comment")
    return value


def require_short(text: str, field: str) -> None:
    """The limit of every long text."""
    if len(text) > LONGEST:
        raise refusals.invalid(
            **{field: f"The entered text is too long. It exceeds the allowed limit of {LONGEST} characters."}
        )
