"""Errors of the machine-readable side, all in one shape: {"code", "message", "errors"}."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, g, jsonify
from werkzeug.exceptions import HTTPException

from complaint_gift.service.ports import StoreUnavailable

CODES = {
    400: ("bad-request", "The request cannot be read."),
    401: ("not-authenticated", "Send a token: `Authorization: Bearer …`."),
    403: ("forbidden", "This is not allowed."),
    404: ("not-found", "There is nothing here."),
    405: ("method-not-allowed", "This address takes other methods."),
    413: ("too-large", "The body is too large."),
    415: ("unsupported-media-type", "Send plain JSON, not compressed."),
    422: ("invalid", "Some fields cannot be used; `errors` says which and why."),
    429: ("too-many-requests", "Wait a little, then try again."),
    500: ("internal-error", "Something broke on our side; it has been logged."),
    503: ("unavailable", "The service cannot do this right now; try again in a moment."),
}

log = structlog.get_logger(__name__)


class Problem(Exception):
    """An answer that says what is wrong. `errors`: field -> sentences."""

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        code: str = "",
        errors: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        known, words = CODES.get(status, CODES[500])
        self.status = status
        self.code = code or known
        self.message = message or words
        self.errors = errors
        self.headers = headers or {}
        super().__init__(self.message)


def say_problems(app: Flask) -> None:
    """Answer every error in the one shape."""

    @app.errorhandler(Problem)
    def say(problem: Problem) -> Response:
        body: dict[str, Any] = {"code": problem.code, "message": problem.message}
        if problem.errors:
            body["errors"] = problem.errors
        answer = jsonify(body)
        answer.status_code = problem.status
        answer.headers.update(problem.headers)
        return answer

    @app.errorhandler(HTTPException)
    def say_http(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return Response(status=status, headers=dict(error.get_headers()))
        data = getattr(error, "data", None) or {}  # what webargs adds
        methods = getattr(error, "valid_methods", None)
        headers = {"Allow": ", ".join(methods)} if methods else {}
        errors = data.get("errors") or flatten(data.get("messages"))
        return say(Problem(status, data.get("message", ""), errors=errors, headers=headers))

    @app.errorhandler(StoreUnavailable)
    def say_away(error: StoreUnavailable) -> Response:
        g.why = "database"
        log.error("database-unavailable", problem=str(error))
        return say(Problem(503, headers={"Retry-After": "5"}))

    @app.errorhandler(Exception)
    def say_broken(error: Exception) -> Response:
        g.why = type(error).__name__
        log.error("request-broke", exc_info=error)
        return say(Problem(500))


def flatten(messages: Any) -> dict[str, Any] | None:
    """webargs names the place first ({"json": {...}}); a reader of the answer need not know."""
    if not isinstance(messages, dict):
        return None
    if set(messages) <= {"json", "query", "path"}:
        return {name: texts for part in messages.values() for name, texts in _named(part)}
    return messages


def _named(part: Any) -> list[tuple[str, Any]]:
    return list(part.items()) if isinstance(part, dict) else [("body", part)]
