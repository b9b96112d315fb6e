"""The one shape that every door gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from complaint_gift.plugin import Source, Unreadable
from complaint_gift_email.message import Envelope

DIRECTION = "x-email-direction"
SENDER = "x-email-mail-from"
RECIPIENTS = "x-email-rcpt-to"
LOGIN = "x-email-login"
CLIENT = "x-email-client"
DOOR = "x-email-door"
# A delivery that came by a port or from a mailbox, not by HTTP.
OWN_DOORS = ("imap", "lmtp", "gate")
MOST_RECIPIENTS = 1000


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail and how it travelled. `is_out`: it is ours, on its way out or found among what was sent.

    `checks` are what the provider found: spf, dkim, dmarc, spam, each "pass", "fail" or something else.
    """

    raw: bytes = field(repr=False)
    envelope: Envelope = field(default_factory=Envelope)
    is_out: bool = False
    checks: Mapping[str, str] = field(default_factory=dict)


def envelope_headers(envelope: Envelope, *, door: str, is_out: bool = False) -> dict[str, str]:
    """What is kept beside the raw bytes of a mail that came by a door of our own."""
    told = {
        DOOR: door,
        DIRECTION: "out" if is_out else "in",
        RECIPIENTS: json.dumps(list(envelope.recipients[:MOST_RECIPIENTS])),
    }
    if envelope.sender is not None:
        told[SENDER] = envelope.sender
    return told | {
        name: value for name, value in ((LOGIN, envelope.login), (CLIENT, envelope.client)) if value
    }


def sent_key(message: str, text: str) -> str:
    """The key of a mail of ours: its passage through the gate and its copy among sent mail are one.

    With its text, because a lead may have changed that before it went out.
    """
    told = f"{message}\n{' '.join(text.split())}"
    return f"out:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()}"


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """The other way round; strange values are nobody's."""
    try:
        told = json.loads(headers.get(RECIPIENTS) or "[]")
    except (ValueError, RecursionError):
        told = []
    recipients = (
        tuple(str(one)[:320] for one in told if isinstance(one, str)) if isinstance(told, list) else ()
    )
    return Envelope(
        headers.get(SENDER), recipients[:MOST_RECIPIENTS], headers.get(LOGIN, ""), headers.get(CLIENT, "")
    )


def read_object(body: bytes, source: Source) -> dict[str, Any]:
    """A JSON object; raises Unreadable."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable(
            f"{source.name}: the body is not JSON; is `transport` the provider that sends?"
        ) from None
    if not isinstance(told, dict):
        raise Unreadable(f"{source.name}: the body is JSON, but no object; is `transport` right?")
    return told


def text_of(value: Any) -> str:
    """A text of a JSON object, "" for anything else; half surrogates become question marks."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
