"""An escalation inside Jira: an issue of its own beside the customer's, and a step in the workflow."""

from __future__ import annotations

import re
from http import HTTPStatus

from complaint_gift.domain import Action
from complaint_gift.plugin import Receipt, Refused, Source
from complaint_gift_jira.api import Jira, Json
from complaint_gift_jira.ids import mapping, rows, text
from complaint_gift_jira.marks import DONE, is_done, made_by, remembered
from complaint_gift_jira.settings import browse_url

_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,39}-\d{1,12}", re.ASCII)
_MARK = re.compile(r"cg-[a-z]+-[0-9a-f]{8,64}", re.ASCII)


def escalate(action: Action, source: Source, api: Jira) -> Receipt:
    """What the configuration names under `escalations`; without it, nothing."""
    wish = source.settings["escalations"]
    if not wish["project"] and not wish["transition"]:
        return Receipt(detail="nothing is configured under escalations")
    issue = api.issue(action.conversation, ["status", "summary"], properties=DONE)
    if issue is None:
        raise Refused(f"{source.name}: issue {action.conversation} is gone.", status=404)
    if is_done(issue, action.mark):
        return Receipt(
            _known(made_by(issue, action.mark)), f"escalation of issue {action.conversation}, done before"
        )
    made = _open_linked(action, source, api, issue) if wish["project"] else ""
    if wish["transition"]:
        move(action.conversation, wish["transition"], issue, source, api)
    api.write_property(action.conversation, DONE, remembered(issue, action.mark, made))
    return Receipt(_known(made), f"escalation of issue {action.conversation}")


def _known(made: str) -> tuple[str, ...]:
    return (made,) if made else ()


def _open_linked(action: Action, source: Source, api: Jira, issue: Json) -> str:
    """Its label is our mark: an issue whose creation we did not hear of is found again."""
    found = _find_made(action, source, api)
    key = found or _create(action, source, api, issue)
    _link(key, action, source, api, issue)
    return key


def _find_made(action: Action, source: Source, api: Jira) -> str:
    if not _MARK.fullmatch(action.mark):
        raise Refused(f"{source.name}: the mark of this action cannot be a label.")
    project = source.settings["escalations"]["project"]
    numbers, _ = api.search(f'project = "{project}" AND labels = "{action.mark}"')
    if not numbers:
        return ""
    issue = api.issue(numbers[0], ["summary"])
    return _read_key(issue) if issue else ""


def _create(action: Action, source: Source, api: Jira, issue: Json) -> str:
    wish, key = source.settings["escalations"], _read_key(issue)
    told = (text(action.payload.get(name)) for name in ("reason", "summary", "due_at"))
    lines = [browse_url(source.settings, key), *(one for one in told if one)]
    fields = {
        "project": {"key": wish["project"]},
        "issuetype": {"name": wish["issue_type"]},
        # No words of the customer: this project may be open to others than the request is.
        "summary": f"{key}: {text(action.payload.get('title')) or text(action.payload.get('reason'))}"[:250],
        "description": api.dialect.write("\n".join(lines)),
        "labels": ["complaint-gift", action.mark],
    }
    try:
        made = api.write("POST", f"{api.dialect.api}/issue", {"fields": fields}, action.conversation)
    except Refused as exc:
        if exc.status != HTTPStatus.FORBIDDEN:
            raise
        raise Refused(f"{source.name}: our user may not create issues in project {wish['project']}.") from exc
    return _read_key(api.part(made, "the escalation"))


def _link(key: str, action: Action, source: Source, api: Jira, issue: Json) -> None:
    kind = source.settings["escalations"]["link"]
    body = {
        "type": {"name": kind},
        "inwardIssue": {"key": key},
        "outwardIssue": {"key": _read_key(issue)},
    }
    try:
        # Linking what is linked already changes nothing in Jira.
        api.write("POST", f"{api.dialect.api}/issueLink", body, action.conversation)
    except Refused as exc:
        if exc.status != HTTPStatus.NOT_FOUND:
            raise
        why = f"there is no link type {kind!r}, our user may not link issues, or links are switched off"
        raise Refused(f"{source.name}: {key} was opened, but not linked: {why}.") from exc


def move(number: str, wanted: str, issue: Json, source: Source, api: Jira) -> None:
    """Through the transition of this name or id, or to the status of this name; raises Refused."""
    status = text(mapping(mapping(issue.get("fields")).get("status")).get("name"))
    if status.casefold() == wanted.casefold():
        return
    path = f"{api.dialect.api}/issue/{number}/transitions"
    known = rows(api.part(api.get(path), "transitions").get("transitions"))
    for one in known:
        names = {text(one.get("name")), text(mapping(one.get("to")).get("name"))}
        if wanted == text(one.get("id")) or wanted.casefold() in {name.casefold() for name in names if name}:
            api.write("POST", path, {"transition": {"id": text(one.get("id"))}}, number)
            return
    ways = ", ".join(text(one.get("name")) for one in known)[:200] or "nothing"
    raise Refused(f"{source.name}: issue {number} has no transition {wanted!r} now; there is {ways}.")


def _read_key(issue: Json) -> str:
    key = text(issue.get("key"))
    if not _KEY.fullmatch(key):
        raise Refused("Jira named an issue by a key that is none.")
    return key
