"""What the gate makes of a mail on its way out: who wrote it, which words are new, whose account it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from complaint_gift.domain import Author, Role
from complaint_gift.plugin import Outgoing
from complaint_gift_email.accounts import Accounts, Kind, judge_accounts
from complaint_gift_email.doors.incoming import envelope_headers, sent_key
from complaint_gift_email.message import Envelope, Mail, read_mail
from complaint_gift_email.mime import Headers
from complaint_gift_email.thread import message_id

_LOGIN = re.compile(r"\(Authenticated sender: ([^\s()]{1,200})\)")
_REPLY = re.compile(r"\s*(?:re|aw|antw|ответ|отв)\s*(?:\[\d+\])?\s*:", re.I)
_MARKS = frozenset(("x-complaint-gift-loop", "list-id", "list-unsubscribe"))
_MASS = frozenset(("bulk", "list", "junk", "auto_reply"))
# What else than its text makes a mail the same one, however often it is sent.
_STABLE = ("message-id", "from", "to", "cc", "subject", "date")


@dataclass(frozen=True, slots=True)
class Passage:
    """How a mail came to the gate. `is_trusted`: from a mail server of ours, whose headers tell the login."""

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...] = ()
    recipient_options: tuple[tuple[str, ...], ...] = ()
    login: str = ""
    is_trusted: bool = False


def read_outgoing(
    source: str,
    raw: bytes,
    passage: Passage,
    accounts: Accounts,
    thread: Callable[[Mail], str],
    *,
    is_reply: bool = False,
) -> Outgoing | None:
    """None for what a machine sends; nobody's words are in it. Never raises for what is in a mail.

    `is_reply`: it is one even where nothing in it says so.
    """
    mail = read_mail(raw)
    if is_machine(mail.headers, passage.sender):
        return None
    login = passage.login or (_login_of(mail) if passage.is_trusted else "")
    text = mail.judged
    author = _author(mail, login, accounts)
    return Outgoing(
        source=source,
        key=_key(mail, passage),
        author=author,
        text=text,
        raw=raw,
        envelope=_envelope(passage, login),
        conversation=thread(mail),
        is_reply=is_reply or bool(mail.in_reply_to or mail.references or _REPLY.match(mail.subject)),
        history=mail.quoted,
        subject=mail.subject,
        recipients=passage.recipients,
        tell=accounts.mailbox(login) or _mailbox_of(mail, passage),
        findings=judge_accounts(mail, accounts),
        message=message_id(mail),
    )


def _envelope(passage: Passage, login: str) -> dict[str, Any]:
    return {
        "sender": passage.sender,
        "recipients": list(passage.recipients),
        "options": list(passage.options),
        "recipient_options": [list(options) for options in passage.recipient_options],
        "login": login,
    }


def is_machine(headers: Headers, sender: str) -> bool:
    """Whether nobody wrote this: automatic answers, bounces, lists, and what we send ourselves."""
    if sender in ("", "<>") or not _MARKS.isdisjoint(name for name, _ in headers.fields):
        return True
    automatic = headers.get("auto-submitted").partition(";")[0].strip().lower()
    if automatic not in ("", "no") or headers.get("precedence").strip().lower() in _MASS:
        return True
    return headers.get("content-type").lower().startswith("multipart/report")


def as_delivery(mail: Outgoing) -> tuple[str, dict[str, str]]:
    """Key and headers under which the inbox takes what went out; the same for a repetition."""
    told = mail.envelope
    plain = tuple(path.strip("<>") for path in told["recipients"])
    envelope = Envelope(told["sender"].strip("<>"), plain, told.get("login", ""))
    key = sent_key(mail.message, mail.text) if mail.message else f"out:{mail.key}"
    return key, envelope_headers(envelope, door="gate", is_out=True)


def _author(mail: Mail, login: str, accounts: Accounts) -> Author:
    address, name = mail.sender.address, mail.sender.name
    who = accounts.person(login) or accounts.person(address)
    company = accounts.kind(address) is Kind.COMPANY if accounts.accounts else None
    return Author(login or address, Role.AGENT, who or name, address, company)


def _mailbox_of(mail: Mail, passage: Passage) -> str:
    found = mail.on_behalf.address or mail.sender.address or passage.sender.strip("<>")
    return found if "@" in found else ""


def _login_of(mail: Mail) -> str:
    """Postfix tells it in the header it puts on top (smtpd_sasl_authenticated_header)."""
    for value in mail.headers.every("received")[:1]:
        if told := _LOGIN.search(value):
            return told[1]
    return ""


def _key(mail: Mail, passage: Passage) -> str:
    told = [mail.headers.raw(name) or b"" for name in _STABLE]
    told += [
        passage.sender.encode("utf-8", "replace"),
        *(r.encode("utf-8", "replace") for r in passage.recipients),
    ]
    body = mail.raw.partition(b"\r\n\r\n")[2] or mail.raw
    return hashlib.sha256(b"\0".join([*told, body])).hexdigest()
