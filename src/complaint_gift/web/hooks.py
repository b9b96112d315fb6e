"""`POST /hooks/<source>`: take the raw request to the service, answer what this vendor handles best."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, abort, current_app, request

from complaint_gift.plugin import Outcome, Request
from complaint_gift.runtime import Parts
from complaint_gift.web.metrics import DELIVERIES

LARGEST_HOOK = 1_000_000
# Zendesk tries a 429 or 503 again only when it names a wait below a minute.
PATIENCE_SECONDS = 15
PLAIN = "text/plain; charset=utf-8"

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")
log = structlog.get_logger(__name__)


@blueprint.route("/<source>", methods=["GET", "HEAD"])
def answer_probe(source: str) -> Response:
    """Vendors look whether somebody is there before they send."""
    _require_source(source)
    return Response("Send deliveries here with POST.", content_type=PLAIN)


@blueprint.post("/<source>")
def receive(source: str) -> Response:
    """Steps 1 to 5 of a delivery: the answer tells what became of it, nothing is parsed before it."""
    parts = _require_source(source)
    plugin = parts.settings.plugins[parts.settings.sources[source].plugin]
    request.max_content_length = getattr(plugin, "largest", LARGEST_HOOK)
    taken = Request(
        method=request.method,
        path=request.path,
        headers=_read_headers(),
        body=request.get_data(cache=False),
        received_at=datetime.now(UTC),
        query=request.args.to_dict(),
    )
    status, headers = take_in(parts, source, taken, request.remote_addr)
    return Response(status=status, headers=headers, content_type=PLAIN)


def take_in(parts: Parts, source: str, taken: Request, peer: str | None) -> tuple[int, list[tuple[str, str]]]:
    """Status and headers of the answer to one delivery; its body is empty."""
    outcome = parts.service.receive(source, taken)
    DELIVERIES.labels(source, outcome.value).inc()
    if outcome is Outcome.NOT_AUTHENTIC:
        log.warning("delivery-not-authentic", source=source, peer=peer)
    plugin = parts.settings.plugins[parts.settings.sources[source].plugin]
    later = [("Retry-After", str(PATIENCE_SECONDS))] if outcome is Outcome.UNAVAILABLE else []
    replies = getattr(plugin, "replies", None)
    answers = replies(parts.settings.sources[source]) if replies else plugin.answers
    return answers[outcome], later


def _require_source(source: str) -> Parts:
    parts: Parts = current_app.extensions["parts"]
    if source not in parts.settings.sources:
        abort(404)
    return parts


def _read_headers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        found.setdefault(name.lower(), []).append(value)
    return {name: tuple(values) for name, values in found.items()}
