"""From the objects of the REST API to a Conversation. Pure but for `fetch`, which asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from complaint_gift.domain import Author, Conversation, Message, Role, Visibility
from complaint_gift.plugin import Source
from complaint_gift.text import new_part
from complaint_gift_jira.api import Jira, Json
from complaint_gift_jira.dialect import read_body
from complaint_gift_jira.directory import Directory, open_directory, read_people
from complaint_gift_jira.ids import mapping, read_moment, read_names, read_number, read_person, rows, text
from complaint_gift_jira.parse import DESCRIPTION, SERVICE_DESK, read_visibility
from complaint_gift_jira.settings import browse_url
from complaint_gift_jira.sight import remember_project

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELDS = (
    "summary", "description", "status", "priority", "labels", "reporter", "creator", "assignee", "project",
    "issuetype", "created", "updated",
)  # fmt: skip
PROPERTY = "complaint_gift"
# A customer of the portal has an account that begins so.
PORTAL = "qm:"
_STATUS = {"new": "new", "indeterminate": "open", "done": "solved"}
_PRIORITIES = {
    "low": ("low", "minor", "lowest", "trivial", "низкий", "незначительный", "самый низкий", "тривиальный"),
    "normal": ("medium", "normal", "средний", "обычный"),
    "high": ("high", "major", "высокий", "серьезный"),
    "urgent": (
        "highest", "critical", "blocker", "urgent", "наивысший", "самый высокий", "критический",
        "блокирующий",
    ),
}  # fmt: skip


def fetch(number: str, source: Source, api: Jira) -> Conversation | None:
    """See Plugin.fetch: the issue, its comments, and who can read them where the comments do not say."""
    directory = open_directory(source, api)
    issue = api.issue(number, [*FIELDS, *directory.fields.values()])
    if issue is None:
        return None
    remember_project(issue, source)
    comments, is_whole = api.comments(number)
    public = None
    unsaid = not api.dialect.tells_visibility or any(
        not isinstance(c.get("jsdPublic"), bool) for c in comments
    )
    if comments and unsaid and is_service_desk(issue):
        public = api.request_comments(number)
    organizations = rows(mapping(issue.get("fields")).get(directory.fields.get("organizations", "")))
    numbers = [read_number(one.get("id")) for one in organizations]
    members = frozenset(name for n in numbers if n for name in read_people(n, source, api))
    found = read_conversation(source, issue, comments, directory, public=public, members=members)
    return replace(found, is_whole=is_whole)


def read_conversation(
    source: Source,
    issue: Json,
    comments: Sequence[Json],
    directory: Directory,
    *,
    public: Mapping[str, bool] | None = None,
    members: frozenset[str] = frozenset(),
) -> Conversation:
    """Description and comments by time. `public` is what the service desk says of comments, by id; `members`
    are the people of the organisations that share the request.
    """
    fields = mapping(issue.get("fields"))
    cast = Cast(source, fields, directory, members)
    found = [_read_description(fields, issue, cast)]
    found += [_read_comment(comment, issue, cast, public or {}) for comment in comments]
    known = {message.id: message for message in found if message.id}
    assignee = read_person(fields.get("assignee"))
    groups: Mapping[str, str] = source.settings["groups"]
    return Conversation(
        source=source.name,
        id=read_number(issue.get("id")),
        messages=tuple(
            sorted(known.values(), key=lambda m: (m.sent_at, m.id != DESCRIPTION, len(m.id), m.id))
        ),
        subject=_line(fields.get("summary")),
        brand=_line(mapping(fields.get("project")).get("name")),
        channel="jira",
        status=_STATUS.get(
            text(mapping(mapping(fields.get("status")).get("statusCategory")).get("key")), "open"
        ),
        priority=read_priority(fields.get("priority"), source.settings["priorities"]),
        form=read_request_type(fields.get(directory.fields.get("request_type", ""))),
        rating=_read_rating(fields.get(directory.fields.get("rating", ""))),
        tags=read_labels(fields),
        requester_id=cast.reporter,
        assignee_id=assignee,
        group_id=next((name for name, person in groups.items() if person and person == assignee), ""),
        updated_at=read_moment(fields.get("updated")),
        url=browse_url(source.settings, _line(issue.get("key"))),
    )


def is_service_desk(issue: Json) -> bool:
    """True for an issue of a service project."""
    return mapping(mapping(issue.get("fields")).get("project")).get("projectTypeKey") == SERVICE_DESK


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who in one issue."""

    source: Source
    fields: Mapping[str, Any]
    directory: Directory
    members: frozenset[str] = frozenset()

    @property
    def reporter(self) -> str:
        """ "" where nobody is named."""
        return read_person(self.fields.get("reporter"))

    def author(self, user: Any, *, strange: bool = False) -> Author:
        """`strange`: a mail by somebody who is not on the request."""
        role = self._role(user, strange=strange)
        return Author(
            id=self._id(user),
            role=role,
            name=_line(mapping(user).get("displayName")),
            account=_line(mapping(user).get("emailAddress")),
            company=role not in (Role.CUSTOMER, Role.BYSTANDER),
        )

    def _id(self, user: Any) -> str:
        """Our bot is called as the configuration calls it, whichever of its names that is."""
        names, bot = read_names(user), str(self.source.settings["bot_user_id"])
        return bot if bot in names else read_person(user)

    def _role(self, user: Any, *, strange: bool) -> Role:
        """In this order: nobody, bots, agents for sure, portal customers, people of the request, the rest.

        An agent who reported the issue speaks as a customer, unless it is the agent's own to solve.
        """
        names, settings = set(read_names(user)), self.source.settings
        kind = mapping(user).get("accountType")
        if not names:
            return Role.BYSTANDER
        if kind == "app" or names & {settings["bot_user_id"], *settings["ignored_authors"]}:
            return Role.BOT
        if names & set(settings["managers"]):
            return Role.MANAGER
        if kind == "customer" or any(name.startswith(PORTAL) for name in names):
            return Role.CUSTOMER
        if names & (self.directory.agents | set(settings["agents"])) or names & set(
            read_names(self.fields.get("assignee"))
        ):
            return Role.AGENT
        if names & self._outsiders():
            return Role.CUSTOMER
        if strange or settings["strangers"] == "bystander":
            return Role.BYSTANDER
        return Role.AGENT

    def _outsiders(self) -> set[str]:
        """Whoever asks: the reporter, those who were added to the request, those who share it."""
        participants = self.fields.get(self.directory.fields.get("participants", ""))
        people = [self.fields.get("reporter"), *rows(participants)]
        return {name for user in people for name in read_names(user)} | self.members


def read_labels(fields: Mapping[str, Any]) -> frozenset[str]:
    """The labels of an issue."""
    labels = fields.get("labels")
    return frozenset(_line(one) for one in labels if _line(one)) if isinstance(labels, list) else frozenset()


def read_priority(value: Any, named: Mapping[str, str]) -> str:
    """low, normal, high or urgent, "" for what we cannot tell. `named` is the configuration's own mapping."""
    told = {_line(mapping(value).get("name")), _line(mapping(value).get("id"))} - {""}
    for ours, theirs in named.items():
        if theirs in told:
            return ours
    folded = {one.casefold().replace("ё", "е") for one in told}
    return next((ours for ours, words in _PRIORITIES.items() if folded & set(words)), "")


def names_of_priority(ours: str) -> tuple[str, ...]:
    """What Jira may call a priority of ours, the likeliest first."""
    return _PRIORITIES[ours]


def _read_description(fields: Mapping[str, Any], issue: Json, cast: Cast) -> Message:
    """What the reporter wrote first. The portal's short requests say everything in the summary.

    Only an agent's or a bot's description is not a customer's: whoever has no account any more was one.
    """
    author = cast.author(fields.get("reporter") or fields.get("creator"))
    if author.role is Role.BYSTANDER and is_service_desk(issue):
        author = Author(author.id, Role.CUSTOMER, author.name, author.account, company=False)
    return Message(
        id=DESCRIPTION,
        author=author,
        text=_read_text(fields.get("description"), author) or _line(fields.get("summary")),
        visibility=Visibility.PUBLIC if is_service_desk(issue) else read_visibility({}, issue),
        sent_at=read_moment(fields.get("created")) or EPOCH,
        channel="jira",
    )


def _read_comment(comment: Json, issue: Json, cast: Cast, public: Mapping[str, bool]) -> Message:
    number = read_number(comment.get("id"))
    author = cast.author(comment.get("author"), strange=comment.get("jsdAuthorCanSeeRequest") is False)
    told = comment
    if number in public and not isinstance(comment.get("jsdPublic"), bool):
        told = {**comment, "jsdPublic": public[number]}
    visibility = read_visibility(told, issue)
    if visibility is Visibility.INTERNAL and read_mark(comment):
        # A note of ours under another account than the configured one. In public the mark is no excuse.
        author = replace(author, role=Role.BOT)
    return Message(
        id=number,
        author=author,
        text=_read_text(comment.get("body"), author),
        visibility=visibility,
        sent_at=read_moment(comment.get("created")) or EPOCH,
        channel="jira",
        waiver=_read_waiver(comment),
    )


def _read_text(body: Any, author: Author) -> str:
    """What its author wrote just now. What staff quote is not theirs; what customers quote tells a story."""
    clean = read_body(body, quotes=author.role in (Role.CUSTOMER, Role.BYSTANDER))
    return clean.keep(new_part(clean.text)).text


def read_mark(comment: Json) -> str:
    """The mark of the action that a note of ours belongs to, "" for what is none."""
    return _line(_read_property(comment).get("mark"))


def _read_waiver(comment: Json) -> str:
    """Why it was sent against the advice, as our own app writes it into a property of the comment."""
    return _line(_read_property(comment).get("reason"))[:2000]


def _read_property(comment: Json) -> Mapping[str, Any]:
    """What we, or our app, keep with a comment."""
    kept = (
        mapping(one.get("value")) for one in rows(comment.get("properties")) if one.get("key") == PROPERTY
    )
    return next(kept, {})


def read_request_type(value: Any) -> str:
    """Its id (Cloud and new Data Center), or portal/type as older ones keep it."""
    kind = mapping(mapping(value).get("requestType"))
    return read_number(kind.get("id")) or _line(kind.get("name")) or _line(value)[:120]


def _read_rating(value: Any) -> str:
    """Stars as `bad` (1, 2) and `good` (4, 5); three say neither."""
    stars = mapping(value).get("rating") if isinstance(value, dict) else value
    if isinstance(stars, bool) or not isinstance(stars, int | float):
        return ""
    return "bad" if 1 <= stars <= 2 else "good" if 4 <= stars <= 5 else ""


def _line(value: Any) -> str:
    """A text without what no database takes."""
    return text(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
