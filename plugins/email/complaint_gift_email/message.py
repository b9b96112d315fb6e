"""A mail as we read it: who sent it, to whom, in answer to what, and its text. Nothing here ever raises.

The one shape that everything comes down to is raw bytes and an envelope:

    mail = read_mail(raw)              # any bytes
    mail.sender                        # the visible From, as Address(address, name)
    mail.text                          # all of it as plain text, quotations as lines with `>`
    mail.new                           # its new part, farewell included: what a customer or an agent wrote
    mail.judged                        # what an outgoing reply is judged by
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from complaint_gift_email.addresses import Address, read_addresses
from complaint_gift_email.attachments import Attachment, gather
from complaint_gift_email.body import read_body
from complaint_gift_email.mime import Headers, leaves
from complaint_gift_email.quoting import judged_part, new_part, quoted_part

NOBODY = Address("")
LONGEST_ID = 250
MOST_REFERENCES = 100
_ID = re.compile(rb"<([^<>\s\x00-\x1f\x7f]{1,250})>")


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a mail travelled. `sender` is MAIL FROM ("" for a bounce), `login` who was let in by password.

    `sender` None means that nobody told us, which is not the same as an empty one.
    """

    sender: str | None = None
    recipients: tuple[str, ...] = ()
    login: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. Addresses are lower case with Unicode domains; ids come without their angle brackets.

    `sender` is the first visible From, `authors` all of them. `references` are oldest first. `sent_at` is
    what its Date says, None when that cannot be read. `text` is the whole body; `is_cut`: some of it,
    or some of its parts, were too much to read.
    """

    raw: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    sender: Address
    authors: tuple[Address, ...]
    on_behalf: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    copy: tuple[Address, ...]
    subject: str
    id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sent_at: datetime | None
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    is_cut: bool = False
    kinds: frozenset[str] = frozenset()

    @property
    def new(self) -> str:
        """What its author wrote just now, farewell included, quotations and signature left out."""
        return new_part(self.text)

    @property
    def judged(self) -> str:
        """What an outgoing reply is judged by: `new`, or all of it where that is less than three words."""
        return judged_part(self.text)

    @property
    def quoted(self) -> str:
        """What it answers, as far as it quotes that; "" where `judged` is all of it."""
        return "" if self.judged == self.text.strip() else quoted_part(self.text)

    @property
    def digest(self) -> str:
        """SHA-256 of the raw bytes, as hex."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def recipients(self) -> tuple[Address, ...]:
        """To and Cc."""
        return self.to + self.copy


def read_mail(raw: bytes) -> Mail:
    """Take a mail apart. Any bytes are a mail: what is no header is text."""
    headers, parts, cut = leaves(raw)
    text, more = read_body(parts)
    authors = read_addresses(headers.raw("from") or b"")
    return Mail(
        raw=raw,
        headers=headers,
        sender=authors[0] if authors else NOBODY,
        authors=authors,
        on_behalf=_first(headers, "sender"),
        reply_to=read_addresses(headers.raw("reply-to") or b""),
        to=_all(headers, "to"),
        copy=_all(headers, "cc"),
        subject=headers.get("subject")[:998],
        id=next(iter(_ids(headers, "message-id")), ""),
        in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references")[-MOST_REFERENCES:],
        sent_at=_moment(headers),
        text=text,
        attachments=gather(parts),
        is_cut=cut or more,
        kinds=frozenset({part.kind for part in parts} | {kind for part in parts for kind in part.inside}),
    )


def _first(headers: Headers, name: str) -> Address:
    found = read_addresses(headers.raw(name) or b"")
    return found[0] if found else NOBODY


def _all(headers: Headers, name: str) -> tuple[Address, ...]:
    """A header that should come once may come several times."""
    values = [value for key, value in headers.fields if key == name]
    return tuple(address for value in values[:20] for address in read_addresses(value))[:500]


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    raw = b" ".join(value for key, value in headers.fields if key == name)[:65_536]
    return tuple(dict.fromkeys(found.decode("utf-8", "replace")[:LONGEST_ID] for found in _ID.findall(raw)))


def _moment(headers: Headers) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.get("date")[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
