"""A helpdesk that speaks Jira's REST shapes and signs its webhooks as Jira does: Cloud or Data Center.

Made for the demo, usable in tests and benches: `create_app(path)` is an ordinary WSGI application whose
state lives in one SQLite file, so several processes may serve it at once. A request that the schemas of this
folder do not allow is refused with every reason.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Blueprint, Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from complaint_gift.demo.standin.desk import Account, Desk
from complaint_gift.demo.standin_jira import (
    access,
    asking,
    consent,
    directory,
    hooks,
    platform,
    refusals,
    servicedesk,
    talk,
)
from complaint_gift.demo.standin_jira.memory import Act, Cast, JiraFaults, JiraLimits, cast
from complaint_gift.demo.standin_jira.sender import JiraSender

__all__ = ["Act", "Cast", "JiraFaults", "JiraLimits", "JiraSender", "create_app"]

EMAIL, TOKEN = "complaint-gift@example.com", "stand-in-token"


def create_app(
    path: Path,
    *,
    data_center: bool = False,
    logins: Mapping[str, str] | None = None,
    tokens: Mapping[str, str] | None = None,
    clients: Mapping[str, str] | None = None,
    limits: JiraLimits | None = None,
    deliver: bool = True,
    timeout: float = 20.0,
    pause: float = 1.0,
    clock: Callable[[], float] = time.time,
    seed: int | None = None,
) -> Flask:
    """A stand-in Jira whose memory is the SQLite file `path`.

    `logins`: e-mail -> API token for Basic; `tokens`: personal access token -> e-mail; `clients`: OAuth
    client id -> secret, which act as our service account, or by consent (consent.py). `limits=None` counts
    nothing. `deliver=False`: webhooks wait until `app.extensions["sender"].deliver_due()`. `pause`: first
    wait of a retry in seconds. `seed` makes the faults repeatable. Faults are switched by
    `app.extensions["desk"].set_faults(throttle=0.1)` or by `PUT /_standin/faults {"throttle": 0.1}`; the
    accounts to act as are `app.extensions["cast"]`.
    """
    desk = Desk(path, Account(), clock=clock, faults=JiraFaults)
    app = Flask(__name__)
    app.config["DATA_CENTER"] = data_center
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["desk"] = desk
    app.extensions["cast"] = cast(desk)
    app.extensions["chance"] = random.Random(seed)  # noqa: S311 - faults need no secrecy
    sender = app.extensions["sender"] = JiraSender(desk, timeout=timeout, pause=pause)
    sender.data_center, sender.chance = data_center, app.extensions["chance"]
    known = {EMAIL: TOKEN} if logins is None else dict(logins)
    bearers = {TOKEN: EMAIL} if tokens is None else dict(tokens)
    for version in (2,) if data_center else (3, 2):
        app.register_blueprint(_make_platform(version), url_prefix=f"/rest/api/{version}")
    app.register_blueprint(servicedesk.blueprint, url_prefix="/rest/servicedeskapi")
    if data_center:
        app.register_blueprint(hooks.moved, url_prefix="/rest/jira-webhook/1.0")
    else:
        app.register_blueprint(hooks.blueprint, url_prefix="/rest/webhooks/1.0")
    _guard(app, desk, (known, bearers), limits, deliver)
    consent.add_routes(app, desk, clients or {}, EMAIL)
    _add_own_routes(app, desk)
    return app


def _make_platform(version: int) -> Blueprint:
    blueprint = Blueprint(f"v{version}", __name__)
    for part in (platform, talk, directory):
        part.add_routes(blueprint, version)
    return blueprint


def _guard(
    app: Flask,
    desk: Desk,
    callers: tuple[dict[str, str], dict[str, str]],
    limits: JiraLimits | None,
    deliver: bool,
) -> None:
    chance = app.extensions["chance"]

    @app.before_request
    def admit() -> None:
        if deliver:
            app.extensions["sender"].ensure_running()
        if not request.path.startswith("/rest/"):
            return
        _remember_base(desk)
        access.spoil_request(desk, chance)
        g.caller = access.find_caller(desk, *callers)
        access.count_write(desk, limits)
        for prefix, name in _SCHEMAS:
            if request.path.startswith(prefix):
                # Version 2 of Cloud takes what version 3 takes, but for the form of texts.
                name = "platform" if name == "datacenter" and not asking.is_data_center() else name
                asking.require_allowed(name, request.path.removeprefix(prefix))
        access.require_sight(desk, g.caller)

    @app.after_request
    def dress(answer: Response) -> Response:
        answer.headers["X-AREQUESTID"] = "standin"
        return access.spoil_answer(desk, chance, answer) if request.path.startswith("/rest/") else answer

    @app.errorhandler(refusals.Refusal)
    def refuse(refusal: refusals.Refusal) -> tuple[Response, int, dict[str, str]]:
        is_desk = request.path.startswith("/rest/servicedeskapi")
        return (
            jsonify(refusals.for_desk(refusal) if is_desk else refusal.body),
            refusal.status,
            refusal.headers,
        )

    @app.errorhandler(HTTPException)
    def refuse_unknown(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
        return refuse(refusals.refuse(error.code or 500, f"null for uri: {request.path}"))


_SCHEMAS = (
    ("/rest/api/3", "platform"),
    ("/rest/api/2", "datacenter"),
    ("/rest/servicedeskapi", "servicedesk"),
    ("/rest/webhooks/1.0", "webhooks"),
    ("/rest/jira-webhook/1.0", "movedwebhooks"),
)


def _remember_base(desk: Desk) -> None:
    """Links in webhooks name the site; whoever calls knows where it is."""
    base = json.dumps(request.url_root.rstrip("/"))
    with desk.reading() as records:
        row = records.connection.execute("select value from setting where name='base'").fetchone()
    if row is None or row[0] != base:
        with desk.transaction() as records:
            records.connection.execute("insert or replace into setting values ('base', ?)", (base,))


def _add_own_routes(app: Flask, desk: Desk) -> None:
    @app.put("/_standin/faults")
    def change_faults() -> Response:
        """Not Jira's: benches switch faults of a running stand-in here."""
        try:
            return jsonify(desk.set_faults(**(request.get_json(silent=True) or {})))
        except TypeError as exc:
            raise refusals.invalid(str(exc)) from None
