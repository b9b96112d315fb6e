"""What a delivery means. Events are bells: only ids are read here, the texts come by REST.

Three kinds of body come in: what an admin webhook sends, what our Automation rule sends, and an issue as
Automation or a workflow sends it. Nothing in here asks anybody anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from complaint_gift.domain import (
    ConversationChanged,
    ConversationDeleted,
    Event,
    MessageAdded,
    MessageEdited,
    MessageRedacted,
    PersonErased,
    Visibility,
)
from complaint_gift.plugin import Delivery, Source, UnknownEvent, Unreadable
from complaint_gift_jira.ids import (
    mapping,
    read_issue,
    read_moment,
    read_names,
    read_number,
    read_person,
    rows,
    text,
)

DESCRIPTION = "description"  # the id of what the customer wrote first: it is a field, no comment
SERVICE_DESK = "service_desk"
MARK = re.compile(r"\bcg-[a-z]+-[0-9a-f]{24}\b", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}", re.ASCII)
_KEY = re.compile(r"([A-Z][A-Z0-9_]{0,39})-\d{1,12}", re.ASCII)

IGNORED = frozenset(
    (
        "app_access_to_objects_blocked",  # what apps may do
        "app_access_to_objects_in_container_blocked",
        "attachment_created",  # we keep no attachments
        "attachment_deleted",  # so there is none to remove
        "board_configuration_changed",  # how a team plans its work
        "board_created",
        "board_deleted",
        "board_updated",
        "filter_created",  # how people search
        "filter_deleted",
        "filter_updated",
        "issue_property_deleted",  # what programs keep with an issue, ours among it
        "issue_property_set",
        "issuelink_created",  # how issues hang together does not concern us
        "issuelink_deleted",
        "issuetype_created",  # how Jira is set up
        "issuetype_deleted",
        "issuetype_updated",
        "jira:version_created",  # releases of software
        "jira:version_deleted",
        "jira:version_merged",
        "jira:version_moved",
        "jira:version_released",
        "jira:version_unreleased",
        "jira:version_updated",
        "jira_expression_evaluation_failed",  # what apps may do
        "jira:worklog_updated",  # how long somebody worked
        "option_attachments_changed",  # how Jira is set up
        "option_issuelinks_changed",
        "option_subtasks_changed",
        "option_timetracking_changed",
        "option_timetracking_provider_changed",
        "option_unassigned_issues_changed",
        "option_voting_changed",
        "option_watching_changed",
        "project_archived",  # its issues stay where they are
        "project_created",
        "project_deleted",
        "project_restored_archived",
        "project_restored_deleted",
        "project_soft_deleted",
        "project_updated",
        "sprint_closed",  # how a team plans its work
        "sprint_created",
        "sprint_deleted",
        "sprint_started",
        "sprint_updated",
        "user_created",  # we learn of people when they write
        "user_updated",
        "worklog_created",
        "worklog_deleted",
        "worklog_updated",
    )
)
# Fields in a changelog after which nothing has to be looked at again.
IDLE_FIELDS = frozenset(
    (
        "attachment", "component", "duedate", "environment", "epic child", "epic link", "fix version",
        "fixversions", "issueparentassociation", "link", "rank", "remotelink", "remoteissuelink", "sprint",
        "story points", "timeestimate", "timeoriginalestimate", "timespent", "version", "workflow",
        "worklogid", "worklogtimespent",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One event, taken apart as far as all have it. `issue` is "" only for events about users."""

    source: Source
    name: str
    issue: str
    body: Mapping[str, Any]
    at: datetime | None

    @property
    def comment(self) -> Mapping[str, Any]:
        """Empty where there is none."""
        return mapping(self.body.get("comment"))

    @property
    def number(self) -> str:
        """The id of the comment."""
        return read_number(self.comment.get("id"))

    @property
    def actor(self) -> str:
        """Who did it. Cloud names nobody beside the comment; who deleted one is not told at all."""
        edited = self.comment.get("updateAuthor") or self.comment.get("author")
        return read_person(self.body.get("user")) or read_person(edited)

    @property
    def is_own(self) -> bool:
        """First and second loop guard: what our bot did is no news, nor is a text that carries our mark.

        The mark counts as well because another account may hold the credentials; in public it is no excuse,
        nor where nobody says who can read it, as on Data Center.
        """
        bot = self.source.settings["bot_user_id"]
        people = [self.body.get("user"), self.comment.get("updateAuthor") or self.comment.get("author")]
        is_marked = self.comment.get("jsdPublic") is False and has_mark(self.comment.get("body"))
        return is_marked or any(bot in read_names(one) for one in people)


def on_comment_added(told: Told) -> list[Event]:
    visibility = read_visibility(told.comment, mapping(told.body.get("issue")))
    return [MessageAdded(told.issue, told.at, told.actor, message=told.number, visibility=visibility)]


def on_comment_edited(told: Told) -> list[Event]:
    """Whoever can read it now: an edit may turn an internal comment into a public one."""
    return [MessageEdited(told.issue, told.at, told.actor, message=told.number)]


def on_comment_deleted(told: Told) -> list[Event]:
    """Where it does not say which comment, the whole issue has to be looked at again."""
    if told.number:
        return [MessageRedacted(told.issue, told.at, told.actor, message=told.number)]
    return [ConversationChanged(told.issue, told.at, told.actor, what="comments")]


def on_issue_created(told: Told) -> list[Event]:
    """What the customer wrote first is the description: a field, and for us a message."""
    return [
        ConversationChanged(told.issue, told.at, told.actor, what="created"),
        MessageAdded(told.issue, told.at, told.actor, message=DESCRIPTION),
    ]


def on_issue_updated(told: Told) -> list[Event]:
    """Fields changed, a comment was written, or both: older servers tell of comments only here."""
    kind = text(told.body.get("issue_event_type_name"))
    events: list[Event] = []
    if told.comment or kind.startswith("issue_comment"):
        events += _COMMENTED.get(kind, _on_some_comment)(told)
    items = rows(mapping(told.body.get("changelog")).get("items"))
    changed = [text(item.get("field")).casefold() for item in items]
    busy = [field for field in changed if field not in IDLE_FIELDS]
    if DESCRIPTION in busy:
        events.append(MessageEdited(told.issue, told.at, told.actor, message=DESCRIPTION))
    if busy or (not events and not changed):
        what = busy[0][:60] if busy and busy[0].isascii() and busy[0].isprintable() else "fields"
        events.append(ConversationChanged(told.issue, told.at, told.actor, what=what))
    return events


def _on_some_comment(told: Told) -> list[Event]:
    """A comment without a word on what became of it: new when it was never edited."""
    created, updated = (read_moment(told.comment.get(name)) for name in ("created", "updated"))
    return on_comment_added(told) if created == updated else on_comment_edited(told)


def on_issue_deleted(told: Told) -> list[Event]:
    return [ConversationDeleted(told.issue, told.at, told.actor)]


def on_user_deleted(told: Told) -> list[Event]:
    """Nothing where it names nobody; who deleted them is not kept."""
    person = read_person(told.body.get("user"))
    return [PersonErased("", told.at, person=person)] if person else []


_COMMENTED: dict[str, Callable[[Told], list[Event]]] = {
    "issue_commented": on_comment_added,
    "issue_comment_edited": on_comment_edited,
    "issue_comment_deleted": on_comment_deleted,
}
# What goes is followed whoever caused it, our own bot included.
_FOLLOWED: dict[str, Callable[[Told], list[Event]]] = {
    "comment_deleted": on_comment_deleted,
    "jira:issue_deleted": on_issue_deleted,
    "user_deleted": on_user_deleted,
}
_NEWS: dict[str, Callable[[Told], list[Event]]] = {
    "comment_created": on_comment_added,
    "comment_updated": on_comment_edited,
    "jira:issue_created": on_issue_created,
    "jira:issue_updated": on_issue_updated,
}
_HANDLERS = _FOLLOWED | _NEWS
HANDLED = frozenset(_HANDLERS)


def parse(delivery: Delivery, source: Source) -> list[Event]:
    """See Plugin.parse."""
    body = _read_body(delivery.body, source)
    name = body.get("webhookEvent")
    if name is None:
        return _parse_unnamed(body, source)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Unreadable(f"{source.name}: webhookEvent is no name of an event; is this Jira's own webhook?")
    if name in IGNORED:
        return []
    handler = _HANDLERS.get(name)
    if handler is None:
        raise UnknownEvent(f"{source.name}: the event {name} is not known here; take it out of the webhook.")
    return _handle(handler, _take_apart(name, body, source))


def _handle(handler: Callable[[Told], list[Event]], told: Told) -> list[Event]:
    if _is_elsewhere(told) or (told.is_own and told.name not in _FOLLOWED):
        return []
    return handler(told)


def _parse_unnamed(body: Mapping[str, Any], source: Source) -> list[Event]:
    """Without webhookEvent: our Automation rule, an issue that a rule sends whole, a workflow's webhook."""
    if isinstance(body.get("event"), str):
        handler = _AUTOMATED.get(body["event"])
        if handler is None:
            raise UnknownEvent(
                f"{source.name}: the rule sends an event that is not known here; see the README."
            )
        return _handle(handler, _take_apart("the rule", _flatten(body), source))
    if "fields" in body and "key" in body:
        told = _take_apart("the rule", {"issue": body, "timestamp": body.get("timestamp")}, source)
        return _handle(lambda one: [ConversationChanged(one.issue, one.at, what="rule")], told)
    if mapping(body.get("issue")) or mapping(body.get("comment")):
        return _handle(on_issue_updated, _take_apart("the webhook", body, source))
    raise UnknownEvent(f"{source.name}: the body names neither an event nor an issue; who sends it?")


def _flatten(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our rule says `internal` where a webhook says jsdPublic."""
    comment = mapping(body.get("comment"))
    internal = comment.get("internal")
    told = {"jsdPublic": not internal} if isinstance(internal, bool) else {}
    return {**body, "comment": {**comment, **told}}


_AUTOMATED: dict[str, Callable[[Told], list[Event]]] = {
    **_HANDLERS,
    "comment_edited": on_comment_edited,
    "issue_created": on_issue_created,
    "issue_updated": lambda told: [ConversationChanged(told.issue, told.at, told.actor, what="rule")],
}


def _take_apart(name: str, body: Mapping[str, Any], source: Source) -> Told:
    issue = "" if name.startswith("user_") else read_issue(body)
    if not issue and not name.startswith("user_"):
        raise Unreadable(f"{source.name}: {name} names no issue; nothing can be looked up.")
    comment = mapping(body.get("comment"))
    at = read_moment(body.get("timestamp")) or read_moment(comment.get("updated"))
    return Told(source, name, issue, body, at)


def _is_elsewhere(told: Told) -> bool:
    """Of a project that the source does not name. What names no project is looked at."""
    wanted, found = (
        told.source.settings["projects"],
        _KEY.fullmatch(text(mapping(told.body.get("issue")).get("key"))),
    )
    return bool(wanted and found and found[1] not in wanted)


def read_visibility(comment: Mapping[str, Any], issue: Mapping[str, Any]) -> Visibility:
    """Public means: a comment of a service project, marked public, open to everybody on the request.

    Jira marks comments of every project as public, so the mark alone says nothing.
    """
    kind = mapping(mapping(issue.get("fields")).get("project")).get("projectTypeKey")
    public = comment.get("jsdPublic")
    if (
        public is False
        or comment.get("visibility")
        or (isinstance(kind, str) and kind and kind != SERVICE_DESK)
    ):
        return Visibility.INTERNAL
    return Visibility.PUBLIC if public is True and kind == SERVICE_DESK else Visibility.UNKNOWN


def has_mark(body: Any) -> bool:
    """True for a text of ours with its mark in small type, or as all of them had it before."""
    return bool(
        MARK.search(body if isinstance(body, str) else json.dumps(body) if isinstance(body, dict) else "")
    )


def _read_body(raw: bytes, source: Source) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable(
            f"{source.name}: the body is not JSON; does the rule escape texts with asJsonString?"
        ) from None
    if not isinstance(body, dict):
        raise Unreadable(f"{source.name}: the body is JSON, but no object; is the webhook ours?")
    return body
