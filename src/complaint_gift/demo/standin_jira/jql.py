"""The little JQL that a reconciliation needs; everything else is refused, as a typing error would be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from complaint_gift.demo.standin.desk import Json, Records
from complaint_gift.demo.standin_jira import refusals
from complaint_gift.demo.standin_jira.memory import PRIORITIES, STATUSES, named, project_of

_CLAUSE = re.compile(
    r"""\s*(?P<name>[A-Za-z]+|"[^"]+"|cf\[\d+\])\s*
        (?P<sign>>=|<=|!=|=|>|<|~|\bnot\s+in\b|\bin\b|\bis\s+not\b|\bis\b)\s*
        (?P<value>\([^)]*\)|"[^"]*"|'[^']*'|[^\s"'()]+)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_RELATIVE = re.compile(r"-(\d{1,9})([mhdw])", re.ASCII)
_EPOCH = re.compile(r"\d{1,15}", re.ASCII)
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_KNOWN = "project projecttype key id labels status priority reporter assignee satisfaction"
_FIELDS = {name: name for name in _KNOWN.split()} | {"issue": "key", "issuekey": "key"}
_TIMES = ("updated", "created", "updateddate", "createddate")


def search(records: Records, text: str, *, bounded: bool) -> list[Json]:
    """The issues that a query finds, in its order; raises 400. `bounded`: an empty query is refused."""
    clauses, order = re.split(r"(?i)\border\s+by\b", text)[0], _order(text)
    found = records.find("issue")
    if bounded and not clauses.strip():
        raise refusals.invalid(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    if clauses.strip():
        checks = _read(records, clauses)
        found = [issue for issue in found if all(check(issue) for check in checks)]
    for name, descending in reversed(order):
        found.sort(key=lambda issue: _sortable(issue, name), reverse=descending)
    return found


def mark_place(text: str, last: Json) -> str:
    """The token with which this search goes on after an issue. No number: what is read moves no page."""
    told = [_digest(text), [_sortable(last, name) for name, _ in _order(text)], int(last["id"])]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def go_on(text: str, found: list[Json], token: str) -> list[Json]:
    """What comes after the place that a token of this very search marks; raises 400."""
    try:
        digest, values, number = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        digest = ""
    if digest != _digest(text):
        raise refusals.invalid("The provided next page token is invalid or expired.")
    return [issue for issue in found if _is_after(issue, _order(text), values, number)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_after(issue: Json, order: list[tuple[str, bool]], values: list[Any], number: int) -> bool:
    for (name, descending), value in zip(order, values, strict=True):
        mine = _sortable(issue, name)
        if mine != value:
            return bool(mine > value) != descending
    return int(issue["id"]) > number


def _order(text: str) -> list[tuple[str, bool]]:
    parts = re.split(r"(?i)\border\s+by\b", text)
    if len(parts) < 2:
        return [("created", True)]
    found = []
    for part in parts[1].split(","):
        words = part.split()
        if not words or words[0].lower() not in ("updated", "created", "key", "id") or len(words) > 2:
            raise refusals.invalid(f"Not able to sort using field '{part.strip()}'.")
        found.append((words[0].lower(), len(words) == 2 and words[1].upper() == "DESC"))
    return found


def _sortable(issue: Json, name: str) -> Any:
    return int(issue["id"]) if name in ("key", "id") else issue[name]


def _read(records: Records, text: str) -> list[Callable[[Json], bool]]:
    checks, at = [], 0
    while True:
        clause = _CLAUSE.match(text, at)
        if clause is None:
            raise refusals.invalid(
                f"Error in the JQL Query: '{text[at : at + 40].strip()}' is not understood."
            )
        checks.append(_check(records, clause["name"].lower(), clause["sign"].lower(), clause["value"]))
        at = clause.end()
        if at >= len(text):
            return checks
        joined = re.compile(r"(?i)and\b").match(text, at)
        if joined is None:
            raise refusals.invalid(f"Error in the JQL Query: expecting 'AND' but got '{text[at : at + 20]}'.")
        at = joined.end()


def _check(records: Records, name: str, sign: str, raw: str) -> Callable[[Json], bool]:
    if name in _TIMES and sign in (">", ">=", "<", "<="):
        edge, key = _moment(raw.strip("\"'"), records.now), name.removesuffix("date")
        return {
            ">": lambda issue: issue[key] > edge, ">=": lambda issue: issue[key] >= edge,
            "<": lambda issue: issue[key] < edge, "<=": lambda issue: issue[key] <= edge,
        }[sign]  # fmt: skip
    if name not in _FIELDS:
        raise refusals.invalid(f"Field '{name}' does not exist or you do not have permission to view it.")
    values = [part.strip().strip("\"'") for part in raw.strip("()").split(",")]
    if name == "project":
        values = [_find_project(records, value) for value in values]
    if sign in ("=", "in"):
        return lambda issue: bool(set(values) & _values(records, issue, name))
    if sign in ("!=", "not in"):
        return lambda issue: not set(values) & _values(records, issue, name)
    raise refusals.invalid(f"The operator '{sign}' is not supported by the '{name}' field.")


def _find_project(records: Records, value: str) -> str:
    """Its id, by id, key or name; raises the 400 for what nobody knows, or for what is hidden from us."""
    wanted = value.casefold()
    for project in records.find("project"):
        if wanted in (project["id"], project["key"].casefold(), project["name"].casefold()):
            return str(project["id"])
    raise refusals.invalid(f"The value '{value}' does not exist for the field 'project'.")


def _values(records: Records, issue: Json, name: str) -> set[str]:
    project = project_of(records, issue["project"]) or {}
    known: dict[str, list[Any]] = {
        "project": [issue["project"]],
        "projecttype": [project["kind"]],
        "key": [issue["key"], issue["id"]],
        "id": [issue["id"], issue["key"]],
        "labels": issue["labels"],
        "status": list(named(STATUSES, issue["status"]) or ())[:2],
        "priority": list(named(PRIORITIES, issue["priority"]) or ()),
        "reporter": [issue["reporter"]],
        "assignee": [issue["assignee"] or "EMPTY"],
        "satisfaction": [str(issue["rating"] or "EMPTY")],
    }
    return {str(value) for value in known[_FIELDS[name]]}


def _moment(text: str, now: float) -> float:
    if text.lower() == "now()":
        return now
    relative = _RELATIVE.fullmatch(text)
    if relative:
        return now - int(relative[1]) * _UNITS[relative[2]]
    if _EPOCH.fullmatch(text):
        return int(text) / 1000
    for shape in ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    raise refusals.invalid(
        f"Date value '{text}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm'."
    )
