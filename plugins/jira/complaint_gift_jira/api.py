"""The few calls that we make, with answers taken apart no further than to the object that was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import requests
import structlog

from complaint_gift.client import (
    Answer,
    Basic,
    Bearer,
    Client,
    ClientCredentials,
    Credentials,
    FileCache,
    MemoryCache,
    TokenCache,
)
from complaint_gift.plugin import Refused, Source, Unreachable
from complaint_gift_jira.dialect import Dialect, dialect_of
from complaint_gift_jira.grant import PATH, Granted, GrantFile
from complaint_gift_jira.ids import mapping, read_names, read_number, rows
from complaint_gift_jira.pace import PER_ISSUE, QUOTA, Pace
from complaint_gift_jira.scopes import DESK, LacksScope, is_lack, lack
from complaint_gift_jira.settings import CONSENT, api_url, giver_url
from complaint_gift_jira.sight import known_projects

Json = Mapping[str, Any]
PAGE = 100
MOST_PAGES = 60
LIFE = 3600.0
_log = structlog.get_logger(__name__)


def connect(source: Source, *, cache: TokenCache | None = None) -> Jira:
    """A client for this source."""
    settings = source.settings
    if settings["access_token"]:
        credentials: Credentials = Bearer(settings["access_token"])
    elif settings["api_token"]:
        credentials = Basic(settings["email"], settings["api_token"])
    elif settings["oauth"] == CONSENT:
        credentials = granted_to(source)
    else:
        credentials = ClientCredentials(
            Client(giver_url(settings), source=source.name),
            PATH,
            client_id=settings["client_id"],
            client_secret=settings["client_secret"],
            cache=cache or make_cache(source),
        )
    client = _Client(api_url(settings), source=source.name, credentials=credentials)
    pace = Pace(source.name, source.folder)
    return Jira(client, dialect_of(settings), pace, lambda: known_projects(source))


def granted_to(source: Source) -> Granted:
    """What a person has granted, kept in the private folder; raises Unreachable without one."""
    if source.folder is None:
        raise Unreachable(f"{source.name}: there is no folder in which tokens could be kept.")
    settings = source.settings
    return Granted(
        Client(giver_url(settings), source=source.name),
        GrantFile(source.folder / "grant.json"),
        client_id=settings["client_id"],
        client_secret=settings["client_secret"],
    )


def make_cache(source: Source) -> TokenCache:
    """One token for all processes where there is a folder: a forked worker lives for one job only."""
    return FileCache(source.folder / "token.json") if source.folder else MemoryCache()


class _Client(Client):
    """Data Center keeps parts of the service desk for those who say that they know it may change.

    Cloud tells a missing scope by words only.
    """

    def _open_session(self) -> requests.Session:
        session = super()._open_session()
        session.headers["X-ExperimentalApi"] = "opt-in"
        return session

    def _refusal(self, method: str, path: str, answer: Answer) -> Refused | Unreachable:
        if is_lack(answer.status, answer.body):
            return lack(self.source, method, path)
        return super()._refusal(method, path, answer)


class Jira:
    """One Jira over REST. Every method raises Refused or Unreachable. Issues are named by their id.

    `projects`: those that our user ought to see, id or key -> key; {} where nobody knows.
    """

    def __init__(
        self, client: Client, dialect: Dialect, pace: Pace, projects: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        self.client, self.dialect, self.pace, self.projects = client, dialect, pace, projects
        self._organizations: dict[str, tuple[float, frozenset[str]]] = {}

    @property
    def source(self) -> str:
        """The name of the source, for sentences."""
        return self.client.source

    # -- asking

    def get(self, path: str, query: Json | None = None) -> Any:
        """The JSON of the answer."""
        return self._ask("GET", path, query, None)

    def write(self, method: str, path: str, body: Any, issue: str = "", query: Json | None = None) -> Any:
        """As `get`; a write to an issue keeps the pace that Jira allows."""
        self.pace.require_open()
        if issue:
            self.pace.count_write(issue)
        try:
            return self._ask(method, path, query, body)
        except Refused as exc:
            if not issue or exc.status != HTTPStatus.CONFLICT:
                raise
            text = f"somebody else changed issue {issue} at the same moment; it will be tried again"
            raise Unreachable(f"{self.source}: {text}.") from exc
        except Unreachable as exc:
            if issue and exc.code == PER_ISSUE:
                self.pace.hold(issue, exc.retry_after)
            raise

    def send(self, method: str, path: str) -> Answer:
        """The successful answer with its headers."""
        self.pace.require_open()
        return self.client.send(method, path)

    def _ask(self, method: str, path: str, query: Json | None, body: Any) -> Any:
        self.pace.require_open()
        try:
            return self.client.ask(method, path, params=query, body=body)
        except Unreachable as exc:
            if exc.code.startswith(QUOTA):
                self.pace.pause(exc.retry_after)
            raise

    # -- issues

    def issue(self, number: str, fields: Iterable[str], properties: str = "") -> Json | None:
        """The issue, None when it is gone. Raises Unreachable when it is us who see nothing any more."""
        query = {"fields": ",".join(fields)} | ({"properties": properties} if properties else {})
        try:
            answer = self.get(f"{self.dialect.api}/issue/{number}", query)
        except Refused as exc:
            if exc.status != 404:
                raise
            self._require_sight()
            return None
        return self.part(answer, "an issue")

    def _require_sight(self) -> None:
        """Jira says 404 also for what we may not see: a lost permission must not look like a deletion."""
        self.myself()
        for key in self.lost_projects():
            text = f"project {key} cannot be seen; let our user browse it, or name the rest in projects"
            raise Unreachable(f"{self.source}: {text}.", retry_after=300.0)
        if not self.projects() and not self._sees_any():
            text = "no project can be seen; let our user browse those that it works for"
            raise Unreachable(f"{self.source}: {text}.", retry_after=300.0)

    def lost_projects(self) -> Iterator[str]:
        """The keys of those that our user ought to see and does not."""
        for project, key in self.projects().items():
            try:
                self.get(f"{self.dialect.api}/project/{project}")
            except Refused:
                yield key

    def _sees_any(self) -> bool:
        """Asked without a project, Jira answers for the right in any of them."""
        right = "BROWSE_PROJECTS"
        try:
            told = mapping(self.get(f"{self.dialect.api}/mypermissions", {"permissions": right}))
        except (Refused, LacksScope):  # a token may leave this out, and then nobody can tell
            return True
        return mapping(mapping(told.get("permissions")).get(right)).get("havePermission") is not False

    def edit(self, number: str, wish: Json) -> None:
        """Change fields quietly where that is allowed, else as Jira does it."""
        path = f"{self.dialect.api}/issue/{number}"
        try:
            self.write("PUT", path, wish, number, {"notifyUsers": "false"})
        except Refused as exc:
            if exc.status != 403:
                raise
            self.write("PUT", path, wish, number)

    # -- comments

    def comments(self, number: str) -> tuple[list[Json], bool]:
        """(all comments, the oldest first; whether they are all)."""
        found: list[Json] = []
        for _ in range(MOST_PAGES):
            query = {"startAt": len(found), "maxResults": PAGE, "orderBy": "created", "expand": "properties"}
            answer = self.part(self.get(f"{self.dialect.api}/issue/{number}/comment", query), "comments")
            page = self.rows(answer, "comments")
            found += page
            total = answer.get("total")
            if not page or (isinstance(total, int) and len(found) >= total):
                return found, True
        return found, False

    def latest_comments(self, number: str) -> list[Json]:
        """The newest hundred."""
        query = {"startAt": 0, "maxResults": PAGE, "orderBy": "-created", "expand": "properties"}
        answer = self.part(self.get(f"{self.dialect.api}/issue/{number}/comment", query), "comments")
        return self.rows(answer, "comments")

    def request_comments(self, number: str) -> dict[str, bool] | None:
        """Comment id -> whether the customer can read it; None where there is no request, or not for us."""
        found: dict[str, bool] = {}
        start = 0
        for _ in range(MOST_PAGES):
            query = {"start": start, "limit": PAGE, "public": "true", "internal": "true"}
            try:
                answer = self.part(
                    self.get(f"{DESK}/request/{number}/comment", query), "comments of a request"
                )
            except (Refused, LacksScope) as exc:
                if exc.status in (401, 403):
                    _log.warning(
                        "we may not see who can read comments", source=self.source, issue=number, why=str(exc)
                    )
                if exc.status in (401, 403, 404):
                    return None
                raise
            values = rows(answer.get("values"))
            told = ((read_number(row.get("id")), row.get("public")) for row in values)
            found |= {comment: public for comment, public in told if comment and isinstance(public, bool)}
            # By what came: a Jira may give fewer at once than it was asked for.
            start += len(values)
            if answer.get("isLastPage") is not False or not values:
                break
        return found

    def request_comment(self, number: str, comment: str) -> Json | None:
        """One comment as the service desk knows it, None where it knows none."""
        try:
            return self.part(self.get(f"{DESK}/request/{number}/comment/{comment}"), "a comment")
        except Refused as exc:
            if exc.status == 404:
                return None
            raise

    def comment(self, number: str, comment: str) -> Json | None:
        """One comment as the platform knows it, None when it is gone."""
        try:
            return self.part(self.get(f"{self.dialect.api}/issue/{number}/comment/{comment}"), "a comment")
        except Refused as exc:
            if exc.status == 404:
                return None
            raise

    def delete_comment(self, number: str, comment: str) -> None:
        """It is no error when somebody was faster. A deletion waits for no pace."""
        try:
            self.client.ask("DELETE", f"{self.dialect.api}/issue/{number}/comment/{comment}")
        except Refused as exc:
            if exc.status != 404:
                raise

    def organization_people(self, number: str) -> frozenset[str]:
        """All names of those in a customer organisation; asked once an hour, nobody where we may not."""
        kept = self._organizations.get(number)
        if kept is not None and time.monotonic() - kept[0] < LIFE:
            return kept[1]
        names: set[str] = set()
        start = 0
        for _ in range(MOST_PAGES):
            query = {"start": start, "limit": 50}
            try:
                answer = self.part(self.get(f"{DESK}/organization/{number}/user", query), "an organisation")
            except (Refused, LacksScope) as exc:
                _log.warning("an organisation cannot be seen", source=self.source, why=str(exc))
                break
            people = rows(answer.get("values"))
            names.update(name for person in people for name in read_names(person))
            start += len(people)
            if answer.get("isLastPage") is not False or not people:
                break
        self._organizations[number] = time.monotonic(), frozenset(names)
        return frozenset(names)

    # -- the rest

    def myself(self) -> Json:
        """The account that we are signed in with."""
        return self.part(self.get(f"{self.dialect.api}/myself"), "our own account")

    def read_property(self, number: str, key: str) -> Json:
        """A property of an issue, empty where there is none."""
        return self._read_property(f"issue/{number}", key)

    def read_comment_property(self, comment: str, key: str) -> Json:
        """A property of a comment, empty where there is none."""
        return self._read_property(f"comment/{comment}", key)

    def _read_property(self, of: str, key: str) -> Json:
        try:
            answer = self.get(f"{self.dialect.api}/{of}/properties/{key}")
        except Refused as exc:
            if exc.status == 404:
                return {}
            raise
        value = answer.get("value") if isinstance(answer, dict) else None
        return value if isinstance(value, dict) else {}

    def write_property(self, number: str, key: str, value: Json) -> None:
        """Replaces what was there."""
        self.write("PUT", f"{self.dialect.api}/issue/{number}/properties/{key}", value, number)

    def write_comment_property(self, number: str, comment: str, key: str, value: Json) -> None:
        """Replaces what was there, in a comment of this issue."""
        self.write("PUT", f"{self.dialect.api}/comment/{comment}/properties/{key}", value, number)

    def search(self, jql: str, place: str = "") -> tuple[list[str], str]:
        """(ids of a page of issues, where the next page begins or "")."""
        path, body = self.dialect.search(jql, place, PAGE)
        answer = self.part(self._ask("POST", path, None, body), "a search")
        found = [read_number(issue.get("id")) for issue in self.rows(answer, "issues")]
        return [one for one in found if one], self.dialect.next_place(answer, place)

    def listed(self, path: str) -> list[Json]:
        """The objects of an answer that is a list."""
        answer = self.get(path)
        if not isinstance(answer, list):
            raise self._strange(path)
        return rows(answer)

    def part(self, answer: Any, what: str) -> Json:
        """The answer if it is an object."""
        if not isinstance(answer, dict):
            raise self._strange(what)
        return answer

    def rows(self, answer: Json, name: str) -> list[Json]:
        """The objects in the list under `name`."""
        found = answer.get(name)
        if not isinstance(found, list):
            raise self._strange(name)
        return rows(found)

    def _strange(self, what: str) -> Unreachable:
        return Unreachable(
            f"{self.source}: the answer about {what} has an unknown shape; it will be tried again."
        )
