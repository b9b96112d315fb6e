"""A raw mail by POST with an HMAC: our worker for Cloudflare, Haraka, procmail or curl."""

from __future__ import annotations

import json

from complaint_gift.plugin import NotAuthentic, Request, Source, Unreadable
from complaint_gift.signing import check_hmac, check_moment
from complaint_gift_email.doors.incoming import RECIPIENTS, SENDER, Incoming, read_envelope

SIGNATURE = "x-email-signature"
MOMENT = "x-email-timestamp"


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless one of our secrets signed moment, envelope and body lately."""
    stamp = request.header(MOMENT)
    check_moment(
        stamp, request.received_at, source.settings["timestamp_window"], source=source.name, form="unix"
    )
    for name in (SENDER, RECIPIENTS):
        if len(request.headers.get(name, ())) > 1:
            raise NotAuthentic(f"{source.name}: the header {name} came twice.")
    signed = signed_bytes(
        stamp or "", request.header(SENDER) or "", request.header(RECIPIENTS) or "", request.body
    )
    check_hmac(request.header(SIGNATURE), signed, source.settings["secrets"], source=source.name)


def signed_bytes(stamp: str, sender: str, recipients: str, body: bytes) -> bytes:
    """What is signed: the moment in whole seconds, MAIL FROM, RCPT TO, each on a line, then the mail."""
    return f"{stamp}\n{sender}\n{recipients}\n".encode("utf-8", "replace") + body


def unwrap(body: bytes, headers: dict[str, str], source: Source) -> Incoming:
    """The body is the mail; the recipients may also be one bare address."""
    if not body.strip():
        raise Unreadable(f"{source.name}: the request holds no mail.")
    told = headers.get(RECIPIENTS, "")
    if told and not told.lstrip().startswith("["):
        headers = headers | {RECIPIENTS: json.dumps([one.strip() for one in told.split(",")])}
    return Incoming(body, read_envelope(headers))
