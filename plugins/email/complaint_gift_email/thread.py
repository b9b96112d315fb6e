"""To which conversation a mail belongs, and the marks we leave in what we send so that answers find back.

A conversation is called by sixteen letters made of its first message's id. In this order: a token of ours in
a recipient (support+cg.<conversation>.<proof>@) or in an id of ours, then ids that we know, then, only for
somebody who takes part already, the `[#...]` of a subject, and else the first reference as its own name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence

from complaint_gift_email.message import Envelope, Mail

PREFIX = "cg"
_NAME = r"[a-z2-7]{16}"
_PROOF = r"[a-z2-7]{10}"
_TAG = re.compile(rf"(?:.*\+)?{PREFIX}\.({_NAME})\.({_PROOF})", re.S)
_OWN_ID = re.compile(rf"{PREFIX}\.({_NAME})\.([a-z2-7]{{8,32}})\.({_PROOF})@")
_SUBJECT = re.compile(rf"\[#({_NAME})\]")
MOST_LOOKED_UP = 30

Find = Callable[[Sequence[str]], Mapping[str, str]]
TakesPart = Callable[[str, str], bool]
IsStranger = Callable[[str, str], bool]


def conversation_of(
    mail: Mail,
    envelope: Envelope,
    secret: str = "",
    find: Find | None = None,
    takes_part: TakesPart | None = None,
    is_stranger: IsStranger | None = None,
) -> str:
    """The name of the conversation; a mail that belongs to none begins one of its own.

    `find` gives the conversations of those message ids that are known; `takes_part(conversation, address)`
    says whether somebody has written or got mail in it, `is_stranger(conversation, answered id)` whether the
    author of this mail shall not be put into that one. Without them it is pure.
    """
    told = _by_token(mail, envelope, secret)
    if told:
        return told
    ids = [*mail.in_reply_to, *reversed(mail.references)]
    if find is not None and ids:
        known = find(ids[:MOST_LOOKED_UP])
        for one in ids[:MOST_LOOKED_UP]:
            if one in known:
                return _apart(mail, known[one], one, is_stranger)
    if takes_part is not None:
        found = _SUBJECT.search(mail.subject)
        if found and takes_part(found[1], mail.sender.address):
            return found[1]
    answered = next(iter(mail.references), "") or next(iter(mail.in_reply_to), "")
    if answered:
        return _apart(mail, name_of(answered), answered, is_stranger)
    return name_of(mail.id or mail.digest)


def _apart(mail: Mail, number: str, answered: str, is_stranger: IsStranger | None) -> str:
    """This conversation, or one of the author's own about that message: the same for each mail of theirs."""
    if is_stranger is None or not is_stranger(number, answered):
        return number
    return name_of(f"{answered}\n{mail.sender.address}")


def name_of(root: str) -> str:
    """The name of the conversation that begins with this message id."""
    return _letters(hashlib.sha256(root.encode("utf-8", "surrogatepass")).digest(), 16)


def message_id(mail: Mail) -> str:
    """What a message is called in our rows: its Message-ID, or its bytes where it has none."""
    return mail.id[:200] or f"sha256.{mail.digest[:40]}"


def tagged(address: str, conversation: str, secret: str) -> str:
    """The company's address with a token: whoever answers there answers in this conversation."""
    local, _, domain = address.rpartition("@")
    if not secret or not domain:
        return address
    return f"{local.partition('+')[0]}+{PREFIX}.{conversation}.{_proof(conversation, secret)}@{domain}"


def make_id(conversation: str, secret: str, domain: str, mark: str = "") -> str:
    """A Message-ID of ours, without angle brackets. The same `mark` gives the same id."""
    chance = _letters(hashlib.sha256(f"{conversation}:{mark}".encode()).digest(), 16) if mark else _chance()
    return f"{PREFIX}.{conversation}.{chance}.{_proof(f'{conversation}.{chance}', secret)}@{domain}"


def _by_token(mail: Mail, envelope: Envelope, secret: str) -> str:
    if not secret:
        return ""
    for address in (*envelope.recipients, *(one.address for one in mail.recipients)):
        found = _TAG.fullmatch(address.rpartition("@")[0].lower())
        if found and _is_proof(found[2], found[1], secret):
            return found[1]
    for one in (*mail.in_reply_to, *reversed(mail.references)):
        found = _OWN_ID.match(one)
        if found and _is_proof(found[3], f"{found[1]}.{found[2]}", secret):
            return found[1]
    return ""


def _is_proof(given: str, of: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), _proof(of, secret).encode())


def _proof(of: str, secret: str) -> str:
    return _letters(hmac.new(secret.encode(), f"thread:{of}".encode(), "sha256").digest(), 10)


def _letters(raw: bytes, length: int) -> str:
    return b32encode(raw).decode().lower()[:length]


def _chance() -> str:
    return _letters(secrets.token_bytes(10), 16)
