"""The first mail to a customer: it has come, a person will answer. From the company, never to a machine."""

from __future__ import annotations

from email.message import EmailMessage
from functools import lru_cache
from importlib import resources
from typing import Any

from ruamel.yaml import YAML

from complaint_gift.addresses import in_ascii
from complaint_gift.domain import Action
from complaint_gift.plugin import Receipt, Refused, Source, Uncertain
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.addresses import normalise
from complaint_gift_email.charset import one_line
from complaint_gift_email.loops import is_robot
from complaint_gift_email.sending import send_own
from complaint_gift_email.thread import make_id

LONGEST_SUBJECT = 200


def send_acknowledgement(source: Source, action: Action) -> Receipt:
    """Send it; to a machine or to one of us nothing goes. Raises Refused or Unreachable.

    Where the answer was lost it counts as sent: a customer who gets it twice is worse off than one who gets
    it not at all, because a person answers anyway.
    """
    told = action.payload
    to = normalise(str(told.get("to") or ""))
    if not to:
        raise Refused(
            f"{source.name}: the customer of {action.conversation} has no mail address to answer to."
        )
    if is_robot(to) or Accounts.of(source.settings).is_ours(to):
        return Receipt(detail="not sent: nobody reads there")
    mail = make_acknowledgement(source, action, to)
    try:
        return send_own(source, mail, [to])
    except Uncertain as exc:
        return Receipt((str(mail["Message-ID"]).strip("<>"),), str(exc))


def make_acknowledgement(source: Source, action: Action, to: str) -> EmailMessage:
    """The mail; its id is the same for every attempt, so that a mailbox shows it once."""
    settings, told = source.settings, action.payload
    language = str(told.get("language") or "en")
    own = settings["acknowledgement"]
    text = (
        own.get(language) or next(iter(own.values()), "") or _texts()[language if language == "ru" else "en"]
    )
    address = in_ascii(str(settings["address"]))
    domain = address.rpartition("@")[2]
    secret = str(settings["thread_secret"]) or source.name
    mail = EmailMessage()
    subject = one_line(str(told.get("subject") or ""))[:LONGEST_SUBJECT]
    mail["Subject"] = f"Re: {subject}" if subject else "Re:"
    mail["From"], mail["To"] = address, in_ascii(to)
    mail["Message-ID"] = f"<{make_id(action.conversation, secret, domain, action.mark)}>"
    answered = one_line(str(told.get("answers") or ""))
    if "@" in answered and not set(answered) & set("<> "):
        mail["In-Reply-To"] = mail["References"] = f"<{answered}>"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text.strip() + "\n")
    return mail


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    path = resources.files("complaint_gift_email") / "words" / "acknowledgement.yaml"
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return {language: str(entry["text"]) for language, entry in found.items()}
