"""Takes a request in: proven, keyed, on disk, then the bell. Nothing is parsed before the answer."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from complaint_gift.plugin import NotAuthentic, Outcome, Request
from complaint_gift.service.means import Means
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import NewDelivery

OWN_HEADERS = "x-complaint-gift-"
LOOK_HEADER = OWN_HEADERS + "look"

log = structlog.get_logger(__name__)


class UnknownSource(LookupError):
    """No source of this name is configured."""


def receive(means: Means, source_name: str, request: Request) -> Outcome:
    """What became of it; the plugin's `answers` say which status its vendor wants for that.

    Raises UnknownSource. Only the database can make it UNAVAILABLE, the queue never.
    """
    source = means.sources.get(source_name)
    if source is None:
        raise UnknownSource(source_name)
    plugin = means.plugins[source.plugin]
    try:
        plugin.verify(request, source)
        key_of = getattr(plugin, "key_of", None)
        key = key_of(request, source) if key_of else plugin.key(request)
    except NotAuthentic as exc:
        log.warning("delivery-not-authentic", source=source_name, why=str(exc))
        return Outcome.NOT_AUTHENTIC
    headers = {
        name: value
        for name in sorted(plugin.kept_headers)
        if not name.startswith(OWN_HEADERS) and (value := request.header(name)) is not None
    }
    try:
        delivery_id, is_new = means.store.keep_delivery(
            NewDelivery(source_name, key, headers, request.body, request.received_at)
        )
    except StoreUnavailable as exc:
        log.error("delivery-not-kept", source=source_name, error=type(exc).__name__)
        return Outcome.UNAVAILABLE
    if not is_new:
        return Outcome.DUPLICATE
    means.bell.ring("delivery", delivery_id)
    return Outcome.ACCEPTED


def take(means: Means, source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Put what came in by a plugin's own door into the inbox; durable when this returns, False when known.

    Raises UnknownSource and StoreUnavailable.
    """
    if source not in means.sources:
        raise UnknownSource(source)
    kept = {name: value for name, value in headers.items() if not name.startswith(OWN_HEADERS)}
    delivery_id, is_new = means.store.keep_delivery(NewDelivery(source, key, kept, body, means.now()))
    if is_new:
        means.bell.ring("delivery", delivery_id)
    return is_new


def ask_for_look(means: Means, source: str, conversation: str, cause: str) -> bool:
    """Put a delivery of our own into the inbox: look at this conversation. The same cause twice is one.

    It gets leases, retries and a visible end like any other. Raises StoreUnavailable.
    """
    made = NewDelivery(
        source=source,
        key=f"look:{conversation}:{cause}",
        headers={LOOK_HEADER: conversation},
        body=b"",
        received_at=means.now(),
    )
    delivery_id, is_new = means.store.keep_delivery(made)
    if is_new:
        means.bell.ring("delivery", delivery_id)
    return is_new
