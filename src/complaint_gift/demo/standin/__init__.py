"""A helpdesk that speaks Zendesk's REST shapes and signs its webhooks as Zendesk does.

Made for the demo, usable in tests and benches: `create_app(path)` is an ordinary WSGI application whose
state lives in one SQLite file, so several processes may serve it at once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from complaint_gift.demo.standin import access, directory, refusals, rest, webhooks
from complaint_gift.demo.standin.desk import Account, Desk, Faults, Limits
from complaint_gift.demo.standin.people import cast
from complaint_gift.demo.standin.sender import Sender

__all__ = ["Account", "Desk", "Faults", "Limits", "Sender", "create_app"]

CLIENT, CLIENT_SECRET = "complaint-gift", "stand-in-secret"


def create_app(
    path: Path,
    *,
    account_id: int = 21_900_417,
    clients: Mapping[str, str] | None = None,
    api_tokens: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    deliver: bool = True,
    timeout: float = 12.0,
    pause: float = 1.0,
    clock: Callable[[], float] = time.time,
    seed: int | None = None,
) -> Flask:
    """A stand-in helpdesk whose memory is the SQLite file `path`.

    `clients`: OAuth client id -> secret. `limits=None` counts nothing, `Limits()` is an Enterprise account.
    `deliver=False`: webhooks wait until `app.extensions["sender"].deliver_due()`. `pause`: first wait of a
    retry in seconds. `seed` makes the faults repeatable. Faults are switched by
    `app.extensions["desk"].set_faults(drop=0.1)` or by `PUT /_standin/faults {"drop": 0.1}`; the ids of the
    people to act as are `app.extensions["cast"]`.
    """
    known = {CLIENT: CLIENT_SECRET} if clients is None else clients
    account = Account(account_id, known, api_tokens)
    desk = Desk(path, account, limits=limits, clock=clock)
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["desk"] = desk
    app.extensions["cast"] = cast(desk)
    app.extensions["sender"] = Sender(desk, timeout=timeout, pause=pause)
    for part in (rest, directory, webhooks):
        app.register_blueprint(part.blueprint, url_prefix="/api/v2")
    _guard(app, desk, random.Random(seed), deliver)  # noqa: S311 - faults need no secrecy
    _add_own_routes(app, desk)
    return app


def _guard(app: Flask, desk: Desk, chance: random.Random, deliver: bool) -> None:
    bot = app.extensions["cast"].bot

    @app.before_request
    def admit() -> None:
        if deliver:
            app.extensions["sender"].ensure_running()
        if not request.path.startswith("/api/v2"):
            return
        access.spoil_request(desk, chance)
        caller = access.find_caller(desk, bot)
        if caller is None and request.path.split(".")[0] == "/api/v2/users/me":
            # Zendesk answers this one as "Anonymous user": useless as a probe of credentials.
            g.caller = access.Caller(0, None)
            return
        if caller is None:
            raise refusals.not_authenticated()
        access.require_scope(caller, request.path, request.method)
        access.count_request(desk, caller, request.path, request.method)
        g.caller = caller

    @app.after_request
    def dress(answer: Response) -> Response:
        answer.headers.update(g.get("rate", {}))
        answer.headers["x-zendesk-api-version"] = "v2"
        warned = g.get("unpermitted")
        if warned:
            keys = ", ".join(f'"{key}"' for key in warned)
            answer.headers["x-zendesk-api-warn"] = (
                '{:allowed_parameters=>{:controller=>"tickets", :action=>"update", '
                f":unpermitted_keys=>[{keys}], :invalid_values=>[]}}}}"
            )
        return access.spoil_answer(desk, chance, answer) if request.path.startswith("/api/v2") else answer

    @app.errorhandler(refusals.Refusal)
    def refuse(refusal: refusals.Refusal) -> tuple[Response, int, dict[str, str]]:
        return jsonify(refusal.body), refusal.status, refusal.headers

    @app.errorhandler(HTTPException)
    def refuse_unknown(_: HTTPException) -> tuple[Response, int, dict[str, str]]:
        return refuse(refusals.invalid_endpoint())


def _add_own_routes(app: Flask, desk: Desk) -> None:
    @app.post("/oauth/tokens")
    def create_token() -> tuple[Response, int]:
        body = request.get_json(silent=True) or request.form.to_dict()
        return jsonify(access.issue_token(desk, body, app.extensions["cast"].bot)), 200

    @app.put("/_standin/faults")
    def change_faults() -> Response:
        """Not Zendesk's: benches switch faults of a running stand-in here."""
        try:
            return jsonify(desk.set_faults(**(request.get_json(silent=True) or {})))
        except TypeError as exc:
            raise refusals.invalid_attribute(str(exc)) from None
