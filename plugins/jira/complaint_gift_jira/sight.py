"""Projects whose issues we have read. Jira says 404 for a lost permission as it does for a deletion.

Without `projects` nobody tells us what we ought to see; so we keep in the private folder what we did see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from complaint_gift.client.tokens import locked_beside, write_privately
from complaint_gift.plugin import Source
from complaint_gift_jira.ids import mapping, read_number, text
from complaint_gift_jira.settings import api_url

NAME = "projects.json"


def known_projects(source: Source) -> Mapping[str, str]:
    """What our user ought to see: id or key of a project -> its key, for people."""
    configured = source.settings["projects"]
    return {key: key for key in configured} if configured else _recall(source)


def remember_project(issue: Mapping[str, object], source: Source) -> None:
    """We could read this issue, so we shall not believe that its project is gone."""
    project = mapping(mapping(issue.get("fields")).get("project"))
    number, key = read_number(project.get("id")), text(project.get("key"))
    is_known = source.settings["projects"] or _recall(source).get(number) == key
    if source.folder is None or not number or is_known:
        return
    with locked_beside(source.folder / NAME):
        told = {"about": api_url(source.settings), "told": _recall(source) | {number: key}}
        write_privately(source.folder / NAME, json.dumps(told))


def _recall(source: Source) -> dict[str, str]:
    """Of this very Jira: another one has other projects under the same numbers."""
    if source.folder is None:
        return {}
    try:
        kept = json.loads((source.folder / NAME).read_text("utf-8"))
        is_ours = kept["about"] == api_url(source.settings)
        return {read_number(number): text(key) for number, key in kept["told"].items()} if is_ours else {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
