"""The sample requests of the stand-in Jira, and how they get into it."""

from __future__ import annotations

from complaint_gift.demo.conversations import AGENTS, LANGUAGES, load_samples
from complaint_gift.demo.standin.desk import Desk, Json, Records
from complaint_gift.demo.standin_jira import Act, comments, issues
from complaint_gift.demo.standin_jira.markup import to_document
from complaint_gift.demo.standin_jira.memory import add_project, add_user, project_of

ESCALATIONS = "ESC"
FOLDER = "jira"
GROUPS = ("jira-servicemanagement-users", "agents")
# Where a visitor's own request goes: the first brand of the samples.
FIRST = {"en": ("NOVA", "Question"), "ru": ("VINTIK", "Вопрос")}


def fill(desk: Desk) -> None:
    """Tell every sample request to a stand-in without any, at the times at which it happened."""
    with desk.transaction() as records:
        if project_of(records, ESCALATIONS) is None:
            add_project(records, ESCALATIONS, "Escalations", "business")
        if records.find("issue"):
            return
        started = records.now
        told = [(language, sample) for language in LANGUAGES for sample in load_samples(language, FOLDER)]
        for language, sample in sorted(told, key=lambda pair: -pair[1]["ago"]):
            _tell(records, language, sample, started)
        records.now = started


def empty(desk: Desk) -> None:
    """Delete every issue as an agent would, so that the product hears of it; people and webhooks stay."""
    with desk.transaction() as records:
        for issue in records.find("issue"):
            issues.delete_issue(records, Act(issue["assignee"] or issue["reporter"], via="desk"), issue)
        records.connection.execute("delete from record where kind in ('change', 'extra', 'property')")


def agent_of(records: Records, language: str) -> Json:
    """The agent who writes in this language; added when there is none yet."""
    name, email = AGENTS[language]
    return _person(records, name, email, "atlassian")


def extra_of(records: Records, number: object) -> Json:
    """What the demo knows about an issue beyond Jira: language, kind, replies to try."""
    return records.get("extra", number) or {"id": str(number), "language": "en", "kind": "", "drafts": {}}


def open_as_customer(records: Records, language: str, name: str, text: str) -> int:
    """A new request by somebody who just wrote; gives its number."""
    customer = _person(records, name[:80], "", "customer")
    key, kind = FIRST[language]
    wish = {
        "summary": text.split("\n")[0][:60],
        "description": to_document(text),
        "project": key,
        "request_type": kind,
        "assignee": agent_of(records, language)["id"],
    }
    issue = issues.open_issue(records, Act(customer["id"], via="portal"), wish)
    records.put("extra", {"id": issue["id"], "language": language, "kind": "", "drafts": {}})
    return int(issue["id"])


def _tell(records: Records, language: str, sample: Json, started: float) -> None:
    agent = agent_of(records, language)
    customer = _person(records, sample["customer"]["name"], sample["customer"]["email"], "customer")
    project = sample["project"]
    if project_of(records, project["key"]) is None:
        add_project(records, project["key"], project["name"])
    first, *later = sample["messages"]
    began = records.now = started - sample["ago"] * 60
    wish = {
        "summary": sample["subject"],
        "description": to_document(first["text"]),
        "project": project["key"],
        "request_type": sample["type"],
        "labels": sample["labels"],
        "assignee": agent["id"],
    }
    issue = issues.open_issue(records, Act(customer["id"], via="portal"), wish)
    for message in later:
        records.now = began + message["after"] * 60
        speaker = agent if message["from"] == "agent" else customer
        act = Act(speaker["id"], via="portal")
        comments.add_comment(records, act, issue, to_document(message["text"]))
    kind = sample.get("kind", "complaint")
    extra = {"id": issue["id"], "language": language, "kind": kind, "drafts": sample["drafts"]}
    records.put("extra", extra)


def _person(records: Records, name: str, email: str, kind: str) -> Json:
    """By kind as well: a visitor who is called like the agent is somebody else."""
    who = name, kind
    known = next((u for u in records.find("user") if (u["displayName"], u["kind"]) == who), None)
    groups = GROUPS if kind == "atlassian" else ()
    return known or add_user(records, name, kind, email, groups=groups)
