"""Which door a source has, and what came in by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from complaint_gift.plugin import Delivery, NotAuthentic, Request, Source, Unreadable
from complaint_gift_email.doors import mailgun, post, postmark, sendgrid, ses
from complaint_gift_email.doors.incoming import (
    DIRECTION,
    DOOR,
    OWN_DOORS,
    Incoming,
    read_envelope,
)

VERIFY: dict[str, Callable[[Request, Source], None]] = {
    "postmark": postmark.verify,
    "mailgun": mailgun.verify,
    "sendgrid": sendgrid.verify,
    "ses": ses.verify,
    "post": post.verify,
}
UNWRAP: dict[str, Callable[[bytes, dict[str, str], Source], Incoming | None]] = {
    "postmark": postmark.unwrap,
    "mailgun": mailgun.unwrap,
    "sendgrid": sendgrid.unwrap,
    "ses": ses.unwrap,
    "post": post.unwrap,
}
TRANSPORTS = ("imap", "lmtp", *UNWRAP)


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless the request proves that the source's provider sent it."""
    check = VERIFY.get(source.settings["transport"])
    if check is None:
        text = f"mail comes in by {source.settings['transport'].upper()} here, no webhook is expected"
        raise NotAuthentic(f"{source.name}: {text}.")
    check(request, source)


def open_delivery(delivery: Delivery, source: Source) -> Incoming | None:
    """The mail in a delivery, None where it holds none and needs none; raises Unreadable or UnknownEvent.

    DOOR is written by our own listeners and never taken from a request, so that nobody outside can call a
    mail one of ours.
    """
    if delivery.headers.get(DOOR) in OWN_DOORS:
        is_out = delivery.headers.get(DIRECTION) == "out"
        return Incoming(delivery.body, read_envelope(delivery.headers), is_out)
    unwrap = UNWRAP.get(source.settings["transport"])
    if unwrap is None:
        raise Unreadable(
            f"{source.name}: this delivery came by a door that the source does not have any more."
        )
    incoming = unwrap(delivery.body, dict(delivery.headers), source)
    if incoming is not None and not incoming.raw.strip():
        raise Unreadable(f"{source.name}: the provider sent a mail without a single byte.")
    return None if incoming is None else replace(incoming, is_out=False)
