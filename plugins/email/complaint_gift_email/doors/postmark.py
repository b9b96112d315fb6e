"""Postmark's inbound webhook: JSON, proved by user and password in the address."""

from __future__ import annotations

import re
from typing import Any

from complaint_gift.plugin import Request, Source, UnknownEvent, Unreadable
from complaint_gift.signing import check_basic
from complaint_gift_email.charset import loose_base64
from complaint_gift_email.compose import File, compose
from complaint_gift_email.doors.incoming import Incoming, read_object, text_of
from complaint_gift_email.message import Envelope

# Postmark's other webhooks; they belong to other addresses than the inbound one.
OTHERS = frozenset(
    ("Delivery", "Bounce", "SpamComplaint", "Open", "Click", "SubscriptionChange", "Transactional")
)
_NAME = re.compile(r"[A-Za-z]{1,40}", re.ASCII)


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless the request brings one of our passwords."""
    check_passwords(request, source)


def check_passwords(request: Request, source: Source) -> None:
    """Basic authentication with the configured user and one of its passwords."""
    user = source.settings["user"]
    logins = [(user, password) for password in source.settings["secrets"]]
    check_basic(request.header("authorization"), logins, source=source.name)


def unwrap(body: bytes, headers: dict[str, str], source: Source) -> Incoming:
    """The raw mail where Postmark includes it, else one made of the fields."""
    told = read_object(body, source)
    record = told.get("RecordType")
    if record is not None and record != "Inbound":
        name = record if isinstance(record, str) and _NAME.fullmatch(record) else "of no name"
        raise UnknownEvent(
            f"{source.name}: a Postmark event {name} came to the inbound address; move its webhook."
        )
    if not any(name in told for name in ("RawEmail", "TextBody", "HtmlBody", "FromFull", "Attachments")):
        raise Unreadable(f"{source.name}: the body holds no mail; is it Postmark's inbound webhook?")
    fields = _headers(told)
    envelope = Envelope(_return_path(fields), _recipients(told))
    raw = text_of(told.get("RawEmail"))
    if raw:
        # JSON is text: bytes that were no UTF-8 are lost already, and only the provider could have kept them.
        return Incoming(raw.encode("utf-8", "replace"), envelope, checks=_checks(fields))
    made = compose(
        _with_basics(fields, told), text_of(told.get("TextBody")), text_of(told.get("HtmlBody")), _files(told)
    )
    return Incoming(made, envelope, checks=_checks(fields))


def _headers(told: dict[str, Any]) -> list[tuple[str, str]]:
    pairs = told.get("Headers")
    return [
        (text_of(pair.get("Name")), text_of(pair.get("Value")))
        for pair in (pairs if isinstance(pairs, list) else [])[:1000]
        if isinstance(pair, dict)
    ]


def _with_basics(fields: list[tuple[str, str]], told: dict[str, Any]) -> list[tuple[str, str]]:
    names = {name.lower() for name, _ in fields}
    basics = (("From", _shown(told, "From")), ("To", _shown(told, "To")), ("Cc", _shown(told, "Cc")),
              ("Subject", text_of(told.get("Subject"))), ("Date", text_of(told.get("Date"))),
              ("Reply-To", text_of(told.get("ReplyTo"))))  # fmt: skip
    made = [(name, value) for name, value in basics if value and name.lower() not in names]
    if "message-id" not in names and text_of(told.get("MessageID")):
        made.append(("Message-ID", f"<{text_of(told.get('MessageID'))[:100]}@inbound.postmarkapp.com>"))
    return fields + made


def _shown(told: dict[str, Any], name: str) -> str:
    full = told.get(f"{name}Full")
    people = full if isinstance(full, list) else [full]
    shown = [
        f'"{text_of(one.get("Name")).translate(_QUOTED)}" <{text_of(one.get("Email"))}>'
        for one in people[:500]
        if isinstance(one, dict) and text_of(one.get("Email"))
    ]
    return ", ".join(shown) or text_of(told.get(name))


_QUOTED = str.maketrans({'"': "'", "\\": "/"})


def _recipients(told: dict[str, Any]) -> tuple[str, ...]:
    found = text_of(told.get("OriginalRecipient"))
    return (found[:320],) if "@" in found else ()


def _return_path(fields: list[tuple[str, str]]) -> str | None:
    """Postmark puts Return-Path before all others."""
    return next((value.strip("<> ") for name, value in fields[:3] if name.lower() == "return-path"), None)


def _checks(fields: list[tuple[str, str]]) -> dict[str, str]:
    spam = next((value for name, value in fields if name.lower() == "x-spam-status"), "")
    spf = next((value for name, value in fields if name.lower() == "received-spf"), "")
    return {"spam": "fail" if spam.lower().startswith("yes") else "", "spf": spf.partition(" ")[0].lower()}


def _files(told: dict[str, Any]) -> list[File]:
    files = told.get("Attachments")
    return [
        File(
            text_of(one.get("Name")),
            text_of(one.get("ContentType")),
            loose_base64((text_of(one.get("Content")) or text_of(one.get("Data"))).encode("ascii", "ignore")),
        )
        for one in (files if isinstance(files, list) else [])[:100]
        if isinstance(one, dict)
    ]
