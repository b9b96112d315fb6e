"""Records as the REST interface shows them: accountId and documents in v3, name and wiki markup in v2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import markup
from complaint_gift.demo.standin_jira.memory import (
    CUSTOM_FIELDS,
    ISSUE_TYPES,
    PRIORITIES,
    STATUSES,
    is_request,
    moment,
    named,
    project_of,
)

_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
REQUEST_TYPE, PARTICIPANTS, ORGANIZATIONS, FEEDBACK, FEEDBACK_DATE = (field[0] for field in CUSTOM_FIELDS)


@dataclass(frozen=True, slots=True)
class View:
    """How one caller sees records: where the site is, which version is asked, which kind of Jira it is."""

    base: str
    version: int = 3
    data_center: bool = False

    def link(self, path: str) -> str:
        return f"{self.base}/rest/api/{self.version}/{path}"

    def text(self, document: Json | None) -> Json | str | None:
        if document is None:
            return None
        return document if self.version == 3 else markup.to_wiki(document)

    def user(self, records: Records, account: str | None) -> Json | None:
        """None for nobody, and for somebody who was deleted."""
        user = records.get("user", account) if account else None
        if user is None:
            return None
        avatars = {f"{size}x{size}": f"{self.base}/avatar.png?size={size}" for size in (16, 24, 32, 48)}
        shown = {
            "displayName": user["displayName"],
            "active": user["active"],
            "timeZone": "Etc/UTC",
            "avatarUrls": avatars,
        }
        if self.data_center:
            link = self.link(f"user?username={user['name']}")
            return shown | {
                "self": link,
                "name": user["name"],
                "key": user["key"],
                "emailAddress": user["email"],
            }
        link = self.link(f"user?accountId={user['id']}")
        return shown | {"self": link, "accountId": user["id"], "accountType": user["kind"]}

    def project(self, project: Json) -> Json:
        link = self.link(f"project/{project['id']}")
        return {"self": link, "id": project["id"], "key": project["key"], "name": project["name"],
                "projectTypeKey": project["kind"], "simplified": False}  # fmt: skip

    def status(self, number: str) -> Json:
        _, name, category = named(STATUSES, number) or STATUSES[0]
        id_, colour, label = _CATEGORIES[category]
        shown = {
            "id": id_,
            "key": category,
            "colorName": colour,
            "name": label,
            "self": self.link(f"statuscategory/{id_}"),
        }
        return {"self": self.link(f"status/{number}"), "id": number, "name": name, "description": "",
                "iconUrl": f"{self.base}/", "statusCategory": shown}  # fmt: skip

    def priority(self, number: str) -> Json:
        pair = named(PRIORITIES, number) or PRIORITIES[2]
        icon = f"{self.base}/images/icons/priorities/{pair[1].lower()}.svg"
        return {"self": self.link(f"priority/{number}"), "id": number, "name": pair[1], "iconUrl": icon}

    def issue_type(self, number: str) -> Json:
        pair = named(ISSUE_TYPES, number) or ISSUE_TYPES[0]
        return {
            "self": self.link(f"issuetype/{number}"),
            "id": number,
            "name": pair[1],
            "description": "",
            "subtask": False,
        }

    def comment(self, records: Records, comment: Json, *, properties: bool = False) -> Json:
        shown: Json = {
            "self": self.link(f"issue/{comment['issue']}/comment/{comment['id']}"),
            "id": comment["id"],
            "body": self.text(comment["body"]),
            "created": moment(comment["created"]),
            "updated": moment(comment["updated"]),
        }
        for name, account in (("author", comment["author"]), ("updateAuthor", comment["updater"])):
            user = self.user(records, account)
            if user is not None:
                shown[name] = user
        if comment["visibility"]:
            shown["visibility"] = comment["visibility"]
        if not self.data_center:
            shown["jsdPublic"] = comment["public"]
        if properties:
            shown["properties"] = [
                {"key": key, "value": value} for key, value in comment["properties"].items()
            ]
        return shown

    def thin_fields(self, records: Records, issue: Json) -> Json:
        """The six fields that come with the webhook of a comment."""
        project = project_of(records, issue["project"]) or {}
        return {
            "summary": issue["summary"],
            "issuetype": self.issue_type(issue["type"]),
            "project": self.project(project),
            "assignee": self.user(records, issue["assignee"]),
            "priority": self.priority(issue["priority"]),
            "status": self.status(issue["status"]),
        }

    def fields(self, records: Records, issue: Json) -> Json:
        comments = [self.comment(records, comment) for comment in records.find("comment", issue["id"])]
        link = self.link(f"issue/{issue['id']}/comment")
        page = {
            "comments": comments,
            "self": link,
            "maxResults": len(comments),
            "total": len(comments),
            "startAt": 0,
        }
        done = issue["status"] in ("10004", "10005")
        return self.thin_fields(records, issue) | {
            "description": self.text(issue["description"]),
            "labels": issue["labels"],
            "reporter": self.user(records, issue["reporter"]),
            "creator": self.user(records, issue["creator"]),
            "created": moment(issue["created"]),
            "updated": moment(issue["updated"]),
            "resolution": {"id": "10000", "name": "Done"} if done else None,
            "issuelinks": [self._link(records, link) for link in issue["links"]],
            "comment": page,
            REQUEST_TYPE: self._request_type(records, issue),
            PARTICIPANTS: [self.user(records, account) for account in issue["participants"]],
            ORGANIZATIONS: issue["organizations"],
            FEEDBACK: {"rating": issue["rating"]} if issue["rating"] else None,
            FEEDBACK_DATE: moment(issue["rated"]) if issue["rating"] else None,
        }

    def _request_type(self, records: Records, issue: Json) -> Json | None:
        if not is_request(records, issue):
            return None
        project = project_of(records, issue["project"]) or {}
        link = f"{self.base}/rest/servicedeskapi/request/{issue['id']}"
        portal = f"{self.base}/servicedesk/customer/portal/{project['desk']}/{issue['key']}"
        kind = {
            "id": "1",
            "name": issue["request_type"],
            "serviceDeskId": project["desk"],
            "issueTypeId": issue["type"],
        }
        return {
            "_links": {"self": link, "jiraRest": self.link(f"issue/{issue['id']}"), "web": portal},
            "requestType": kind,
        }

    def _link(self, records: Records, link: Json) -> Json:
        other = records.get("issue", link["issue"]) or {
            "id": link["issue"],
            "key": "",
            "summary": "",
            "status": "10000",
        }
        shown = {"id": other["id"], "key": other["key"], "self": self.link(f"issue/{other['id']}"),
                 "fields": {"summary": other["summary"], "status": self.status(other["status"])}}  # fmt: skip
        return {"id": link["id"], "type": link["type"], link["side"]: shown}

    def issue(
        self, records: Records, issue: Json, wanted: Iterable[str] = (), *, properties: Iterable[str] = ()
    ) -> Json:
        """`wanted` as in `fields=`; empty means all of them."""
        fields = self.fields(records, issue)
        shown: Json = {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": issue["id"],
            "self": self.link(f"issue/{issue['id']}"),
            "key": issue["key"],
            "fields": _choose(fields, [name for name in wanted if name]),
        }
        asked = [key for key in properties if key]
        if asked:
            every = {p["key"]: p["value"] for p in records.find("property", issue["id"])}
            shown["properties"] = (
                every if "*all" in asked else {key: every[key] for key in asked if key in every}
            )
        return shown


def _choose(fields: Json, wanted: list[str]) -> Json:
    if not wanted:
        return fields
    left = {name[1:] for name in wanted if name.startswith("-")}
    named_ = {name for name in wanted if not name.startswith(("-", "*"))}
    if {"*all", "*navigable"} & set(wanted) or not named_:
        named_ |= set(fields)
    return {name: value for name, value in fields.items() if name in named_ - left}
