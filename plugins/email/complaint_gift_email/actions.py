"""What we do in a mailbox: a note becomes a mail to colleagues, once for a mark, never to a customer."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

from complaint_gift.addresses import in_ascii
from complaint_gift.domain import Action, ActionKind
from complaint_gift.plugin import Receipt, Refused, Source, Uncertain
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.acknowledging import send_acknowledgement
from complaint_gift_email.charset import one_line
from complaint_gift_email.sending import send_own
from complaint_gift_email.thread import make_id

LONGEST_NOTE = 60_000
LONGEST_SHOWN = 70  # letters of the note, in its subject
KEPT_SECONDS = 30 * 86_400
_NAME = re.compile(r"[a-z2-7]{16}")
_CYRILLIC = re.compile(r"[а-яё]", re.I)
_SUBJECTS = {"en": "Note on a complaint: {text} [#{number}]", "ru": "Заметка о жалобе: {text} [#{number}]"}
_done: dict[str, str] = {}


def perform(action: Action, source: Source) -> Receipt:
    """See Plugin.perform."""
    if action.kind is ActionKind.ACKNOWLEDGE:
        return send_acknowledgement(source, action)
    if action.kind is not ActionKind.NOTE:
        raise Refused(f"{source.name}: a mailbox cannot do {action.kind!r}; this action belongs elsewhere.")
    if not _NAME.fullmatch(action.conversation):
        raise Refused(f"{source.name}: {action.conversation[:40]!r} is no conversation of this mailbox.")
    text = action.payload.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(f"{source.name}: the note on conversation {action.conversation} is empty.")
    return send_once(source, action.mark, make_note(source, action, text), readers(source))


def readers(source: Source) -> list[str]:
    """Who reads notes: `notes_to`, else the company's own mailbox. Nobody outside, whatever is configured."""
    accounts = Accounts.of(source.settings)
    wanted = source.settings["notes_to"] or [source.settings["address"]]
    kept = [one for one in wanted if accounts.is_ours(one) or one in source.settings["notes_to"]]
    if not kept:
        raise Refused(f"{source.name}: nobody is named who reads notes; add `notes_to`.")
    return kept


def make_note(source: Source, action: Action, text: str) -> EmailMessage:
    """The note as a mail; its id is the same for every attempt."""
    mail = EmailMessage()
    language = "ru" if _CYRILLIC.search(text) else "en"
    whole = " ".join(text.split())
    shown = whole if len(whole) <= LONGEST_SHOWN else whole[:LONGEST_SHOWN].rsplit(" ", 1)[0]
    mail["Subject"] = _SUBJECTS[language].format(text=one_line(shown), number=action.conversation)
    mail["From"] = in_ascii(str(source.settings["address"]))
    mail["To"] = ", ".join(map(in_ascii, readers(source)))
    mail["Message-ID"] = f"<{note_id(source, action)}>"
    mail.set_content(text[:LONGEST_NOTE])
    return mail


def note_id(source: Source, action: Action) -> str:
    """The Message-ID of this action's mail."""
    domain = in_ascii(str(source.settings["address"])).rpartition("@")[2]
    secret = str(source.settings["thread_secret"]) or source.name
    return make_id(action.conversation, secret, domain, action.mark)


def send_once(source: Source, mark: str, mail: EmailMessage, recipients: list[str]) -> Receipt:
    """Send it unless it went out before under this mark.

    Where the answer to it was lost it counts as sent: a note twice is worse than one that may be missing,
    because the escalation it speaks of waits in the console anyway.
    """
    number = str(mail["Message-ID"]).strip("<>")
    receipt = Receipt((number,), f"note to {len(recipients)} by mail")
    key, path = f"{source.name}:{mark}", _path(source, mark)
    if path.exists() if path is not None else key in _done:
        return receipt
    with suppress(Uncertain):
        send_own(source, mail, recipients)
    if path is None:
        _done[key] = number
    else:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(number, "utf-8")
        _forget_old(path.parent)
    return receipt


def _path(source: Source, mark: str) -> Path | None:
    return source.folder / "notes" / sha256(mark.encode()).hexdigest()[:32] if source.folder else None


def _forget_old(folder: Path) -> None:
    before = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
