"""Mailgun's route `forward()`: a form, proved by three of its fields; best to an address ending in `mime`."""

from __future__ import annotations

import json

from complaint_gift.plugin import Request, Source, UnknownEvent, Unreadable
from complaint_gift.signing import check_hmac, check_moment
from complaint_gift_email.compose import File, compose
from complaint_gift_email.doors.incoming import Incoming, text_of
from complaint_gift_email.forms import Form, read_form
from complaint_gift_email.message import Envelope


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless the fields timestamp and token are signed with one of our keys.

    The rest of the form is not signed: whoever records one request could send another mail with its three
    fields for a while. The address should be known to nobody else, and https is a must.
    """
    form = read_form(request.body, request.header("content-type") or "")
    stamp, token = form.text("timestamp"), form.text("token")
    check_moment(
        stamp, request.received_at, source.settings["timestamp_window"], source=source.name, form="unix"
    )
    signed = (stamp + token).encode("utf-8", "replace")
    check_hmac(form.text("signature"), signed, source.settings["secrets"], source=source.name)


def unwrap(body: bytes, headers: dict[str, str], source: Source) -> Incoming:
    """The raw mail in `body-mime`, else one made of the fields."""
    kind = headers.get("content-type", "")
    if kind.lower().startswith("application/json"):
        raise UnknownEvent(
            f"{source.name}: this is a Mailgun event webhook, no route; use a route with forward()."
        )
    form = read_form(body, kind)
    envelope = Envelope(
        form.text("sender") if "sender" in form.fields else None,
        tuple(one.strip()[:320] for one in form.text("recipient").split(",") if one.strip())[:1000],
    )
    if "body-mime" in form.fields:
        return Incoming(form.raw("body-mime"), envelope)
    if "event" in form.fields and "body-plain" not in form.fields:
        raise UnknownEvent(
            f"{source.name}: this is a Mailgun event webhook, no route; use a route with forward()."
        )
    if not any(
        name in form.fields for name in ("body-plain", "body-html", "message-headers", "stripped-text")
    ):
        raise Unreadable(f"{source.name}: the form holds no mail; is it a Mailgun route with forward()?")
    files = [File(part.filename, part.kind, part.content()) for _, part in form.files]
    made = compose(_headers(form), form.text("body-plain"), form.text("body-html"), files)
    return Incoming(made, envelope, checks={"spf": _header(form, "X-Mailgun-Spf"), "spam": _spam(form)})


def _headers(form: Form) -> list[tuple[str, str]]:
    try:
        told = json.loads(form.text("message-headers") or "[]")
    except (ValueError, RecursionError):
        told = []
    pairs = [
        (text_of(pair[0]), text_of(pair[1]))
        for pair in (told if isinstance(told, list) else [])[:1000]
        if isinstance(pair, list) and len(pair) == 2
    ]
    names = {name.lower() for name, _ in pairs}
    basics = (("From", form.text("from")), ("Subject", form.text("subject")), ("To", form.text("recipient")))
    return pairs + [(name, value) for name, value in basics if value and name.lower() not in names]


def _header(form: Form, name: str) -> str:
    return next((value.lower() for key, value in _headers(form) if key.lower() == name.lower()), "")


def _spam(form: Form) -> str:
    return "fail" if _header(form, "X-Mailgun-Sflag").startswith("yes") else ""
