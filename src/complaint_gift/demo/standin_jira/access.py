"""Who may call, how often an issue may be written to, and what goes wrong on purpose."""

from __future__ import annotations

import base64
import binascii
import hmac
import random
import re
import socket
import time

from flask import Response, request

from complaint_gift.demo.standin.desk import Desk, Json
from complaint_gift.demo.standin_jira import refusals
from complaint_gift.demo.standin_jira.memory import JiraFaults, JiraLimits, may_browse

_ISSUE = re.compile(r"/(?:issue|request)/([^/]+)")


def find_caller(desk: Desk, logins: dict[str, str], tokens: dict[str, str]) -> Json:
    """The user of this request: Basic with e-mail and API token, or a bearer token. Raises 401.

    `logins`: e-mail -> API token; `tokens`: bearer token -> e-mail.
    """
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    email = ""
    if kind.lower() == "basic":
        try:
            given, _, token = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise refusals.not_authenticated() from None
        if hmac.compare_digest(logins.get(given, "").encode(), token.encode()) and token:
            email = given
    elif kind.lower() == "bearer":
        email = tokens.get(value, "") or _email_of(desk, value)
    with desk.reading() as records:
        found = next((user for user in records.find("user") if email and user["email"] == email), None)
    if found is None:
        raise refusals.not_authenticated()
    return found


def _email_of(desk: Desk, token: str) -> str:
    with desk.reading() as records:
        row = records.connection.execute(
            "select user_id from token where value=? and expires>?", (token, records.now)
        ).fetchone()
    return str(row[0]) if row else ""


def require_sight(desk: Desk, caller: Json) -> None:
    """An issue of a project that the caller may not browse looks like one that is not there."""
    place = _ISSUE.search(request.path)
    if place is None:
        return
    with desk.reading() as records:
        named = records.get("key", place[1].upper())
        issue = records.get("issue", named["issue"] if named else place[1])
        if issue and not may_browse(records, issue["project"], caller["id"]):
            raise refusals.no_issue()


def count_write(desk: Desk, limits: JiraLimits | None) -> None:
    """Spend from what may be written to one issue; raises the 429 of `jira-per-issue-on-write`."""
    place = _ISSUE.search(request.path)
    if limits is None or request.method == "GET" or place is None:
        return
    with desk.transaction() as records:
        waits = []
        for name, (allowed, seconds) in (("short", limits.short), ("long", limits.long)):
            left, reset = records.spend(f"{name}-{place[1]}", allowed, seconds)
            waits += [reset] if left < 0 else []
    if waits:
        raise refusals.too_many_requests(max(waits), "jira-per-issue-on-write")


def spoil_request(desk: Desk, chance: random.Random) -> None:
    """Faults before the work: slowness, 429, 403 and 503. What they refuse has changed nothing."""
    faults = desk.faults()
    if faults.slow:
        time.sleep(faults.slow)
    if faults.throttle and chance.random() < faults.throttle:
        raise refusals.too_many_requests(faults.retry_after, "jira-burst-based")
    if isinstance(faults, JiraFaults) and faults.forbid and chance.random() < faults.forbid:
        raise refusals.forbidden()
    if faults.fail and chance.random() < faults.fail:
        raise refusals.unavailable()


def spoil_answer(desk: Desk, chance: random.Random, answer: Response) -> Response:
    """Faults after the commit: the work is done, the caller never hears of it."""
    faults = desk.faults()
    if not faults.drop or chance.random() >= faults.drop:
        return answer
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502, headers={"X-Standin-Fault": "dropped"})
