"""Certificates with which Amazon SNS signs: fetched once, kept in memory and in the source's folder."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from urllib.parse import urlsplit

from complaint_gift.client import Client
from complaint_gift.plugin import NotAuthentic, PluginError, Source

KEPT_SECONDS = 7 * 86_400
_MOST = 20
_known: dict[str, tuple[float, bytes]] = {}


def fetch_certificate(place: str, source: Source) -> bytes:
    """The PEM at this address, which the caller has checked; raises NotAuthentic when it cannot be had.

    SNS repeats what was turned away, so a certificate that is late costs nothing but time.
    """
    made, kept = _known.get(place, (0.0, b""))
    if kept and time.time() - made < KEPT_SECONDS:
        return kept
    path = (
        source.folder / f"sns-{hashlib.sha256(place.encode()).hexdigest()[:32]}.pem"
        if source.folder
        else None
    )
    with suppress(OSError):
        if path and time.time() - path.stat().st_mtime < KEPT_SECONDS:
            _known[place] = (path.stat().st_mtime, path.read_bytes())
            return _known[place][1]
    parts = urlsplit(place)
    try:
        client = Client(f"{parts.scheme}://{parts.netloc}", source=source.name)
        content = client.send("GET", parts.path).body
    except PluginError as exc:
        raise NotAuthentic(
            f"{source.name}: the certificate of Amazon SNS cannot be had now ({exc})."
        ) from None
    if len(_known) > _MOST:
        _known.clear()
    _known[place] = (time.time(), content)
    with suppress(OSError):
        if path:
            path.write_bytes(content)
    return content
