"""What Outlook tells of a mail that is being written becomes the mail that the gate would see.

So both say the same of it: the same cut of what it quotes, the same threads, the same look at the account.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import quote

from complaint_gift.plugin import Draft, Memory, Outgoing, Source
from complaint_gift_email.accounts import Accounts, domain_of
from complaint_gift_email.conversation import place
from complaint_gift_email.doors.incoming import Incoming
from complaint_gift_email.gate.reading import Passage, read_outgoing
from complaint_gift_email.message import Envelope, Mail
from complaint_gift_email.thread import name_of


def read_draft(draft: Draft, source: Source, memory: Memory) -> Outgoing | None:
    """None for what only colleagues get. Raises Unreachable where `memory` does."""
    if is_internal(draft.recipients, source):
        return None
    accounts = Accounts.of(source.settings)
    if not _clean(draft.sender):  # a mailbox that does not tell is no reason to suspect its account
        draft = replace(draft, sender=source.settings["address"])
    raw = write_mail(draft)

    def thread(mail: Mail) -> str:
        # Without a message that it answers a mail would be called by its text, and so anew with every word.
        if not (draft.answers or mail.references) and draft.conversation:
            return name_of(f"outlook:{draft.conversation}")
        return place(mail, Incoming(raw, Envelope(sender="", recipients=()), is_out=True), source, memory)

    passage = Passage(f"<{_clean(draft.sender)}>", tuple(_clean(one) for one in draft.recipients))
    found = read_outgoing(source.name, raw, passage, accounts, thread)
    return replace(found, is_reply=found.is_reply or draft.is_reply, raw=b"", envelope={}) if found else None


def is_internal(recipients: tuple[str, ...], source: Source) -> bool:
    """Whether nobody outside gets it."""
    accounts, domains = Accounts.of(source.settings), own_domains(source)
    return all(
        "@" not in one or accounts.is_ours(one) or domain_of(one) in domains
        for one in map(_clean, recipients)
    )


def own_domains(source: Source) -> frozenset[str]:
    """The company's domains; that of its address too, unless everybody may have a mailbox there."""
    accounts = Accounts.of(source.settings)
    own = domain_of(str(source.settings["address"]))
    return accounts.domains | ({own} - accounts.freemail)


def write_mail(draft: Draft) -> bytes:
    """The bytes of it: plain text, headers in UTF-8. No header can be smuggled in."""
    name = _clean(draft.sender_name)
    shown = f'"{quote(name)}" <{_clean(draft.sender)}>' if name else _clean(draft.sender)
    told = {
        "From": shown,
        "To": ", ".join(f"<{_clean(one)}>" for one in draft.recipients),
        "Subject": _clean(draft.subject),
        "In-Reply-To": f"<{_clean(draft.answers).strip('<>')}>" if draft.answers else "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = [f"{header}: {value}" for header, value in told.items() if value]
    return ("\r\n".join([*lines, "", draft.text])).encode("utf-8", "replace")


def _clean(text: str) -> str:
    """In one line, without what would end an address early."""
    return " ".join(text.split()).replace("<", "").replace(">", "").replace("\0", "")
