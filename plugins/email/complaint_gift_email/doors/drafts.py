"""The folder of drafts: one that needs another look gets a flag and a note beside it. It is never changed.

What shall lie there follows from what lies there, so nothing has to be remembered over a restart or a new
UIDVALIDITY. Mail programs save while somebody types: a draft is read once it has rested.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from imaplib import Internaldate2tuple
from typing import Any

import structlog

from complaint_gift.plugin import Desk, PluginError, Source
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.conversation import place
from complaint_gift_email.doors.imap import IDLE_SECONDS, Mailbox
from complaint_gift_email.doors.incoming import Incoming
from complaint_gift_email.gate.reading import Passage, read_outgoing
from complaint_gift_email.message import Envelope, Mail, read_mail
from complaint_gift_email.sibling import FLAGS, Advice, Note, make_note, name_advice, name_draft, read_note

# Older ones are left alone, whatever is in them: nobody works on them any more.
RECENT = timedelta(days=7)
MOST_DRAFTS = 500
SHORTEST_WAIT = 1.0
_LINE = re.compile(rb"\bUID (\d+)")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_KEYWORD, _FLAGGED = FLAGS["k"], FLAGS["f"]
_HEAD = "(INTERNALDATE BODY.PEEK[HEADER])"
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Seen:
    """A mail of the folder since we met it. `advice` is what was found in it, once it `is_read`."""

    name: str
    since: float
    is_old: bool = False
    note: Note | None = None
    is_read: bool = False
    advice: Advice | None = None
    is_flagged: bool = False


class DraftsFolder(Mailbox):
    """A listener."""

    is_writing = True

    def __init__(self, source: Source, desk: Desk, folder: str) -> None:
        super().__init__(source, desk, folder)
        self._accounts = Accounts.of(source.settings)
        self._rest = float(source.settings["imap"]["drafts_rest"])
        self._validity = 0
        self._seen: dict[int, Seen] = {}
        self._due: float | None = None

    def longest_wait(self) -> float:
        """Until the next draft has rested."""
        if self._due is None:
            return IDLE_SECONDS
        return max(SHORTEST_WAIT, self._due - time.monotonic())

    def look(self, mailbox: Any) -> int:
        """Bring flags and notes in line with the drafts; gives how many notes came or went."""
        validity, _ = self._choose(mailbox)
        flag = _flag_allowed(mailbox)
        if validity != self._validity:
            self._seen, self._validity = {}, validity
        flags = _list(mailbox)
        self._seen = {uid: seen for uid, seen in self._seen.items() if uid in flags}
        for uid in sorted(flags.keys() - self._seen.keys()):
            self._seen[uid] = self._meet(mailbox, uid)
        # The newest version of each; the older one goes when the mail program has tidied up.
        drafts = {seen.name: uid for uid, seen in sorted(self._seen.items()) if seen.note is None}
        changes = sum(self._drop(mailbox, uid) for uid in self._orphans(drafts))
        for uid in drafts.values():
            changes += self._settle(mailbox, uid, flags[uid], flag)
        resting = [seen.since for uid in drafts.values() if not (seen := self._seen[uid]).is_read]
        self._due = min(resting) + self._rest if resting else None
        return changes

    def _meet(self, mailbox: Any, uid: int) -> Seen:
        told = mailbox.client.uid("FETCH", str(uid), _HEAD)[1]
        head = next((part for part in told if isinstance(part, tuple) and len(part) > 1), (b"", b""))
        mail = read_mail(head[1])
        note = read_note(self.source, mail)
        if note is not None:
            note = read_note(self.source, read_mail(self.fetch(mailbox, uid)))
        return Seen(name_draft(mail), time.monotonic(), _is_old(head[0]), note)

    def _orphans(self, drafts: dict[str, int]) -> list[int]:
        return [uid for uid, seen in self._seen.items() if _is_ours(seen) and _draft_of(seen) not in drafts]

    def _settle(self, mailbox: Any, uid: int, flags: set[str], flag: str) -> int:
        """One draft: read it if it is time, then see to its note and its flag."""
        seen = self._seen[uid]
        if not seen.is_read and time.monotonic() - seen.since < self._rest:
            return 0
        if seen.is_old:
            seen.is_read = True
            return 0
        if not seen.is_read:
            seen.advice, seen.is_read = self._advise(mailbox, uid), True
        notes = [u for u, one in self._seen.items() if one.note is not None and _draft_of(one) == seen.name]
        if seen.advice is None:
            given = {one.note.flag for u in notes if (one := self._seen[u]).note}
            for name in given & flags:
                _store(mailbox, uid, "-FLAGS.SILENT", name)
            return sum(self._drop(mailbox, u) for u in notes if _is_ours(self._seen[u]))
        wanted = name_advice(seen.advice)
        stale = [u for u in notes if _is_ours(self._seen[u]) and _advice_of(self._seen[u]) != wanted]
        right = [u for u in notes if u not in stale]
        changes = 0
        if not right:
            changes += self._add(mailbox, uid, seen.advice, "" if flag in flags else flag)
        if flag and flag not in flags and not seen.is_flagged:
            _store(mailbox, uid, "+FLAGS.SILENT", flag)
        seen.is_flagged = True
        # Two of us may have written at the same time.
        spare = [u for u in right[1:] if _is_ours(self._seen[u])]
        return changes + sum(self._drop(mailbox, u) for u in stale + spare)

    def _advise(self, mailbox: Any, uid: int) -> Advice | None:
        """Raises Unreachable: then it is read later."""
        try:
            mail = read_mail(self.fetch(mailbox, uid))
            sender = mail.sender.address or str(self.source.settings["address"])
            passage = Passage(sender, tuple(f"<{one.address}>" for one in mail.recipients))
            draft = read_outgoing(self.source.name, mail.raw, passage, self._accounts, self._place)
            if draft is None or self.desk.memory(self.source.name).conversation(draft.conversation) is None:
                return None
            told = self.desk.advise(draft)
        except PluginError:
            raise
        except Exception as exc:
            # It would break us at every look. What the error says may quote it.
            _log.error("draft-broke-us", source=self.source.name, error=type(exc).__name__)
            return None
        return Advice(*told) if told is not None else None

    def _place(self, mail: Mail) -> str:
        incoming = Incoming(mail.raw, Envelope(), is_out=True)
        return place(mail, incoming, self.source, self.desk.memory(self.source.name))

    def _add(self, mailbox: Any, uid: int, advice: Advice, flag: str) -> int:
        draft = read_mail(self.fetch(mailbox, uid))
        if not draft.raw:
            return 0  # sent or thrown away this very moment
        note = make_note(self.source, draft, advice, flag)
        mailbox.append(note, self._found, flag_set=("\\Draft",))
        _log.info("draft-noted", source=self.source.name, uid=uid)
        return 1

    def _drop(self, mailbox: Any, uid: int) -> int:
        """Only ever a note of ours, proven so when we met it."""
        _store(mailbox, uid, "+FLAGS.SILENT", "\\Deleted")
        if "UIDPLUS" in _capabilities(mailbox):
            mailbox.client.uid("EXPUNGE", str(uid))
        # Without it EXPUNGE would take along what the user has marked as deleted.
        self._seen.pop(uid, None)
        return 1


def _is_ours(seen: Seen) -> bool:
    return seen.note is not None and seen.note.is_ours


def _draft_of(seen: Seen) -> str:
    return seen.note.draft if seen.note else ""


def _advice_of(seen: Seen) -> str:
    return seen.note.advice if seen.note else ""


def _flag_allowed(mailbox: Any) -> str:
    """A keyword of ours where the server takes new ones, the common flag where not, "" for neither."""
    told = mailbox.client.response("PERMANENTFLAGS")[1] or []
    allowed = set(b" ".join(part for part in told if part).decode("ascii", "replace").strip("()").split())
    if "\\*" in allowed or _KEYWORD in allowed:
        return _KEYWORD
    return _FLAGGED if _FLAGGED in allowed else ""


def _list(mailbox: Any) -> dict[int, set[str]]:
    """UID -> flags of the newest mails that are not deleted."""
    found: dict[int, set[str]] = {}
    for part in mailbox.client.uid("FETCH", "1:*", "(FLAGS)")[1]:
        line = part if isinstance(part, bytes) else b""
        uid, flags = _LINE.search(line), _FLAGS.search(line)
        if uid and flags:
            found[int(uid[1])] = set(flags[1].decode("ascii", "replace").split())
    living = sorted(uid for uid, flags in found.items() if "\\Deleted" not in flags)
    return {uid: found[uid] for uid in living[-MOST_DRAFTS:]}


def _store(mailbox: Any, uid: int, change: str, flag: str) -> None:
    if flag:
        mailbox.client.uid("STORE", str(uid), change, f"({flag})")


def _capabilities(mailbox: Any) -> str:
    # imaplib asks before the login only, and servers tell more after it.
    told = mailbox.client.capability()[1]
    return b" ".join(part for part in told if isinstance(part, bytes)).decode("ascii", "replace").upper()


def _is_old(line: bytes) -> bool:
    moment = Internaldate2tuple(line)
    if moment is None:
        return False
    return datetime.now(UTC) - datetime.fromtimestamp(time.mktime(moment), UTC) > RECENT
