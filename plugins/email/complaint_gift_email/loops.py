"""Mail that no person wrote: never taken for a complaint, never answered; each reason one word."""

from __future__ import annotations

import re

from complaint_gift_email.message import Envelope, Mail
from complaint_gift_email.wording import automatic

LOOP = "x-complaint-gift-loop"
_BULK = frozenset(("bulk", "junk", "list", "auto_reply", "auto-reply"))
_ROBOTS = re.compile(
    r"(?:mailer-daemon|mail-daemon|postmaster|no-?reply|do-?not-?reply|donotreply|noreply|bounces?|"
    r"mdaemon|mailbot|autoreply|auto-reply|daemon|listserv|majordomo)(?:[+.=_-].{0,200})?@",
    re.I,
)
_DAEMONS = re.compile(r"(?:mailer-daemon|mail-daemon|mdaemon|postmaster)(?:[+.=_-].{0,200})?@", re.I)
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


def why_automatic(mail: Mail, envelope: Envelope = Envelope()) -> str:  # noqa: B008 - frozen
    """Why no person wrote this: own, bounce, report, auto-reply, list or bulk; "" for a person's mail."""
    if LOOP in mail.headers:
        return "own"
    return _report(mail, envelope) or _reply(mail) or _bulk(mail)


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
    folded = mail.subject.strip().lower().replace("ё", "е")
    words = automatic()
    if folded.startswith(words.replies):
        return "auto-reply"
    return "bounce" if folded.startswith(words.bounces) else ""


def _bulk(mail: Mail) -> str:
    for name, why in _MARKS.items():
        if name in mail.headers:
            return why
    if mail.headers.get("precedence").strip().lower() in _BULK:
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
