"""Amazon SES through SNS: JSON as text/plain, signed with a key whose certificate lies at amazonaws.com."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from complaint_gift.plugin import NotAuthentic, Request, Source, UnknownEvent, Unreadable
from complaint_gift_email.charset import loose_base64
from complaint_gift_email.doors.certificates import fetch_certificate
from complaint_gift_email.doors.incoming import Incoming, read_object, text_of
from complaint_gift_email.message import Envelope

CONFIRM = "SubscriptionConfirmation"
HANDLED = frozenset(("Notification", CONFIRM))
# Said once when somebody unsubscribes us; `doctor` notices the silence.
IGNORED = frozenset(("UnsubscribeConfirmation",))
_PLACE = re.compile(
    r"https://sns\.[a-z0-9-]{2,40}\.amazonaws\.com(?:\.cn)?/[A-Za-z0-9._/-]{1,200}\.pem", re.ASCII
)
_CONFIRM = re.compile(
    r"https://sns\.[a-z0-9-]{2,40}\.amazonaws\.com(?:\.cn)?/\?Action=ConfirmSubscription&[\w&=:%.-]{1,2000}",
    re.ASCII,
)
_NOTICE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_DIGESTS = {"1": "sha1", "2": "sha256"}


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless Amazon signed it for our topic."""
    try:
        told = read_object(request.body, source)
    except Unreadable as exc:
        raise NotAuthentic(str(exc)) from None
    topic = told.get("TopicArn")
    if topic not in source.settings["topics"]:
        raise NotAuthentic(f"{source.name}: the notice is of another topic; compare it with `topics`.")
    place = text_of(told.get("SigningCertURL"))
    digest = _DIGESTS.get(str(told.get("SignatureVersion")))
    if not _PLACE.fullmatch(place) or ".." in place or digest is None:
        raise NotAuthentic(
            f"{source.name}: the notice names no certificate of Amazon SNS; it was not sent by it."
        )
    try:
        proof = base64.b64decode(text_of(told.get("Signature")).encode(), validate=True)
    except (binascii.Error, ValueError):
        raise NotAuthentic(f"{source.name}: the signature of the notice cannot be read.") from None
    if not _is_signed(fetch_certificate(place, source), proof, canonical(told), digest):
        raise NotAuthentic(f"{source.name}: the notice is not signed by Amazon SNS.")


def canonical(told: dict[str, Any]) -> bytes:
    """What SNS signs: names and values in lines; Subject only where there is one."""
    names = _CONFIRMATION if str(told.get("Type")).endswith("Confirmation") else _NOTICE
    pairs = [(name, text_of(told.get(name))) for name in names if name != "Subject" or told.get("Subject")]
    return "".join(f"{name}\n{value}\n" for name, value in pairs).encode()


def confirmation(body: bytes, source: Source) -> str:
    """Where to confirm the subscription that this (verified) delivery asks for, "" for any other delivery."""
    told = read_object(body, source)
    if told.get("Type") != CONFIRM:
        return ""
    place = text_of(told.get("SubscribeURL"))
    if not _CONFIRM.fullmatch(place):
        raise Unreadable(
            f"{source.name}: the subscription names no address of Amazon SNS; confirm it by hand."
        )
    return place


def unwrap(body: bytes, headers: dict[str, str], source: Source) -> Incoming | None:
    """The mail in a notification; None where the delivery holds none and needs none."""
    told = read_object(body, source)
    kind = text_of(told.get("Type"))
    if kind in IGNORED or kind == CONFIRM:
        return None
    if kind != "Notification":
        shown = kind if re.fullmatch(r"[A-Za-z]{1,40}", kind) else "without a name"
        raise UnknownEvent(f"{source.name}: the SNS message {shown} is not known here.")
    notice = _inner(told, source)
    name = text_of(notice.get("notificationType") or notice.get("eventType"))
    if name != "Received":
        shown = name if re.fullmatch(r"[A-Za-z ]{1,40}", name) else "of no kind"
        text = f"an SES notification {shown} came where received mail is expected; give it another topic"
        raise UnknownEvent(f"{source.name}: {text}.")
    return _read(notice, source)


def _inner(told: dict[str, Any], source: Source) -> dict[str, Any]:
    try:
        notice = json.loads(text_of(told.get("Message")))
    except (ValueError, RecursionError):
        notice = None
    if not isinstance(notice, dict):
        raise Unreadable(f"{source.name}: the SNS message holds no notification of SES.")
    return notice


def _read(notice: dict[str, Any], source: Source) -> Incoming:
    mail, receipt = _mapping(notice.get("mail")), _mapping(notice.get("receipt"))
    content = text_of(notice.get("content"))
    action = _mapping(receipt.get("action"))
    if not content:
        text = "SES keeps this mail in S3 and sends only where; use the action `Publish to SNS` with Base64"
        raise Unreadable(f"{source.name}: {text}.")
    is_encoded = text_of(action.get("encoding")).upper() == "BASE64"
    raw = (
        loose_base64(content.encode("ascii", "ignore")) if is_encoded else content.encode("utf-8", "replace")
    )
    to = receipt.get("recipients")
    recipients = (
        tuple(text_of(one)[:320] for one in to if text_of(one))[:1000] if isinstance(to, list) else ()
    )
    sender = mail.get("source")
    checks = {
        name: text_of(_mapping(receipt.get(f"{name}Verdict")).get("status")).lower()
        for name in ("spf", "dkim", "dmarc", "spam", "virus")
    }
    return Incoming(raw, Envelope(text_of(sender) if sender is not None else None, recipients), checks=checks)


def _is_signed(certificate: bytes, proof: bytes, signed: bytes, digest: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, RSAPublicKey):
            return False
        # Version 1 of SNS signatures is SHA-1, and still the default of every topic.
        key.verify(proof, signed, PKCS1v15(), SHA1() if digest == "sha1" else SHA256())  # noqa: S303
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
