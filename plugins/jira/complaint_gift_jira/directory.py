"""What is the same for all issues: which fields mean what, and who is an agent. Asked once an hour."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from complaint_gift.plugin import Refused, Source
from complaint_gift_jira.api import MOST_PAGES, Jira
from complaint_gift_jira.ids import mapping, read_names, rows, text

LIFE = 3600.0
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
    path = source.folder / "directory.json" if source.folder else None
    groups = sorted(source.settings["agent_groups"])
    if path:
        kept = _read_kept(path, groups)
        if kept:
            return kept
    made = Directory(
        _read_fields(api), frozenset(name for group in groups for name in _read_members(group, api))
    )
    if path:
        told = asdict(made) | {"agents": sorted(made.agents), "groups": groups, "at": time.time()}
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(told), "utf-8")
        fresh.replace(path)
    return made


def _read_kept(path: Any, groups: list[str]) -> Directory | None:
    try:
        kept = json.loads(path.read_text("utf-8"))
        is_fresh = 0 <= time.time() - kept["at"] < LIFE and kept["groups"] == groups
        return Directory(dict(kept["fields"]), frozenset(kept["agents"])) if is_fresh else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


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
        except Refused as exc:
            _log.warning(
                "members of a group cannot be seen", source=api.source, group=group, status=exc.status
            )
            return names
        page = rows(answer.get("values"))
        names += [name for user in page for name in read_names(user)]
        start += len(page)
        if answer.get("isLast") is not False or not page:
            break
    return names
