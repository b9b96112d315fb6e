"""What happens to a ticket: it is opened, updated, tagged, rated, merged, redacted, deleted.

Every change leaves one audit, and the comments of a ticket are the Comment events of its audits.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from complaint_gift.demo.standin import refusals
from complaint_gift.demo.standin.blanks import blank_ticket
from complaint_gift.demo.standin.desk import Account, Json, Records, iso
from complaint_gift.demo.standin.events import announce

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("problem", "incident", "question", "task")
CHANGEABLE = (
    "subject", "status", "priority", "type", "assignee_id", "group_id", "requester_id", "brand_id",
    "ticket_form_id", "custom_status_id", "external_id", "due_at", "organization_id", "problem_id",
)  # fmt: skip
PERMITTED = frozenset(CHANGEABLE) | {
    "comment", "tags", "custom_fields", "fields", "metadata", "safe_update", "updated_stamp",
    "assignee_email", "collaborators", "collaborator_ids", "additional_collaborators", "followers",
    "follower_ids", "email_ccs", "email_cc_ids", "attribute_value_ids", "sharing_agreement_ids",
    "via_followup_source_id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, and through which channel; `custom` becomes `audit.metadata.custom`."""

    account: Account
    actor_id: int
    channel: str = "api"
    custom: Json = field(default_factory=dict)

    @property
    def via(self) -> Json:
        return {"channel": self.channel, "source": {"from": {}, "to": {}, "rel": None}}


def open_ticket(records: Records, act: Act, wish: Json) -> tuple[Json, Json]:
    """Open a ticket from a `ticket` object of POST /tickets; gives (ticket, audit)."""
    comment = wish.get("comment") or {"body": wish.get("description")}
    if not (comment.get("body") or comment.get("html_body")):
        raise refusals.record_invalid("base", "Description: cannot be blank")
    _check(records, wish)
    number = records.next_id("ticket")
    requester = wish.get("requester_id") or act.actor_id
    ticket = blank_ticket(number, requester, act.actor_id, act.via, iso(records.now)) | {
        name: wish[name] for name in CHANGEABLE if name in wish
    }
    if ticket["status"] not in STATUSES:
        ticket["status"] = "new"
    ticket["tags"] = tidy_tags(wish.get("tags") or [])
    ticket["raw_subject"] = ticket["subject"]
    ticket["is_public"] = bool(comment.get("public", True))
    said = _comment_event(records, act, ticket, comment, default_author=requester)
    ticket["description"] = said["body"]
    changes = [
        _event(records, "Create", name, ticket[name])
        for name in ("subject", "requester_id", "status", "priority", "assignee_id", "group_id", "brand_id")
        if ticket[name] is not None
    ]
    audit = _save(records, act, ticket, [said, *changes])
    announce(records, act.account.id, ticket, act.actor_id, [("ticket.created", {}), _added(records, said)])
    return ticket, audit


def update_ticket(records: Records, act: Act, number: object, wish: Json) -> tuple[Json, Json]:
    """Apply a `ticket` object of PUT /tickets/{id}; gives (ticket, audit)."""
    ticket = show_ticket(records, number)
    if ticket["status"] == "closed":
        raise refusals.record_invalid("status", "Status: closed prevents ticket update")
    refuse_outdated(ticket, wish)
    _check(records, wish)
    act = Act(act.account, act.actor_id, act.channel, (wish.get("metadata") or {}) or act.custom)
    events: list[Json] = []
    happened: list[tuple[str, Json]] = []
    if wish.get("comment"):
        said = _comment_event(records, act, ticket, wish["comment"], default_author=act.actor_id)
        events.append(said)
        happened.append(_added(records, said))
    _apply_changes(records, ticket, wish, events, happened)
    ticket["updated_at"] = iso(records.now)
    audit = _save(records, act, ticket, events)
    announce(records, act.account.id, ticket, act.actor_id, happened)
    return ticket, audit


def _apply_changes(
    records: Records, ticket: Json, wish: Json, events: list[Json], happened: list[tuple[str, Json]]
) -> None:
    wanted = {name: wish[name] for name in CHANGEABLE if name in wish}
    if wanted.get("assignee_id") and ticket["status"] == "new":
        wanted.setdefault("status", "open")
    if "tags" in wish:
        wanted["tags"] = tidy_tags(wish["tags"])
    for name, value in wanted.items():
        before = ticket[name]
        if value == before:
            continue
        ticket[name] = value
        events.append(_event(records, "Change", name, value, before))
        happened.append(_changed(name, value, before))
    _apply_fields(records, ticket, wish.get("custom_fields") or [], events, happened)


def _apply_fields(
    records: Records, ticket: Json, wish: list[Json], events: list[Json], happened: list[tuple[str, Json]]
) -> None:
    for entry in wish:
        known = {f["id"]: f for f in ticket["custom_fields"]}
        before = known.get(entry["id"], {}).get("value")
        if entry.get("value") == before:
            continue
        known[entry["id"]] = {"id": entry["id"], "value": entry.get("value")}
        ticket["custom_fields"] = ticket["fields"] = list(known.values())
        events.append(_event(records, "Change", str(entry["id"]), entry.get("value"), before))
        field_ = {"id": str(entry["id"])}
        happened.append(
            (
                "ticket.custom_field_changed",
                {"current": entry.get("value"), "previous": before, "field": field_},
            )
        )


def change_tags(
    records: Records,
    act: Act,
    number: object,
    body: Json,
    change: Callable[[list[str], list[str]], list[str]],
) -> list[str]:
    """Set, add or remove tags as `change(now, given)` says; gives the tags after it."""
    ticket = show_ticket(records, number)
    if ticket["status"] == "closed":
        raise refusals.record_invalid("status", "Status: closed prevents ticket update")
    refuse_outdated(ticket, body)
    given = tidy_tags(body["tags"])
    update_ticket(records, act, number, {"tags": change(list(ticket["tags"]), given)})
    return list(show_ticket(records, number)["tags"])


def rate_ticket(records: Records, act: Act, number: object, score: str, comment: str = "") -> Json:
    """The customer answers the satisfaction survey: `good` or `bad`."""
    ticket = show_ticket(records, number)
    ticket["satisfaction_rating"] = {"id": records.next_id("rating"), "score": score, "comment": comment}
    ticket["updated_at"] = iso(records.now)
    _save(records, act, ticket, [_event(records, "Change", "satisfaction_score", score, "offered")])
    event = {"satisfaction_score": {"score": score.upper(), "comment": comment}}
    announce(records, act.account.id, ticket, act.actor_id, [("ticket.csat_received", event)])
    return ticket


def merge_ticket(records: Records, act: Act, number: object, into: object, words: str) -> None:
    """Merge a ticket into another: a private comment on both, the source is closed."""
    source, target = show_ticket(records, number), show_ticket(records, into)
    update_ticket(records, act, target["id"], {"comment": {"body": words, "public": False}})
    tags = [*source["tags"], "closed_by_merge"]
    update_ticket(
        records,
        act,
        source["id"],
        {"comment": {"body": words, "public": False}, "tags": tags, "status": "closed"},
    )
    event = {"target_ticket_id": str(target["id"])}
    announce(records, act.account.id, show_ticket(records, number), act.actor_id, [("ticket.merged", event)])


def redact_comment(records: Records, act: Act, number: object, comment_id: int, html_body: str) -> Json:
    """Replace everything inside <redact> by blocks, for good; gives the comment."""
    ticket = show_ticket(records, number)
    hidden = re.sub(r"<redact>(.*?)</redact>", lambda m: "▇" * max(1, len(m[1])), html_body, flags=re.S)
    for audit in records.find("audit", number):
        for event in audit["events"]:
            if event["type"] == "Comment" and event["id"] == comment_id:
                plain = html_to_plain(hidden)
                event.update(html_body=hidden, body=plain, plain_body=plain)
                records.put("audit", audit, number)
                _touch(records, ticket)
                happened = ("ticket.comment_redacted", {"comment": {"id": str(comment_id)}})
                announce(records, act.account.id, ticket, act.actor_id, [happened])
                return {**event, "created_at": audit["created_at"]}
    raise refusals.record_not_found()


def hide_comment(records: Records, act: Act, number: object, comment_id: int) -> None:
    """Make a public comment private."""
    ticket = show_ticket(records, number)
    for audit in records.find("audit", number):
        for event in audit["events"]:
            if event["type"] == "Comment" and event["id"] == comment_id:
                event["public"] = False
                records.put("audit", audit, number)
                _touch(records, ticket)
                happened = ("ticket.comment_made_private", {"comment": {"id": str(comment_id)}})
                announce(records, act.account.id, ticket, act.actor_id, [happened])
                return
    raise refusals.record_not_found()


def delete_ticket(records: Records, act: Act, number: object, *, spam: bool = False) -> None:
    """Soft-delete a ticket, or mark it as spam (which deletes it too)."""
    ticket = show_ticket(records, number)
    records.remove("ticket", number)
    gone = {**ticket, "status": "deleted"}
    name = "ticket.marked_as_spam" if spam else "ticket.soft_deleted"
    announce(records, act.account.id, gone, act.actor_id, [(name, {})])


def show_ticket(records: Records, number: object) -> Json:
    ticket = records.get("ticket", number)
    if ticket is None:
        raise refusals.record_not_found()
    return ticket


def list_comments(records: Records, number: object) -> list[Json]:
    """The comments of a ticket in order, each with the time and channel of its audit."""
    return [
        {**event, "created_at": audit["created_at"], "via": audit["via"], "metadata": audit["metadata"]}
        for audit in records.find("audit", number)
        for event in audit["events"]
        if event["type"] == "Comment"
    ]


def refuse_outdated(ticket: Json, body: Json) -> None:
    if (
        str(body.get("safe_update", "")).lower() == "true"
        and body.get("updated_stamp") != ticket["updated_at"]
    ):
        raise refusals.update_conflict()


def tidy_tags(tags: list[str] | str) -> list[str]:
    """Tags as Zendesk keeps them: lower case, no spaces, each once, sorted."""
    words = tags.split() if isinstance(tags, str) else [str(tag).replace(" ", "_") for tag in tags]
    return sorted({word.lower() for word in words if word})


def _check(records: Records, wish: Json) -> None:
    for name, allowed in (("status", STATUSES), ("priority", PRIORITIES), ("type", TYPES)):
        value = wish.get(name)
        if value is not None and value not in allowed:
            raise refusals.record_invalid(name, f"{name.capitalize()}: {value} is not valid")
    for name, kind in (
        ("assignee_id", "user"),
        ("requester_id", "user"),
        ("group_id", "group"),
        ("brand_id", "brand"),
    ):
        value = wish.get(name)
        if value is not None and records.get(kind, value) is None:
            raise refusals.record_invalid(name, f"{name.removesuffix('_id').capitalize()}: is invalid")
    comment = wish.get("comment")
    if comment is None:
        return
    if not isinstance(comment, dict):
        raise refusals.invalid_attribute(
            "You passed an invalid value for the comment attribute. Invalid parameter: comment"
        )
    author = comment.get("author_id")
    if author is not None and records.get("user", author) is None:
        raise refusals.record_invalid("comment", "Comment: author is invalid")


def _comment_event(records: Records, act: Act, ticket: Json, comment: Json, *, default_author: int) -> Json:
    plain = (
        html_to_plain(comment["html_body"]) if comment.get("html_body") else str(comment.get("body") or "")
    )
    if not plain.strip():
        raise refusals.record_invalid("comment", "Comment: cannot be blank")
    rich = comment.get("html_body") or "".join(
        f'<p dir="auto">{html.escape(part).replace(chr(10), "<br>")}</p>' for part in plain.split("\n\n")
    )
    return {
        "id": records.next_id("comment"),
        "type": "Comment",
        "author_id": int(comment.get("author_id") or default_author),
        "body": plain,
        "html_body": f'<div class="zd-comment" dir="auto">{rich}</div>',
        "plain_body": plain,
        # An update that does not say `public` inherits it from the ticket: the trap that leaks notes.
        "public": bool(comment.get("public", ticket["is_public"])),
        "attachments": [],
    }


def _added(records: Records, said: Json) -> tuple[str, Json]:
    author = records.get("user", said["author_id"]) or {"role": "end-user", "name": ""}
    comment = {
        "id": str(said["id"]),
        "body": said["body"],
        "is_public": said["public"],
        "author": {
            "id": str(said["author_id"]),
            "is_staff": author["role"] in ("agent", "admin"),
            "name": author["name"],
        },
    }
    return "ticket.comment_added", {"comment": comment}


_EVENT_NAMES = {
    "assignee_id": "agent_assignment_changed",
    "group_id": "group_assignment_changed",
    "requester_id": "requester_changed",
    "brand_id": "brand_changed",
    "ticket_form_id": "form_changed",
    "custom_status_id": "custom_status_changed",
    "due_at": "task_due_at_changed",
    "organization_id": "organization_changed",
    "problem_id": "problem_link_changed",
}


def _changed(name: str, value: Any, before: Any) -> tuple[str, Json]:
    if name == "tags":
        added, removed = sorted(set(value) - set(before)), sorted(set(before) - set(value))
        return "ticket.tags_changed", {"tags_added": added, "tags_removed": removed}
    show: Callable[[Any], Any] = (
        (lambda v: v if v is None else str(v)) if name.endswith("_id") else (lambda v: v)
    )
    if name in ("status", "priority", "type"):
        show = lambda v: v and v.upper()  # noqa: E731
    event = {"current": show(value), "previous": show(before)}
    return f"ticket.{_EVENT_NAMES.get(name, name + '_changed')}", event


def _event(records: Records, type_: str, name: str, value: Any, before: Any = None) -> Json:
    plain = [str(v) for v in value] if isinstance(value, list) else None if value is None else str(value)
    event: Json = {"id": records.next_id("event"), "type": type_, "field_name": name, "value": plain}
    if type_ == "Change":
        event["previous_value"] = (
            before if isinstance(before, list) else None if before is None else str(before)
        )
    return event


def _save(records: Records, act: Act, ticket: Json, events: list[Json]) -> Json:
    number = records.next_id("audit")
    audit = {
        "id": number,
        "ticket_id": ticket["id"],
        "created_at": iso(records.now),
        "author_id": act.actor_id,
        "metadata": {"system": {"client": "stand-in", "ip_address": "127.0.0.1"}, "custom": act.custom},
        "events": [
            {**event, "audit_id": number} if event["type"] == "Comment" else event for event in events
        ],
        "via": act.via,
    }
    records.put("audit", audit, ticket["id"])
    records.put("ticket", ticket)
    return audit


def _touch(records: Records, ticket: Json) -> None:
    ticket["updated_at"] = iso(records.now)
    records.put("ticket", ticket)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "li"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "div", "ul", "ol", "h1", "h2", "h3"):
            self.parts.append("\n\n")


def html_to_plain(text: str) -> str:
    """`plain_body` of an `html_body`: tags gone, paragraphs apart."""
    parser = _Plain()
    parser.feed(text)
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.parts)).strip()
