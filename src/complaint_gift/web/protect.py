"""Headers that every answer carries, and the limits that every request meets."""

from __future__ import annotations

from flask import Flask, Response, abort, request

LARGEST_BODY = 2_000_000
# The console writes its own policy; everything else is data that no browser should run or frame.
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def protect(app: Flask, *, https: bool) -> None:
    """Refuse encoded and oversized bodies; add security headers, HSTS where the address is https."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = 200_000
    app.config["MAX_FORM_PARTS"] = 50

    @app.before_request
    def refuse_encoded() -> None:
        # A compressed body is small to send and huge to unpack; nobody we talk to sends one.
        if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            abort(415)

    @app.after_request
    def add_headers(answer: Response) -> Response:
        headers = answer.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if _is_public() else "same-origin")
        if not _is_public():
            headers.setdefault("Cache-Control", "no-store")
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return answer


def _is_public() -> bool:
    return request.path.startswith("/static/")
