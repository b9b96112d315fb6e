"""A held mail with another text: headers, attachments and what it quotes stay, the rest is new."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.mime.text import MIMEText

from complaint_gift.plugin import Outgoing, Refused
from complaint_gift_email.message import read_mail
from complaint_gift_email.quoting import Split

_SEALED = ("multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_DKIM = ("DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results")
_BODY = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID")


def rewrite(held: Outgoing, text: str) -> bytes:
    """The raw mail with this text as its new part. Raises Refused for a signed or encrypted one."""
    mail = message_from_bytes(held.raw, policy=policy.compat32)
    if any(part.get_content_type() in _SEALED for part in mail.walk()):
        raise Refused(
            "this mail is signed or encrypted and cannot be edited; approve it or give it back", code="sealed"
        )
    quoted = Split.of(read_mail(held.raw).text).history if held.history else ""
    _replace(mail, "\n\n".join(filter(None, (text.rstrip(), quoted))) + "\n")
    for name in _DKIM:
        del mail[name]
    return mail.as_bytes(policy=policy.compat32.clone(linesep="\r\n", cte_type="8bit"))


def _replace(mail: Message, text: str) -> None:
    """The body becomes plain text with the files behind it; other versions of the old words contradict it."""
    words = MIMEText(text, "plain", "utf-8")
    files = list(_files(mail))
    for name in _BODY:
        del mail[name]
    if "MIME-Version" not in mail:
        mail["MIME-Version"] = "1.0"
    if files:
        mail["Content-Type"] = "multipart/mixed"
        mail.set_payload([words, *files])
        return
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        mail[name] = words[name]
    mail.set_payload(words.get_payload())


def _files(mail: Message) -> Iterator[Message]:
    """Everything that is no words; pictures that only the HTML showed go with it."""
    if mail.get_content_maintype() != "multipart" or not mail.is_multipart():
        return
    is_shown = mail.get_content_type() == "multipart/related"
    for part in mail.get_payload():
        if not isinstance(part, Message):
            continue
        if part.get_content_maintype() == "multipart":
            yield from _files(part)
        elif _is_file(part) and not (is_shown and part["Content-ID"]):
            yield part


def _is_file(part: Message) -> bool:
    is_named = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
    return is_named or part.get_content_maintype() != "text"
