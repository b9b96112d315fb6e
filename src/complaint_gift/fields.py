"""What settings of several plugins have in common: a secret, an address that may be trusted with words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields


class Secret(fields.String):
    """A text that is never empty and keeps the type that hides it in logs."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("a secret is missing or empty; name it as {file: path} or {env: NAME}")
        return value


def is_safe(url: str) -> bool:
    """An https address of a host, without user, query and fragment; http on this machine."""
    try:
        parts = urlsplit(url)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        _ = parts.port
    except ValueError:
        return False
    clean = bool(parts.hostname) and not (parts.username or parts.password or parts.query or parts.fragment)
    return clean and (parts.scheme == "https" or (parts.scheme == "http" and local))


def is_endpoint(url: str) -> bool:
    """A safe address with a path: a helpdesk may send there what customers wrote."""
    return is_safe(url) and bool(urlsplit(url).path.strip("/"))
