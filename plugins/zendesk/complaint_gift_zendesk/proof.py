"""Does a request come from our Zendesk account? Its webhooks sign moment and body; the ids are not signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from complaint_gift.plugin import NotAuthentic, Request, Source
from complaint_gift.signing import check_hmac, check_moment
from complaint_gift_zendesk.settings import TEST_SECRET

SIGNATURE = "x-zendesk-webhook-signature"
MOMENT = "x-zendesk-webhook-signature-timestamp"
ACCOUNT = "x-zendesk-account-id"
INVOCATION = "x-zendesk-webhook-invocation-id"
WEBHOOK = "x-zendesk-webhook-id"


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless one of our secrets signed it lately for our account."""
    settings, moment = source.settings, request.header(MOMENT)
    check_moment(moment, request.received_at, settings["timestamp_window"], source=source.name)
    # The signature covers the header's text and the raw body with nothing in between; the secret is the text
    # that Zendesk shows, although it looks like base64.
    signed = (moment or "").encode() + request.body
    secrets = [secret for secret in settings["signing_secrets"] if secret != TEST_SECRET]
    if not secrets:
        text = "no signing secret is configured; run `complaint-gift zendesk install` and name the secret"
        raise NotAuthentic(f"{source.name}: {text}.")
    check_hmac(request.header(SIGNATURE), signed, secrets, source=source.name, encoding="base64")
    _check_account(request, source)


def _check_account(request: Request, source: Source) -> None:
    """The header is not signed, the body is: both must name the configured account."""
    wanted = str(source.settings["account_id"])
    signed = _signed_account(request.body)
    if request.header(ACCOUNT) != wanted or signed not in (None, wanted):
        text = f"the event belongs to another Zendesk account than {wanted}; check account_id"
        raise NotAuthentic(f"{source.name}: {text}.")


def _signed_account(body: bytes) -> str | None:
    """`account_id` of an event, None without one: triggers send only what an admin wrote into them."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None  # it is authentic all the same, and parse will say that it cannot be read
    account = told.get("account_id") if isinstance(told, Mapping) else None
    if account is None:
        return None
    return str(account) if isinstance(account, int | str) and not isinstance(account, bool) else "?"
