"""A held mail with another text: headers, attachments and what it quotes stay, the rest is new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.mime.text import MIMEText

from complaint_gift.plugin import Outgoing, Refused

_SEALED = ("multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_DKIM = ("DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results")


def rewrite(held: Outgoing, text: str) -> bytes:
    """The raw mail with this text as its new part. Raises Refused for a signed or encrypted one."""
    mail = message_from_bytes(held.raw, policy=policy.compat32)
    if any(part.get_content_type() in _SEALED for part in mail.walk()):
        raise Refused("this mail is signed or encrypted and cannot be edited; approve it or give it back")
    for name in _DKIM:
        del mail[name]
    whole = text.rstrip() + "\n" + _quoted(held.history)
    _replace(mail, whole)
    return mail.as_bytes(policy=policy.compat32.clone(linesep="\r\n", cte_type="8bit"))


def _quoted(history: str) -> str:
    if not history.strip():
        return ""
    return "\n" + "\n".join(f"> {line}".rstrip() for line in history.strip().splitlines()) + "\n"


def _replace(mail: Message, text: str) -> None:
    """The body becomes plain text; an HTML version of the old words would contradict it."""
    target = _body_of(mail)
    for name in ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"):
        del target[name]
    fresh = MIMEText(text, "plain", "utf-8")
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        target[name] = fresh[name]
    if "MIME-Version" not in mail:
        mail["MIME-Version"] = "1.0"
    target.set_payload(fresh.get_payload())


def _body_of(mail: Message) -> Message:
    """The part that holds the words: itself, or the first text or group of texts inside multipart/mixed."""
    if mail.get_content_type() != "multipart/mixed":
        return mail
    return next(_bodies(mail), mail)


def _bodies(mail: Message) -> Iterator[Message]:
    for part in mail.get_payload():
        if not isinstance(part, Message) or re.match("attachment", part.get_content_disposition() or ""):
            continue
        if part.get_content_maintype() == "text" or part.get_content_type() in (
            "multipart/alternative",
            "multipart/related",
        ):
            yield part
