"""SendGrid's Inbound Parse: a form, proved by an ECDSA signature over moment and body, or by a password."""

from __future__ import annotations

import base64
import binascii
import json
from functools import lru_cache
from typing import Any

from complaint_gift.plugin import NotAuthentic, Request, Source, Unreadable
from complaint_gift.signing import check_moment
from complaint_gift_email.compose import File, compose
from complaint_gift_email.doors.incoming import Incoming, text_of
from complaint_gift_email.doors.postmark import check_passwords
from complaint_gift_email.forms import Form, read_form
from complaint_gift_email.message import Envelope
from complaint_gift_email.mime import split_headers

SIGNATURE = "x-twilio-email-event-webhook-signature"
MOMENT = "x-twilio-email-event-webhook-timestamp"


def verify(request: Request, source: Source) -> None:
    """Raise NotAuthentic unless one of the keys signed it lately, or it brings a password of ours."""
    keys = source.settings["public_keys"]
    if not keys:
        check_passwords(request, source)
        return
    stamp = request.header(MOMENT)
    check_moment(
        stamp, request.received_at, source.settings["timestamp_window"], source=source.name, form="unix"
    )
    signed = (stamp or "").encode() + request.body
    proof = _decode(request.header(SIGNATURE))
    if proof is None:
        raise NotAuthentic(f"{source.name}: the request carries no signature, or more than one.")
    # All keys are tried, so that the time does not tell which one fits.
    if not sum(_is_signed(key, proof, signed) for key in keys):
        raise NotAuthentic(
            f"{source.name}: the signature fits none of the public keys; compare them with SendGrid."
        )


def unwrap(body: bytes, headers: dict[str, str], source: Source) -> Incoming:
    """The raw mail in `email`, else one made of the fields, each in the charset that `charsets` names."""
    form = read_form(body, headers.get("content-type", ""))
    envelope, checks = _envelope(form), _checks(form)
    if "email" in form.fields:
        return Incoming(form.raw("email"), envelope, checks=checks)
    if not any(name in form.fields for name in ("headers", "text", "html")):
        raise Unreadable(f"{source.name}: the form holds no mail; is it SendGrid's Inbound Parse?")
    charsets = _object(form, "charsets")

    def text(name: str) -> str:
        return form.text(name, text_of(charsets.get(name)))

    top = split_headers(form.raw("headers") + b"\r\n\r\n")[0]
    pairs = [(name, value.decode("utf-8", "replace")) for name, value in top.fields]
    names = {name for name, _ in pairs}
    basics = (("from", text("from")), ("to", text("to")), ("subject", text("subject")))
    pairs += [(name, value) for name, value in basics if value and name not in names]
    files = [File(part.filename, part.kind, part.content()) for _, part in form.files]
    return Incoming(compose(pairs, text("text"), text("html"), files), envelope, checks=checks)


def load_key(text: str) -> Any:
    """A public key as SendGrid shows it (base64 of DER) or as PEM; raises ValueError."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    stripped = text.strip()
    key = (
        serialization.load_pem_public_key(stripped.encode())
        if stripped.startswith("-----")
        else serialization.load_der_public_key(base64.b64decode(stripped, validate=True))
    )
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("it is no elliptic curve key")
    return key


@lru_cache(maxsize=32)
def _key(text: str) -> Any:
    return load_key(text)


def _is_signed(key: str, proof: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        _key(key).verify(proof, signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _decode(given: str | None) -> bytes | None:
    """Canonical base64 only: a second spelling would be a second key for the same request."""
    if not given or not given.isascii() or len(given) > 400:
        return None
    try:
        raw = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == given else None


def _envelope(form: Form) -> Envelope:
    told = _object(form, "envelope")
    to = told.get("to")
    recipients = (
        tuple(text_of(one)[:320] for one in to if text_of(one))[:1000] if isinstance(to, list) else ()
    )
    sender = told.get("from")
    return Envelope(text_of(sender) if isinstance(sender, str) else None, recipients)


def _checks(form: Form) -> dict[str, str]:
    dkim = form.text("dkim").lower()
    passed = "pass" if ": pass" in dkim else "fail" if ": fail" in dkim else ""
    return {"spf": form.text("SPF").strip().lower(), "dkim": passed}


def _object(form: Form, name: str) -> dict[str, Any]:
    try:
        told = json.loads(form.text(name) or "{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
