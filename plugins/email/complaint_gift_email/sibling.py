"""The note that lies beside a draft: what its author should read, and by what we know it as ours again.

It has no recipient, so nobody can send it by mistake, and it stands in the draft's thread. A header tells
whose sibling it is, which advice it holds and which flag the draft got with it, and proves that its words
are still the ones we wrote: what a person has typed into it is theirs.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from typing import NamedTuple

from complaint_gift.addresses import in_ascii
from complaint_gift.plugin import Source
from complaint_gift_email.charset import one_line
from complaint_gift_email.message import Mail
from complaint_gift_email.sending import LOOP

HEADER = "X-Complaint-Gift-Note"
FLAGS = {"k": "$ComplaintGift", "f": "\\Flagged", "n": ""}
_MOST_REFERENCES = 20
_TOLD = re.compile(r"([a-z2-7]{16})\.([a-z2-7]{16})\.([kfn])\.([a-z2-7]{16})")


class Advice(NamedTuple):
    """What the author of a draft should read, in its language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it lies there. `flag` is what we gave its draft, "" for none.

    `is_ours` is False once somebody has changed a word of it.
    """

    draft: str
    advice: str
    flag: str
    is_ours: bool


def name_draft(mail: Mail) -> str:
    """How a draft is called over all its versions: by its Message-ID, else by what it answers and to whom."""
    if mail.id:
        return _letters(mail.id)
    recipients = sorted(one.address for one in mail.recipients)
    return _letters("\n".join([*mail.in_reply_to, *mail.references, mail.subject, *recipients]))


def name_advice(advice: Advice) -> str:
    """The same for the same words."""
    return _letters(_flat(f"{advice.title}\n{advice.text}"))


def make_note(source: Source, draft: Mail, advice: Advice, flag: str) -> bytes:
    """The note as raw bytes."""
    address = in_ascii(str(source.settings["address"]))
    domain = address.rpartition("@")[2]
    letter = next(key for key, value in FLAGS.items() if value == flag)
    told = f"{name_draft(draft)}.{name_advice(advice)}.{letter}"
    title = one_line(advice.title)
    proof = _prove(source, told, title, advice.text)
    note = EmailMessage()
    note["Subject"] = title
    note["From"] = f"Complaint Gift <{address}>"
    note["Date"] = formatdate(usegmt=True)
    note["Message-ID"] = f"<note.{told}@{domain}>"
    parents = [one for one in (*draft.references, *draft.in_reply_to) if one.isascii()]
    if parents:
        note["In-Reply-To"] = f"<{parents[-1]}>"
        note["References"] = " ".join(f"<{one}>" for one in dict.fromkeys(parents[-_MOST_REFERENCES:]))
    note["Auto-Submitted"] = "auto-generated"
    note[LOOP] = source.name
    note[HEADER] = f"{told}.{proof}"
    note.set_content(advice.text)
    return note.as_bytes(policy=policy.SMTP)


def read_note(source: Source, mail: Mail) -> Note | None:
    """None for what is no note."""
    found = _TOLD.fullmatch(mail.headers.get(HEADER.lower()).strip())
    if HEADER.lower() not in mail.headers:
        return None
    if found is None:
        return Note("", "", "", is_ours=False)
    draft, advice, letter, proof = found.groups()
    wanted = _prove(source, f"{draft}.{advice}.{letter}", mail.subject, mail.text)
    is_ours = hmac.compare_digest(proof, wanted) and not mail.recipients and not mail.attachments
    return Note(draft, advice, FLAGS[letter], is_ours)


def _prove(source: Source, told: str, title: str, text: str) -> str:
    # Servers may fold lines and trim their ends; words they leave as they are.
    secret = str(source.settings["thread_secret"]) or source.name
    said = f"note:{told}\n{_flat(title)}\n{_flat(text)}"
    return _encode(hmac.new(secret.encode(), said.encode("utf-8", "replace"), "sha256").digest())


def _flat(text: str) -> str:
    return " ".join(text.split())


def _letters(text: str) -> str:
    return _encode(hashlib.sha256(text.encode("utf-8", "replace")).digest())


def _encode(digest: bytes) -> str:
    return b32encode(digest).decode().lower()[:16]
