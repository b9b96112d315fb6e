"""OAuth as Atlassian gives it: for a service account, and by the consent of a user, with tokens that rotate.

Atlassian has the pages on auth.atlassian.com and the gateway on api.atlassian.com; here both are this host.
schemas/oauth.yaml says after what each is made.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from complaint_gift.demo.standin.desk import Desk, Json, Records
from complaint_gift.demo.standin_jira import asking, refusals

CLOUD_ID = "1f3c4d5e-0000-4000-8000-1c2d3e4f5a6b"
TOKEN_SECONDS, CODE_SECONDS, REFRESH_SECONDS = 3600, 600, 90 * 86_400
Environ = dict[str, Any]


class Gateway:
    """/ex/jira/<cloudid>/rest/... is /rest/... of that site; other sites are not here."""

    def __init__(self, app: Callable[[Environ, Any], Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        prefix = f"/ex/jira/{CLOUD_ID}"
        path = environ["PATH_INFO"]
        if path.startswith(f"{prefix}/rest/"):
            environ |= {
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix,
                "PATH_INFO": path[len(prefix) :],
            }
        return self.app(environ, start)


def add_routes(app: Flask, desk: Desk, clients: Mapping[str, str], service: str) -> None:
    """`clients`: id -> secret; `service`: the e-mail of the service account.

    `app.config` has CONSENTS_AS, the e-mail of whoever is signed in when consent is asked for, "" for nobody
    who would consent; and REFRESH_REUSE, for how many seconds a used refresh token is taken once more.
    """
    app.config |= {"CONSENTS_AS": service, "REFRESH_REUSE": 600.0}
    app.wsgi_app = Gateway(app.wsgi_app)  # type: ignore[assignment, method-assign]

    @app.get("/authorize")
    def consent() -> AnyResponse:
        asking.require_allowed("oauth", "/authorize")
        with desk.transaction() as records:
            return redirect(_send_back(records, clients, app.config["CONSENTS_AS"]))

    @app.post("/oauth/token")
    def create_token() -> Response:
        asking.require_allowed("oauth", "/oauth/token")
        body = asking.read_body()
        _require_client(body, clients)
        with desk.transaction() as records:
            if body["grant_type"] == "client_credentials":
                told = _give(records, service, "")
                return jsonify(told)
            if body["grant_type"] == "authorization_code":
                return jsonify(_redeem(records, body))
            return jsonify(_renew(records, body, app.config["REFRESH_REUSE"]))

    @app.get("/oauth/token/accessible-resources")
    def resources() -> Response:
        asking.require_allowed("oauth", "/oauth/token/accessible-resources")
        scope = _scope_of(desk, request.headers.get("Authorization", "").removeprefix("Bearer "))
        site = {"id": CLOUD_ID, "url": request.url_root.rstrip("/"), "name": "Stand-in", "scopes": scope,
                "avatarUrl": f"{request.url_root}avatar.png"}  # fmt: skip
        return jsonify([site])


def _send_back(records: Records, clients: Mapping[str, str], email: str) -> str:
    """Where the browser goes after the page of consent."""
    wish = request.args
    if wish["client_id"] not in clients or wish["response_type"] != "code" or not wish["state"]:
        raise refusals.refuse(400, "The app is not known, or the address is not whole.")
    if not email:
        told = {"error": "access_denied", "error_description": "User did not authorize the request"}
        return f"{wish['redirect_uri']}?{urlencode(told | {'state': wish['state']})}"
    code = secrets.token_urlsafe(24)
    records.put("code", {"id": code, "client": wish["client_id"], "callback": wish["redirect_uri"],
                         "email": email, "scope": wish["scope"], "at": records.now})  # fmt: skip
    return f"{wish['redirect_uri']}?{urlencode({'code': code, 'state': wish['state']})}"


def _require_client(body: Json, clients: Mapping[str, str]) -> None:
    known, given = clients.get(str(body["client_id"]), ""), str(body["client_secret"])
    if not known or not hmac.compare_digest(known.encode(), given.encode()):
        raise refusals.Refusal(401, {"error": "access_denied", "error_description": "Unauthorized"})


def _redeem(records: Records, body: Json) -> Json:
    code = records.get("code", body.get("code"))
    if code is not None:
        records.remove("code", code["id"])
    is_ours = (
        code is not None
        and code["client"] == body["client_id"]
        and code["callback"] == body.get("redirect_uri")
        and records.now - code["at"] < CODE_SECONDS
    )
    if code is None or not is_ours:
        raise _invalid("Invalid authorization code")
    return _give(records, code["email"], code["scope"], body["client_id"])


def _renew(records: Records, body: Json, reuse: float) -> Json:
    """A new pair; the token that was used is disabled, but for a short while after its first use."""
    kept = records.get("refresh", body.get("refresh_token"))
    is_ours = (
        kept is not None
        and kept["client"] == body["client_id"]
        and records.now - kept["at"] < REFRESH_SECONDS
        and (kept["used"] is None or records.now - kept["used"] < reuse)
    )
    if kept is None or not is_ours:
        raise _invalid("Unknown or invalid refresh token.")
    if kept["used"] is None:
        records.put("refresh", kept | {"used": records.now})
    return _give(records, kept["email"], kept["scope"], kept["client"])


def _give(records: Records, email: str, scope: str, client: str = "") -> Json:
    value = secrets.token_urlsafe(32)
    row = (value, email, scope, records.now + TOKEN_SECONDS)
    records.connection.execute("insert into token values (?,?,?,?)", row)
    told: Json = {"access_token": value, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": scope}
    if "offline_access" in scope.split():
        refresh = secrets.token_urlsafe(32)
        kept = {"id": refresh, "client": client, "email": email, "scope": scope, "at": records.now}
        records.put("refresh", kept | {"used": None})
        told["refresh_token"] = refresh
    return told


def _scope_of(desk: Desk, token: str) -> list[str]:
    with desk.reading() as records:
        row = records.connection.execute(
            "select scope from token where value=? and expires>?", (token, records.now)
        ).fetchone()
    if row is None:
        raise refusals.refuse(401, "Unauthorized")
    return str(row[0]).split()


def _invalid(words: str) -> refusals.Refusal:
    return refusals.Refusal(403, {"error": "invalid_grant", "error_description": words})
