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

    standing = {public: standing_headers(is_public=public, https=https) for public in (False, True)}

    @app.after_request
    def add_headers(answer: Response) -> Response:
        for name, value in standing[_is_public()]:
            answer.headers.setdefault(name, value)
        return answer


def standing_headers(*, is_public: bool, https: bool) -> list[tuple[str, str]]:
    """What every answer says unless it says something else itself."""
    headers = [
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "cross-origin" if is_public else "same-origin"),
    ]
    if not is_public:
        headers.append(("Cache-Control", "no-store"))
    if https:
        headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    return headers


def _is_public() -> bool:
    return request.path.startswith("/static/")
