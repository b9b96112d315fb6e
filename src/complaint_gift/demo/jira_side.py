"""What the demo page shows of the stand-in Jira, and what its agent writes there."""

from __future__ import annotations

import re
import time

from complaint_gift.demo import jira_requests
from complaint_gift.demo.desk_view import COMPLAINT_TAGS
from complaint_gift.demo.jira_requests import extra_of
from complaint_gift.demo.standin.desk import Desk, Json, Records
from complaint_gift.demo.standin_jira import Act, comments, markup
from complaint_gift.demo.standin_jira.memory import is_request, issue_of, project_of

STATUS = {
    "10000": "new",
    "10001": "open",
    "10002": "pending",
    "10003": "open",
    "10004": "solved",
    "10005": "closed",
}
PRIORITY = {"1": "urgent", "2": "high", "3": None, "4": "low", "5": "low"}
LISTED = 60
# How a note of ours is known again; nothing for a reader.
MARK = re.compile(r"\s*\bcg-[a-z]+-[0-9a-f]{8,64}\s*$", re.ASCII)


class JiraSide:
    """See sides.Side."""

    def __init__(self, desk: Desk, bot: str, source: str = "jira-demo") -> None:
        self.desk, self.bot, self.source = desk, bot, source

    def list_tickets(self, language: str) -> Json:
        """See Side. Only what customers asked for; escalations are issues too."""
        with self.desk.reading() as records:
            shown = [
                _summarise(records, issue, self.bot)
                for issue in records.find("issue")
                if is_request(records, issue) and extra_of(records, issue["id"])["language"] == language
            ]
        shown.sort(key=lambda entry: -entry["moved"])
        return {"tickets": shown[:LISTED], "now": time.time()}

    def show_ticket(self, number: int) -> Json:
        """See Side."""
        with self.desk.reading() as records:
            issue = issue_of(records, number)
            entry = _summarise(records, issue, self.bot)
            messages = self._messages(records, issue)
            context = _context(records, issue, entry, messages) | {"source": self.source}
            return entry | {
                "group": None,
                "assignee": _name(records, issue["assignee"]),
                "messages": messages,
                "context": context,
                "drafts": extra_of(records, number)["drafts"],
                "timeline": self._timeline(records, issue),
                "updated_at": issue["updated"],
                "now": time.time(),
            }

    def open_ticket(self, language: str, name: str, text: str) -> int:
        """See Side."""
        with self.desk.transaction() as records:
            return jira_requests.open_as_customer(records, language, name, text)

    def write_message(self, number: int, text: str, *, public: bool, reason: str) -> None:
        """See Side. The reason stands where our Forge app would write it: in a property of the comment."""
        with self.desk.transaction() as records:
            issue = issue_of(records, number)
            agent = jira_requests.agent_of(records, extra_of(records, number)["language"])
            act = Act(agent["id"], via="desk")
            properties: Json = {"complaint_gift": {"reason": reason}} if reason else {}
            comments.add_comment(
                records, act, issue, markup.to_document(text), public=public, properties=properties
            )

    def start_over(self) -> None:
        """See Side."""
        jira_requests.empty(self.desk)
        jira_requests.fill(self.desk)

    def _messages(self, records: Records, issue: Json) -> list[Json]:
        first = {
            "id": f"description-{issue['id']}", "author": _name(records, issue["reporter"]),
            "role": "customer", "public": True, "text": markup.to_plain(issue["description"]),
            "at": issue["created"],
        }  # fmt: skip
        return [first, *(self._message(records, comment) for comment in records.find("comment", issue["id"]))]

    def _message(self, records: Records, comment: Json) -> Json:
        author = records.get("user", comment["author"]) or {"displayName": "", "kind": "customer"}
        is_bot = comment["author"] == self.bot
        role = "bot" if is_bot else "customer" if author["kind"] == "customer" else "agent"
        return {
            "id": comment["id"], "author": author["displayName"], "role": role,
            "public": comment["public"] and not comment["visibility"],
            "text": _words(comment), "at": comment["created"],
        }  # fmt: skip

    def _timeline(self, records: Records, issue: Json) -> list[Json]:
        """Everything since the agent's last message that went out from this page, oldest first."""
        said = records.find("comment", issue["id"])
        starts = [comment["created"] for comment in said if comment["via"] == "desk"]
        if not starts:
            return []
        begun = starts[-1]
        entries = [entry for comment in said if comment["created"] >= begun for entry in self._told(comment)]
        for change in records.find("change", issue["id"]):
            if change["at"] >= begun and change["author"] == self.bot:
                entries += [
                    {"at": change["at"], "by": "bot"} | _show_change(item) for item in change["items"]
                ]
        return sorted([*entries, *_webhooks(records, issue, begun)], key=lambda entry: entry["at"])

    def _told(self, comment: Json) -> list[Json]:
        by = "bot" if comment["author"] == self.bot else "agent"
        kind = "reply" if comment["public"] else "note"
        entry = {"at": comment["created"], "by": by, "kind": kind, "text": _words(comment)}
        reason = (comment["properties"].get("complaint_gift") or {}).get("reason") if by == "agent" else ""
        return [entry, *([{**entry, "kind": "reason", "text": reason}] if reason else [])]


def _summarise(records: Records, issue: Json, bot: str) -> Json:
    project = project_of(records, issue["project"]) or {"name": ""}
    # Labels and notes of ours shall not move a request to the top, only what people say.
    said = [c["created"] for c in records.find("comment", issue["id"]) if c["author"] != bot]
    return {
        "id": int(issue["id"]),
        "key": issue["key"],
        "subject": issue["summary"],
        "status": STATUS[issue["status"]],
        "priority": PRIORITY[issue["priority"]],
        "customer": _name(records, issue["reporter"]),
        "brand": project["name"],
        "channel": "portal",
        "tags": issue["labels"],
        "complaint": bool(COMPLAINT_TAGS & set(issue["labels"])),
        "moved": max([issue["created"], *said]),
        "language": extra_of(records, issue["id"])["language"],
    }


def _context(records: Records, issue: Json, entry: Json, messages: list[Json]) -> Json:
    public = [message for message in messages if message["public"]]
    said = [message for message in public if message["role"] == "customer"]
    # As long as the customer has not written again, one reply in two messages is the first one.
    ours = next((at for at, message in enumerate(public) if message["role"] == "agent"), len(public))
    context: Json = {
        "first_reply": not any(message["role"] == "customer" for message in public[ours:]),
        "channel": entry["channel"],
        "complaint_text": said[-1]["text"] if said else "",
        "customer_name": entry["customer"],
        "brand": entry["brand"],
        "conversation": issue["id"],
    }
    if entry["complaint"] or extra_of(records, issue["id"])["kind"] in ("praise", "question"):
        context["complaint"] = entry["complaint"]
    assignee = records.get("user", issue["assignee"]) if issue["assignee"] else None
    if assignee:
        context["author"] = {"id": assignee["id"], "name": assignee["displayName"], "company": True}
    return context


def _webhooks(records: Records, issue: Json, begun: float) -> list[Json]:
    row = records.connection.execute(
        "select event, state, status_code, done, took, tries from invocation where ticket=? and created>=?"
        " and event='comment_created' and done is not null order by rowid limit 1",
        (issue["id"], begun),
    ).fetchone()
    if row is None:
        return []
    event, state, code, done, took, tries = row
    return [
        {
            "kind": "webhook",
            "at": done,
            "event": event,
            "state": state,
            "code": code,
            "took": took,
            "tries": tries,
        }
    ]


def _show_change(item: Json) -> Json:
    name = item["fieldId"]
    before, after = item["fromString"], item["toString"]
    if name == "labels":
        old, new = (set((words or "").split()) for words in (before, after))
        return {"kind": "tags", "added": sorted(new - old), "removed": sorted(old - new)}
    if name == "priority":
        return {"kind": "priority", "value": PRIORITY[item["to"]] or "normal", "before": before}
    if name == "links":
        return {"kind": "linked", "value": item["to"]}
    return {"kind": name, "value": after, "before": before}


def _words(comment: Json) -> str:
    return MARK.sub("", markup.to_plain(comment["body"]))


def _name(records: Records, account: str | None) -> str:
    person = records.get("user", account) if account else None
    return str(person["displayName"]) if person else ""
