"""Mail that no person wrote: never taken for a complaint, never answered; each reason one word."""

from __future__ import annotations

import re

from complaint_gift_email.accounts import Accounts, Kind
from complaint_gift_email.addresses import normalise
from complaint_gift_email.message import Envelope, Mail
from complaint_gift_email.wording import automatic, fold, wording

LOOP = "x-complaint-gift-loop"
_BULK = frozenset(("bulk", "junk", "list", "auto_reply", "auto-reply"))
_ROBOTS = re.compile(
    r"(?:mailer-daemon|mail-daemon|postmaster|no-?reply|do-?not-?reply|donotreply|noreply|bounces?|"
    r"mdaemon|mailbot|autoreply|auto-reply|daemon|listserv|majordomo)(?:[+.=_-].{0,200})?@",
    re.I,
)
_DAEMONS = re.compile(r"(?:mailer-daemon|mail-daemon|mdaemon|postmaster)(?:[+.=_-].{0,200})?@", re.I)
_MAILTO = re.compile(r"<mailto:([^<>?\s]{3,320})[>?]", re.I)
_LETTERS = re.compile(r"[^\W\d_]+")
# Present on its own, whatever its value says.
_MARKS = {
    "x-autoreply": "auto-reply",
    "x-autorespond": "auto-reply",
    "x-autoresponder": "auto-reply",
    "x-auto-reply-from": "auto-reply",
    "list-id": "list",
    "list-unsubscribe": "list",
    "list-post": "list",
    "feedback-id": "bulk",
    "x-mailer-daemon": "bounce",
    "x-failed-recipients": "bounce",
}


def why_automatic(
    mail: Mail,
    envelope: Envelope = Envelope(),  # noqa: B008 - frozen
    accounts: Accounts | None = None,
) -> str:
    """Why no person wrote this: own, bounce, report, auto-reply, list or bulk; "" for a person's mail.

    By `accounts`: where the company's own address is a group (Google, Mailman), every mail of a customer
    comes as one of a list.
    """
    if LOOP in mail.headers:
        return "own"
    is_group = accounts is not None and _comes_by_group(mail, accounts)
    return _report(mail, envelope) or _reply(mail) or _bulk(mail, is_group)


def _comes_by_group(mail: Mail, accounts: Accounts) -> bool:
    """The list is the company's account itself, and somebody outside has written to it."""
    told = mail.headers.get("list-id").rpartition("<")[2].partition(">")[0].strip()
    groups = [told.replace(".", "@", 1), *_MAILTO.findall(mail.headers.get("list-post"))]
    authors = (mail.sender, *mail.reply_to)
    is_foreign = any(one.address and not accounts.is_ours(one.address) for one in authors)
    return is_foreign and any(accounts.kind(one) is Kind.COMPANY for one in map(normalise, groups) if one)


def is_robot(address: str) -> bool:
    """An address that nobody reads: answering it makes loops."""
    return bool(_ROBOTS.match(address))


def complained_about(mail: Mail) -> bool:
    """An ARF report: a recipient pressed `spam` on a mail of ours."""
    return "feedback-report" in _report_type(mail) or "message/feedback-report" in mail.kinds


def _report(mail: Mail, envelope: Envelope) -> str:
    kind = _report_type(mail)
    if complained_about(mail):
        return "report"
    if "delivery-status" in kind or "message/delivery-status" in mail.kinds:
        return "bounce"
    if "disposition-notification" in kind or "message/disposition-notification" in mail.kinds:
        return "report"
    returned = mail.headers.raw("return-path")
    is_null = envelope.sender == "" or (returned is not None and returned.strip() == b"<>")
    if _DAEMONS.match(mail.sender.address) or (is_null and not _says_no(mail)):
        return "bounce"
    return ""


def _reply(mail: Mail) -> str:
    submitted = mail.headers.get("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "auto-reply"
    if _suppresses(mail) or mail.headers.get("x-auto-response-suppress").strip().lower() == "all":
        return "auto-reply"
    folded = fold(mail.subject.strip())
    words = automatic()
    if folded.startswith(words.replies) or _stands_alone(folded):
        return "auto-reply"
    return "bounce" if folded.startswith(words.bounces) else ""


def _stands_alone(folded: str) -> bool:
    words, calendar = automatic(), wording()
    found = next((word for word in words.alone if folded.startswith(word)), "")
    if not found:
        return False
    rest = _LETTERS.findall(folded[len(found) :])
    return all(word in words.dates or word in calendar.months or word in calendar.days for word in rest)


def _bulk(mail: Mail, is_group: bool) -> str:
    for name, why in _MARKS.items():
        if name in mail.headers and not (is_group and why == "list"):
            return why
    precedence = mail.headers.get("precedence").strip().lower()
    if precedence in _BULK and not (is_group and precedence == "list"):
        return "bulk"
    return "auto-reply" if _ROBOTS.match(mail.sender.address) and not mail.reply_to else ""


def _suppresses(mail: Mail) -> bool:
    """Exchange marks its own automatic answers so; a helpdesk that only asks for quiet names fewer kinds."""
    told = {word.strip() for word in mail.headers.get("x-auto-response-suppress").lower().split(",")}
    return {"dr", "rn", "nrn", "oof", "autoreply"} <= told


def _says_no(mail: Mail) -> bool:
    return mail.headers.get("auto-submitted").strip().lower() == "no"


def _report_type(mail: Mail) -> str:
    told = mail.headers.get("content-type").lower()
    return told if told.startswith("multipart/report") else ""
