"""What is the same for all issues: which fields mean what, and who is an agent. Asked once an hour."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from complaint_gift.client.tokens import locked_beside, write_privately
from complaint_gift.plugin import Refused, Source
from complaint_gift_jira.api import MOST_PAGES, Jira
from complaint_gift_jira.ids import mapping, read_names, rows, text
from complaint_gift_jira.scopes import LacksScope

LIFE = 3600.0
T = TypeVar("T")
_ORGANIZATION = "organization-"
_DESK = "com.atlassian.servicedesk:"
# Names and numbers of these fields differ from Jira to Jira, and names from language to language.
SCHEMAS = {
    f"{_DESK}vp-origin": "request_type",
    f"{_DESK}sd-request-feedback": "rating",
    f"{_DESK}sd-customer-organizations": "organizations",
    f"{_DESK}sd-request-participants": "participants",
}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Directory:
    """`fields`: our word -> id of the field. `agents`: every name of everybody in the configured groups."""

    fields: Mapping[str, str]
    agents: frozenset[str] = frozenset()


def open_directory(source: Source, api: Jira) -> Directory:
    """From the private folder if it is fresh; raises Refused or Unreachable."""
    groups = sorted(source.settings["agent_groups"])
    kept = _recall(source, "directory", groups, lambda told: Directory(dict(told[0]), frozenset(told[1])))
    if kept is not None:
        return kept
    agents = frozenset(name for group in groups for name in _read_members(group, api))
    made = Directory(_read_fields(api), agents)
    _keep(source, "directory", groups, [dict(made.fields), sorted(agents)])
    return made


def read_people(organization: str, source: Source, api: Jira) -> frozenset[str]:
    """All names of those in a customer organisation; `organization` is its id. Raises Unreachable."""
    name = f"{_ORGANIZATION}{organization}"
    kept = _recall(source, name, organization, frozenset)
    if kept is not None:
        return kept
    people = api.organization_people(organization)
    _keep(source, name, organization, sorted(people))
    return people


def _recall(source: Source, name: str, about: Any, read: Callable[[Any], T]) -> T | None:
    """What any process of this machine was told about the same, less than an hour ago."""
    if source.folder is None:
        return None
    try:
        kept = json.loads((source.folder / f"{name}.json").read_text("utf-8"))
        is_fresh = 0 <= time.time() - kept["at"] < LIFE and kept["about"] == about
        return read(kept["told"]) if is_fresh else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _keep(source: Source, name: str, about: Any, told: Any) -> None:
    """Who belonged to an organisation is not kept longer than it is of use."""
    if source.folder is None:
        return
    with locked_beside(source.folder / "directory.json"):
        path = source.folder / f"{name}.json"
        write_privately(path, json.dumps({"about": about, "told": told, "at": time.time()}))
    for other in source.folder.glob(f"{_ORGANIZATION}*.json"):
        with suppress(FileNotFoundError):
            if time.time() - other.stat().st_mtime >= LIFE:
                other.unlink()


def _read_fields(api: Jira) -> dict[str, str]:
    found = {}
    for field in api.listed(f"{api.dialect.api}/field"):
        meaning = SCHEMAS.get(text(mapping(field.get("schema")).get("custom")))
        if meaning and text(field.get("id")).startswith("customfield_"):
            found[meaning] = text(field.get("id"))
    return found


def _read_members(group: str, api: Jira) -> list[str]:
    """Nobody when we may not see the group: then the other signs have to do."""
    names: list[str] = []
    start = 0
    for _ in range(MOST_PAGES):
        query = {"groupname": group, "startAt": start, "maxResults": 50, "includeInactiveUsers": "true"}
        try:
            answer = api.part(api.get(f"{api.dialect.api}/group/member", query), "a group")
        except (Refused, LacksScope) as exc:
            _log.warning("members of a group cannot be seen", source=api.source, group=group, why=str(exc))
            return names
        page = rows(answer.get("values"))
        names += [name for user in page for name in read_names(user)]
        start += len(page)
        if answer.get("isLast") is not False or not page:
            break
    return names
