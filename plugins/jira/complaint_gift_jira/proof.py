"""Does a request come from our Jira? There are three proofs, and what a source is configured with decides.

An admin webhook signs the body (Cloud, Data Center 10). Automation rules cannot sign, they send a token in a
header. Data Center before 10 can do neither: a token in the address has to do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from complaint_gift.plugin import NotAuthentic, Request, Source
from complaint_gift.signing import check_api_key, check_hmac

SIGNATURE = "x-hub-signature"
TOKEN = "x-complaint-gift-token"  # noqa: S105
QUERY = "token"
IDENTIFIER = "x-atlassian-webhook-identifier"
RETRY = "x-atlassian-webhook-retry"
FLOW = "x-atlassian-webhook-flow"
# Atlassian says that the method may change and names it in the header; nothing weaker is ever accepted.
METHODS = frozenset(("sha256", "sha384", "sha512"))


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless the request proves that our Jira sent it, and lately.

    A proof that is there has to be right: a wrong signature is not mended by a right token.
    """
    settings = source.settings
    if SIGNATURE in request.headers:
        _check_signature(request, source)
        _check_age(request, source)
    elif TOKEN in request.headers:
        _require(settings["header_tokens"], "header_tokens", source)
        check_api_key(request.header(TOKEN), settings["header_tokens"], source=source.name)
    elif QUERY in request.query:
        _require(settings["url_tokens"], "url_tokens", source)
        check_api_key(request.query[QUERY], settings["url_tokens"], source=source.name)
    else:
        raise NotAuthentic(f"{source.name}: the request carries neither a signature nor a token of ours.")


def _check_signature(request: Request, source: Source) -> None:
    secrets = source.settings["signing_secrets"]
    _require(secrets, "signing_secrets", source)
    method, equals, _ = (request.header(SIGNATURE) or "").partition("=")
    if not equals or method not in METHODS:
        text = "the signature is doubled, or made with another method than sha256, sha384 or sha512"
        raise NotAuthentic(f"{source.name}: {text}.")
    check_hmac(
        request.header(SIGNATURE), request.body, secrets,
        source=source.name, digest=method, prefix=f"{method}=",
    )  # fmt: skip


def _check_age(request: Request, source: Source) -> None:
    """The moment stands in the signed body. Jira tries again for hours, so only what is older is a replay."""
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return  # it is authentic all the same, and parse will say that it cannot be read
    told = body.get("timestamp") if isinstance(body, Mapping) else None
    if not isinstance(told, int) or isinstance(told, bool):
        return
    try:
        away = request.received_at - datetime.fromtimestamp(told / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        away = timedelta.max
    if abs(away) > timedelta(hours=source.settings["replay_hours"]):
        text = f"the request is more than {source.settings['replay_hours']} hours away from now"
        raise NotAuthentic(f"{source.name}: {text}; it is a replay, or a clock is wrong.")


def _require(secrets: Any, key: str, source: Source) -> None:
    if not any(one.strip() for one in secrets):
        raise NotAuthentic(f"{source.name}: the request carries a proof for which no {key} are configured.")
