"""What the stand-in remembers: issues, comments, people and projects as plain records of the shared Desk.

Times are epoch seconds here, texts are documents; `views` turns them into what each version shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from complaint_gift.demo.standin.desk import Desk, Faults, Json, Records
from complaint_gift.demo.standin_jira import refusals

PRIORITIES = (("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"))
# id, name, category: the usual workflow of a service project.
STATUSES = (
    ("10001", "Waiting for support", "indeterminate"),
    ("10002", "Waiting for customer", "indeterminate"),
    ("10003", "In progress", "indeterminate"),
    ("10004", "Resolved", "done"),
    ("10005", "Closed", "done"),
    ("10000", "To Do", "new"),
)
TRANSITIONS = (
    ("11", "Respond to customer", "10002"),
    ("21", "Respond to support", "10001"),
    ("31", "In progress", "10003"),
    ("41", "Resolve this issue", "10004"),
    ("51", "Close", "10005"),
)
LINK_TYPES = (
    ("10000", "Blocks", "is blocked by", "blocks"),
    ("10003", "Relates", "relates to", "relates to"),
)
ISSUE_TYPES = (("10010", "Service Request"), ("10011", "Task"))
# What JSM adds to an issue, found by `schema.custom` and by nothing else: id, name, type, custom.
CUSTOM_FIELDS = (
    ("customfield_10010", "Request Type", "sd-customerrequesttype", "com.atlassian.servicedesk:vp-origin"),
    (
        "customfield_10026",
        "Request participants",
        "array",
        "com.atlassian.servicedesk:sd-request-participants",
    ),
    ("customfield_10002", "Organizations", "array", "com.atlassian.servicedesk:sd-customer-organizations"),
    ("customfield_10030", "Satisfaction", "sd-feedback", "com.atlassian.servicedesk:sd-request-feedback"),
    (
        "customfield_10031",
        "Satisfaction date",
        "datetime",
        "com.atlassian.servicedesk:sd-request-feedback-date",
    ),
)
_FIRST = {
    "issue": 10_001,
    "comment": 20_001,
    "project": 10_000,
    "change": 30_001,
    "webhook": 1,
    "link": 40_001,
}


@dataclass(frozen=True, slots=True)
class JiraFaults(Faults):
    """What shall go wrong beside what `Faults` names; shares are 0..1.

    `forbid` answers 403; `publish` makes an internal note public although it was asked for as internal;
    `duplicate` delivers a webhook twice; `shuffle` holds a webhook back for up to so many seconds, so that
    later ones come first.
    """

    forbid: float = 0.0
    publish: float = 0.0
    duplicate: float = 0.0
    shuffle: float = 0.0


@dataclass(frozen=True, slots=True)
class JiraLimits:
    """Writes allowed on one issue, as Jira counts them: (number, seconds) each."""

    short: tuple[int, float] = (20, 2.0)
    long: tuple[int, float] = (100, 30.0)


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, on which Jira; `data_center` decides what webhooks look like."""

    actor: str
    data_center: bool = False
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a request is written: texts as wiki markup or as documents, people by login or account id."""

    wiki: bool
    logins: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is there from the first start: account ids, and the key of the service project."""

    bot: str
    agent: str
    lead: str
    customer: str
    project: str


def next_id(records: Records, kind: str) -> str:
    row = records.connection.execute(
        "insert into counter (kind, value) values (?, ?)"
        " on conflict (kind) do update set value = value + 1 returning value",
        (kind, _FIRST[kind]),
    ).fetchone()
    return str(row[0])


def add_user(
    records: Records, name: str, kind: str = "atlassian", email: str = "", *, groups: tuple[str, ...] = ()
) -> Json:
    """`kind` is atlassian, customer or app; portal-only customers get the ids that such accounts have."""
    row = records.connection.execute(
        "insert into counter (kind, value) values ('user', 1)"
        " on conflict (kind) do update set value = value + 1 returning value"
    ).fetchone()
    number = f"{row[0]:024x}"
    account = f"qm:7b0c9f1e-52f6-4c52-9a43-0d4f0c1a2b3c:{number}" if kind == "customer" else f"5f{number[2:]}"
    login = (email.partition("@")[0] or f"user{row[0]}").lower()
    return records.put(
        "user",
        {"id": account, "name": login, "key": f"JIRAUSER{10_000 + row[0]}", "displayName": name,
         "email": email, "kind": kind, "groups": list(groups), "active": True},
    )  # fmt: skip


def add_project(records: Records, key: str, name: str, kind: str = "service_desk") -> Json:
    number = next_id(records, "project")
    body = {
        "id": number,
        "key": key,
        "name": name,
        "kind": kind,
        "issues": 0,
        "desk": str(int(number) - 9_999),
    }
    return records.put("project", body)


def project_of(records: Records, id_or_key: object) -> Json | None:
    wanted = str(id_or_key)
    return next((p for p in records.find("project") if wanted in (p["id"], p["key"])), None)


def cast(desk: Desk) -> Cast:
    """The standing cast, added at the first start."""
    with desk.transaction() as records:
        if not records.find("project"):
            agents = ("jira-servicemanagement-users", "agents")
            add_user(records, "Complaint Gift", "atlassian", "complaint-gift@example.com", groups=agents)
            add_user(records, "Dana Whitfield", "atlassian", "dana@example.com", groups=agents)
            add_user(records, "Marcus Reid", "atlassian", "marcus@example.com", groups=(*agents, "leads"))
            add_user(records, "Sam Customer", "customer", "sam@example.net")
            add_project(records, "CARE", "Customer care")
        bot, agent, lead, customer = [user["id"] for user in records.find("user")[:4]]
        return Cast(bot, agent, lead, customer, str(records.find("project")[0]["key"]))


def may_browse(records: Records, project: object, account: str) -> bool:
    """`closed_to` of a project lists the accounts that lost the permission; it is as if it were not there."""
    found = project_of(records, project) or {}
    return account not in found.get("closed_to", ())


def issue_of(records: Records, id_or_key: object) -> Json:
    """By id or key; raises the 404 that Jira answers."""
    wanted = str(id_or_key)
    if not wanted.isdigit():
        named = records.get("key", wanted.upper())
        wanted = named["issue"] if named else ""
    issue = records.get("issue", wanted)
    if issue is None:
        raise refusals.no_issue()
    return issue


def comment_of(records: Records, number: object, issue: Json | None = None) -> Json:
    comment = records.get("comment", number)
    if comment is None or (issue is not None and comment["issue"] != issue["id"]):
        raise refusals.no_comment(number)
    return comment


def user_of(records: Records, wish: object, *, logins: bool, field: str = "assignee") -> Json | None:
    """Who is named by accountId, or by name or key in Data Center; nobody by null.

    Raises 400 for somebody unknown, and where none of these names is given: it must not look like nobody.
    """
    names = ("name", "key") if logins else ("accountId",)
    if not isinstance(wish, dict):
        raise refusals.invalid(**{field: "data was not an object"})
    name = next((name for name in names if name in wish), None)
    if name is None:
        raise refusals.invalid(**{field: f"'{names[0]}' is missing."})
    if wish[name] is None:
        return None
    place = "id" if name == "accountId" else name
    found = next((user for user in records.find("user") if user[place] == wish[name]), None)
    if found is None:
        raise refusals.invalid(**{field: f"User '{wish[name]}' does not exist."})
    return found


def is_request(records: Records, issue: Json) -> bool:
    """A customer request: an issue of a service project that has a request type."""
    project = project_of(records, issue["project"])
    return bool(project and project["kind"] == "service_desk" and issue["request_type"])


def moment(at: float) -> str:
    """Epoch seconds as Jira writes a time."""
    told = datetime.fromtimestamp(at, UTC)
    return told.strftime("%Y-%m-%dT%H:%M:%S.") + f"{told.microsecond // 1000:03d}+0000"


def named(pairs: tuple[tuple[str, ...], ...], value: Any) -> tuple[str, ...] | None:
    """The entry with this id or name."""
    return next((pair for pair in pairs if value in pair[:2]), None)
