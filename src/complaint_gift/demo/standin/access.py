"""Who may call, how often, and what goes wrong on purpose."""

from __future__ import annotations

import base64
import binascii
import hmac
import random
import secrets
import socket
import time
from dataclasses import dataclass

from flask import Response, g, request

from complaint_gift.demo.standin import refusals
from complaint_gift.demo.standin.desk import Desk, Json

SCOPED = frozenset(
    ["tickets", "users", "auditlogs", "organizations", "hc", "apps", "triggers", "automations", "targets",
     "webhooks", "macros", "requests", "satisfaction_ratings", "dynamic_content", "any_channel", "web_widget",
     "groups", "brands", "ticket_fields", "ticket_forms"]
)  # fmt: skip
_RESOURCE = {"incremental": "tickets", "comment_redactions": "tickets"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The user a request acts as, and the scopes of its token (None: all)."""

    user_id: int
    scopes: frozenset[str] | None


def issue_token(desk: Desk, body: Json, user_id: int) -> Json:
    """The answer of POST /oauth/tokens for grant_type client_credentials."""
    if body.get("grant_type") != "client_credentials":
        raise refusals.oauth_refused(400, "unsupported_grant_type", "The grant type is not supported.")
    known = desk.account.clients.get(str(body.get("client_id", "")))
    given = str(body.get("client_secret", ""))
    if not known or not hmac.compare_digest(known.encode(), given.encode()):
        raise refusals.oauth_refused(401, "invalid_client", "Client authentication failed.")
    value, seconds = secrets.token_hex(32), desk.account.token_seconds
    scope = str(body.get("scope") or "read write")
    with desk.transaction() as records:
        row = (value, user_id, scope, records.now + seconds)
        records.connection.execute("insert into token values (?,?,?,?)", row)
    return {"access_token": value, "token_type": "bearer", "scope": scope, "expires_in": seconds}


def find_caller(desk: Desk, bot: int) -> Caller | None:
    """Who sends this request: OAuth bearer, or the legacy `email/token:TOKEN`. None without credentials."""
    given = request.headers.get("Authorization", "")
    if not given:
        return None
    kind, _, value = given.partition(" ")
    if kind.lower() == "bearer":
        with desk.reading() as records:
            row = records.connection.execute(
                "select user_id, scope, expires from token where value=?", (value,)
            ).fetchone()
            now = records.now
        if row is None or row[2] <= now:
            raise refusals.invalid_token()
        return Caller(row[0], frozenset(row[1].split()))
    if kind.lower() == "basic":
        try:
            login, _, token = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise refusals.not_authenticated() from None
        if login.endswith("/token") and token in desk.account.api_tokens:
            return Caller(bot, None)
    raise refusals.not_authenticated()


def require_scope(caller: Caller, path: str, method: str) -> None:
    """Any scope that does not exist turns the whole token useless, as the documentation warns."""
    if caller.scopes is None:
        return
    verb = "read" if method in ("GET", "HEAD") else "write"
    part = path.removeprefix("/api/v2/").split("/")[0].split(".")[0]
    resource = _RESOURCE.get(part, part)
    if any(not _exists(scope) for scope in caller.scopes):
        raise refusals.forbidden()
    if not caller.scopes & {verb, f"{resource}:{verb}", resource}:
        raise refusals.forbidden()


def _exists(scope: str) -> bool:
    resource, _, verb = scope.rpartition(":")
    return verb in ("read", "write", "impersonate") and (not resource or resource in SCOPED)


def count_request(desk: Desk, caller: Caller, path: str, method: str) -> None:
    """Spend from the limits and remember what the rate-limit headers shall say; raises 429."""
    limits = desk.limits
    if limits is None:
        return
    parts = path.removeprefix("/api/v2/").split("/")
    bucket, allowed = ("webhooks", limits.webhooks) if parts[0] == "webhooks" else ("account", limits.account)
    with desk.transaction() as records:
        left, reset = records.spend(bucket, allowed, 60)
        g.rate = _headers(allowed, left, reset)
        waits = [reset] if left < 0 else []
        if method == "PUT" and parts[0] == "tickets":
            key = f"ticket-{parts[1].split('.')[0]}-{caller.user_id}"
            left, reset = records.spend(key, limits.per_ticket, limits.per_ticket_seconds)
            spent = f"total={limits.per_ticket}; remaining={max(left, 0)}; resets={reset}"
            g.rate["zendesk-ratelimit-per-ticket-updates"] = spent
            waits += [reset] if left < 0 else []
            left, reset = records.spend("ticket-updates", limits.ticket_updates, 60)
            waits += [reset] if left < 0 else []
        if parts[0] == "incremental":
            left, reset = records.spend("incremental", limits.incremental, 60)
            waits += [reset] if left < 0 else []
    if waits:
        raise refusals.too_many_requests(max(waits))


def _headers(allowed: int, left: int, reset: int) -> dict[str, str]:
    remaining = str(max(left, 0))
    return {
        "x-rate-limit": str(allowed),
        "x-rate-limit-remaining": remaining,
        "ratelimit-limit": str(allowed),
        "ratelimit-remaining": remaining,
        "ratelimit-reset": str(reset),
    }


def spoil_request(desk: Desk, chance: random.Random) -> None:
    """Faults before the work: slowness, 429 and 503. What they refuse has changed nothing."""
    faults = desk.faults()
    if faults.slow:
        time.sleep(faults.slow)
    if faults.throttle and chance.random() < faults.throttle:
        raise refusals.too_many_requests(faults.retry_after)
    if faults.fail and chance.random() < faults.fail:
        raise refusals.unavailable()


def spoil_answer(desk: Desk, chance: random.Random, answer: Response) -> Response:
    """Faults after the commit: the work is done, the caller never hears of it, or only half."""
    faults = desk.faults()
    if faults.half and chance.random() < faults.half:
        body = answer.get_data()
        torn = Response(body[: len(body) // 2], answer.status, dict(answer.headers))
        torn.headers["Content-Length"] = str(len(body) + 1)
        torn.headers["Connection"] = "close"
        return torn
    if not faults.drop or chance.random() >= faults.drop:
        return answer
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502, headers={"X-Standin-Fault": "dropped"})
