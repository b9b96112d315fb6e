"""The fast lane: plain deliveries are taken in before Flask builds its request, context and response.

A webhook needs none of them, and they cost as much as the proof and the row together. What is unusual in any
way (no length, an encoding, a query, an unknown source, an error) goes on to the same address inside Flask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING

from complaint_gift.plugin import Request
from complaint_gift.runtime import Parts
from complaint_gift.web.hooks import LARGEST_HOOK, PLAIN, take_in
from complaint_gift.web.metrics import REQUESTS
from complaint_gift.web.protect import standing_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/hooks/"
ENDPOINT = "hooks.receive"  # counted under the name it has in Flask


class FastLane:
    """A WSGI application in front of another one."""

    def __init__(self, onward: WSGIApplication, parts: Parts) -> None:
        self._onward = onward
        self._parts = parts
        https = parts.settings.url.startswith("https://")
        self._standing = [
            ("Content-Type", PLAIN),
            ("Content-Length", "0"),
            *standing_headers(is_public=False, https=https),
        ]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take a plain delivery in, hand everything else on."""
        source = self._source_of(environ)
        if source is None:
            return self._onward(environ, start_response)
        length = int(environ["CONTENT_LENGTH"])
        body = environ["wsgi.input"].read(length)
        try:
            if len(body) < length:
                raise EOFError("the sender hung up")
            status, headers = take_in(self._parts, source, _read(environ, body), environ.get("REMOTE_ADDR"))
        except Exception:
            # Flask knows how to say what broke. Taken in twice it is one row: its key is the same.
            environ["wsgi.input"] = BytesIO(body)
            return self._onward(environ, start_response)
        REQUESTS.labels(ENDPOINT, str(status)).inc()
        start_response(f"{status} {HTTPStatus(status).phrase}", self._standing + headers)
        return ()

    def _source_of(self, environ: WSGIEnvironment) -> str | None:
        """The source of a plain delivery, None for everything else."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PATH) or environ["REQUEST_METHOD"] != "POST":
            return None
        length: str = environ.get("CONTENT_LENGTH", "")
        if not (length.isdecimal() and int(length) <= LARGEST_HOOK):
            return None
        if environ.get("QUERY_STRING") or "HTTP_CONTENT_ENCODING" in environ:
            return None
        source = path[len(PATH) :]
        return source if source in self._parts.settings.sources else None


def _read(environ: WSGIEnvironment, body: bytes) -> Request:
    headers = {
        name[5:].replace("_", "-").lower(): (value,)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-length"] = (environ["CONTENT_LENGTH"],)
    if kind := environ.get("CONTENT_TYPE"):
        headers["content-type"] = (kind,)
    return Request("POST", environ["PATH_INFO"], headers, body, datetime.now(UTC))
