"""The web application: webhooks, the review API, the console, health."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request

from complaint_gift.runtime import Parts
from complaint_gift.web import api, console, health, held, hooks, outlook
from complaint_gift.web.door import SESSION_LENGTH
from complaint_gift.web.lane import FastLane
from complaint_gift.web.metrics import REQUESTS
from complaint_gift.web.problems import say_problems
from complaint_gift.web.protect import protect

__all__ = ["create_app"]

log = structlog.get_logger(__name__)


def create_app(parts: Parts) -> Flask:
    """A WSGI application on these parts; opens no connection before the first request."""
    settings = parts.settings
    app = Flask(__name__, static_folder="static")
    app.extensions["parts"] = parts
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    is_https = settings.url.startswith("https://")
    app.config.update(
        PERMANENT_SESSION_LIFETIME=SESSION_LENGTH,
        SESSION_COOKIE_NAME="complaint_gift",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        SEND_FILE_MAX_AGE_DEFAULT=300,
    )
    protect(app, https=is_https)
    count(app)
    say_problems(app)
    app.register_blueprint(hooks.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(outlook.blueprint)
    api.register(app)
    if settings.console is not None:
        app.secret_key = str(settings.console.session_key)
        app.register_blueprint(console.blueprint)
        app.register_blueprint(held.blueprint)
    app.wsgi_app = FastLane(app.wsgi_app, parts)  # type: ignore[method-assign]
    return app


def count(app: Flask) -> None:
    """Count and log every answer by its endpoint, never by its path: paths hold ids."""

    @app.after_request
    def note(answer: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, str(answer.status_code)).inc()
        if answer.status_code >= 500 and endpoint != "health.say_ready":
            log.error("answered", endpoint=endpoint, status=answer.status_code, why=g.get("why", ""))
        return answer
