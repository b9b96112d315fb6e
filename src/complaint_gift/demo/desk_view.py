"""What the demo page shows of the stand-in: the list, one conversation, and what happened after a reply."""

from __future__ import annotations

import json
from typing import Any

from complaint_gift.demo.conversations import extra_of
from complaint_gift.demo.standin import tickets
from complaint_gift.demo.standin.desk import Json, Records

COMPLAINT_TAGS = frozenset({"complaint", "cg_complaint", "cg-complaint"})


def list_tickets(records: Records, language: str, bot: int) -> list[Json]:
    """The conversations in one language, the one in which a person did something last first."""
    # Tags and notes of ours shall not move a conversation to the top.
    rows = records.connection.execute(
        "select coalesce(max(audit.moved), ticket.moved) as last, ticket.body from record ticket"
        " left join record audit on audit.kind='audit' and audit.ticket=ticket.id"
        " and json_extract(audit.body, '$.author_id') is not ?"
        " where ticket.kind='ticket' group by ticket.place order by last desc, ticket.place",
        (bot,),
    ).fetchall()
    shown = [_summarise(records, json.loads(body), last) for last, body in rows]
    return [entry for entry in shown if entry["language"] == language]


def _summarise(records: Records, ticket: Json, moved: float) -> Json:
    extra = extra_of(records, ticket["id"])
    return {
        "id": ticket["id"],
        "subject": ticket["subject"],
        "status": ticket["status"],
        "priority": ticket["priority"],
        "customer": _name(records, ticket["requester_id"]),
        "brand": (records.get("brand", ticket["brand_id"]) or {}).get("name", ""),
        "channel": ticket["via"]["channel"],
        "tags": ticket["tags"],
        "complaint": bool(COMPLAINT_TAGS & set(ticket["tags"])),
        "moved": moved,
        "language": extra["language"],
    }


def show_ticket(records: Records, number: int, bot: int) -> Json:
    """One ticket with its messages, the context for a review, replies to try, and its timeline."""
    ticket = tickets.show_ticket(records, number)
    audits = _timed_audits(records, number)
    entry = _summarise(
        records, ticket, max((at for at, audit in audits if audit["author_id"] != bot), default=0.0)
    )
    messages = [
        _message(records, event, at, bot)
        for at, audit in audits
        for event in audit["events"]
        if event["type"] == "Comment"
    ]
    extra = extra_of(records, number)
    group = records.get("group", ticket["group_id"]) if ticket["group_id"] else None
    return entry | {
        "group": group["name"] if group else None,
        "assignee": _name(records, ticket["assignee_id"]),
        "messages": messages,
        "context": _review_context(records, ticket, entry, messages),
        "drafts": extra["drafts"],
        "timeline": _timeline(records, number, audits, bot),
        "updated_at": ticket["updated_at"],
    }


def _review_context(records: Records, ticket: Json, entry: Json, messages: list[Json]) -> Json:
    public = [m for m in messages if m["public"]]
    said = [m for m in public if m["role"] == "customer"]
    # As long as the customer has not written again, one reply in two messages is the first one.
    ours = next((at for at, m in enumerate(public) if m["role"] == "agent"), len(public))
    context: Json = {
        "first_reply": not any(m["role"] == "customer" for m in public[ours:]),
        "channel": entry["channel"],
        "complaint_text": said[-1]["text"] if said else "",
        "customer_name": entry["customer"],
        "brand": entry["brand"],
        "conversation": str(ticket["id"]),
    }
    if entry["complaint"] or extra_of(records, ticket["id"])["kind"] in ("praise", "question"):
        context["complaint"] = entry["complaint"]
    assignee = records.get("user", ticket["assignee_id"]) if ticket["assignee_id"] else None
    if assignee:
        context["author"] = {"id": str(assignee["id"]), "name": assignee["name"], "company": True}
    return context


def _message(records: Records, event: Json, at: float, bot: int) -> Json:
    author = records.get("user", event["author_id"]) or {"name": "", "role": "end-user", "id": 0}
    role = "bot" if author["id"] == bot else "customer" if author["role"] == "end-user" else "agent"
    return {
        "id": event["id"], "author": author["name"], "role": role, "public": event["public"],
        "text": event["plain_body"], "at": at,
    }  # fmt: skip


def _timed_audits(records: Records, number: int) -> list[tuple[float, Json]]:
    rows = records.connection.execute(
        "select moved, body from record where kind='audit' and ticket=? order by place", (str(number),)
    )
    return [(moved, json.loads(body)) for moved, body in rows]


def _timeline(records: Records, number: int, audits: list[tuple[float, Json]], bot: int) -> list[Json]:
    """Everything since the agent's last message that went out from this page, oldest first."""
    starts = [at for at, audit in audits if audit["author_id"] != bot and audit["via"]["channel"] == "desk"]
    if not starts:
        return []
    begun = starts[-1]
    entries = [
        entry for at, audit in audits if at >= begun for entry in _audit_entries(records, at, audit, bot)
    ]
    rows = records.connection.execute(
        "select event, state, status_code, done, took, tries from invocation where ticket=? and created>=?",
        (str(number), begun),
    )
    entries += [
        {"kind": "webhook", "at": done, "event": event.rpartition(".")[2], "state": state, "code": code,
         "took": took, "tries": tries}
        for event, state, code, done, took, tries in rows
        if done is not None and event.endswith("comment_added")
    ][:1]  # fmt: skip
    return sorted(entries, key=lambda entry: entry["at"])


def _audit_entries(records: Records, at: float, audit: Json, bot: int) -> list[Json]:
    by_bot = audit["author_id"] == bot
    entries: list[Json] = []
    for event in audit["events"]:
        common = {"at": at, "by": "bot" if by_bot else "agent"}
        if event["type"] == "Comment":
            entries.append(
                common | {"kind": "reply" if event["public"] else "note", "text": event["plain_body"]}
            )
        elif event["type"] == "Change" and by_bot:
            entries.append(common | _change(records, event))
    reason = (audit["metadata"].get("custom") or {}).get("cg_reason")
    if reason:
        entries.append({"at": at, "by": "agent", "kind": "reason", "text": reason})
    return entries


def _change(records: Records, event: Json) -> Json:
    name, value, before = event["field_name"], event["value"], event.get("previous_value")
    if name == "tags":
        added = sorted(set(value or []) - set(before or []))
        removed = sorted(set(before or []) - set(value or []))
        return {"kind": "tags", "added": added, "removed": removed}
    if name == "group_id":
        return {"kind": "group", "value": (records.get("group", value) or {}).get("name", value)}
    if name == "assignee_id":
        return {"kind": "assignee", "value": _name(records, value)}
    return {"kind": name, "value": value, "before": before}


def _name(records: Records, number: Any) -> str:
    person = records.get("user", number) if number else None
    return str(person["name"]) if person else ""
