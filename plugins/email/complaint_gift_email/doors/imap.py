"""A mailbox as a door: waits for new mail with IDLE, or looks every so often, and remembers where it was.

The place is (UIDVALIDITY, last UID) per folder, written only after the mail is on disk. Mail is never marked,
moved or deleted. What is seen twice is known by its key.
"""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import structlog

from complaint_gift.plugin import Desk, PluginError, Refused, Source, Unreachable
from complaint_gift_email.doors.cursors import Cursors, Place
from complaint_gift_email.doors.incoming import envelope_headers
from complaint_gift_email.doors.oauth import access_token
from complaint_gift_email.message import Envelope

CONNECT_SECONDS = 20.0
# Servers end an IDLE after half an hour; a firewall in between may forget it sooner.
IDLE_SECONDS = 270
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
LARGEST = 60_000_000
# With growing pauses between them this is about twenty minutes.
MOST_REFUSALS = 10
# By these marks a server tells what a folder is for (RFC 6154), whatever its name is.
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
SENT, DRAFTS = "\\Sent", "\\Drafts"
_log = structlog.get_logger(__name__)
_BROKEN = (imaplib.IMAP4.error, OSError, ssl.SSLError, EOFError)


@contextlib.contextmanager
def open_mailbox(source: Source) -> Iterator[Any]:
    """A mailbox that has let us in; raises Unreachable, or Refused where the password is wrong."""
    from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
    from imap_tools.errors import ImapToolsError

    wish = source.settings["imap"]
    where = f"{wish['host']}:{wish['port']}"
    context = ssl.create_default_context(cafile=wish["authority"] or None)
    mailbox: BaseMailBox
    try:
        if wish["security"] == "none":
            mailbox = MailBoxUnencrypted(wish["host"], wish["port"], timeout=CONNECT_SECONDS)
        elif wish["security"] == "starttls":
            mailbox = MailBoxStartTls(
                wish["host"], wish["port"], timeout=CONNECT_SECONDS, ssl_context=context
            )
        else:
            mailbox = MailBox(wish["host"], wish["port"], timeout=CONNECT_SECONDS, ssl_context=context)
    except _BROKEN as exc:
        text = f"the mailbox at {where} cannot be reached ({_say(exc)}); check host, port and security"
        raise Unreachable(f"{source.name}: {text}.") from exc
    try:
        _let_in(mailbox, wish, source)
    except (ImapToolsError, imaplib.IMAP4.error) as exc:
        _close(mailbox)
        text = f"the mailbox at {where} does not let {wish['user']} in; check user and password"
        raise Refused(f"{source.name}: {text}.") from exc
    except BaseException:
        _close(mailbox)
        raise
    try:
        yield mailbox
    except (ImapToolsError, *_BROKEN) as exc:
        text = f"the mailbox at {where} broke off ({_say(exc)}); it will be opened again"
        raise Unreachable(f"{source.name}: {text}.") from exc
    finally:
        _close(mailbox)


def _let_in(mailbox: Any, wish: dict[str, Any], source: Source) -> None:
    # No folder is chosen here: one that is missing shall be named as such later.
    if wish["oauth"]:
        mailbox.xoauth2(wish["user"], access_token(source), initial_folder=None)
    elif wish["user"].isascii() and wish["password"].isascii():
        mailbox.login(wish["user"], wish["password"], initial_folder=None)
    else:
        mailbox.login_utf8(wish["user"], wish["password"], initial_folder=None)


def find_folder(mailbox: Any, wanted: str, source: Source) -> str:
    """A folder's name; `wanted` is that already, or a mark such as SENT. Raises Refused when none has it."""
    if not wanted.startswith("\\"):
        return wanted
    for folder in mailbox.folder.list():
        if wanted.casefold() in {flag.casefold() for flag in folder.flags}:
            return str(folder.name)
    key = wanted[1:].lower()
    raise Refused(f"{source.name}: no folder of the mailbox is marked {wanted}; name it, as `imap: {key}`.")


class Mailbox:
    """A listener: one thread for one folder, which may be named by a mark."""

    is_writing = False

    def __init__(self, source: Source, desk: Desk, folder: str) -> None:
        self.source, self.desk, self.folder = source, desk, folder
        self.name = f"{source.name} {folder}"
        self.cursors = Cursors(source)
        self._found = ""
        self._refused: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look; a mailbox that is away is tried again, ever more slowly."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"imap {self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take nothing new; waits for what is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(CONNECT_SECONDS)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                with open_mailbox(self.source) as mailbox:
                    self._found = ""
                    while not self._stopping.is_set():
                        has_more = self.look(mailbox) > 0 and not self.is_writing
                        pause = FIRST_PAUSE
                        # What came meanwhile was told beside other answers, and IDLE tells nothing twice.
                        if not has_more:
                            self._wait(mailbox)
            except PluginError as exc:
                _log.warning("mailbox-away", source=self.source.name, folder=self.folder, why=str(exc))
            except Exception as exc:
                _log.error("mailbox-broke", source=self.source.name, folder=self.folder, exc_info=exc)
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def look(self, mailbox: Any) -> int:
        """Take in what is new; gives how many mails were. Raises Unreachable."""
        validity, following = self._choose(mailbox)
        known = self.cursors.place(self._found)
        since = ""
        if known is None:
            is_fresh = self.source.settings["imap"]["begin"] == "new"
            known = Place(validity, following - 1 if is_fresh else 0)
            self.cursors.move(self._found, *known)
        elif known.validity != validity:
            # All UIDs are new. What came before our last look is known, but its keys may be gone:
            # years of complaints would begin anew.
            since = f"SINCE {known.day()} "
            known = Place(validity, 0)
        count = 0
        # A server answers n:* with its last mail when there is none from n on.
        told = map(int, mailbox.uids(f"{since}UID {known.uid + 1}:*"))
        uids = sorted(uid for uid in told if uid > known.uid)
        for uid in uids:
            if self._stopping.is_set():
                return count
            count += self._take(mailbox, uid)
            if not since:
                self.cursors.move(self._found, validity, uid)
        if since:
            self.cursors.move(self._found, validity, max([following - 1, *uids]))
        return count

    def _choose(self, mailbox: Any) -> tuple[int, int]:
        self._found = self._found or find_folder(mailbox, self.folder, self.source)
        mailbox.folder.set(self._found, readonly=not self.is_writing)
        told = mailbox.folder.status(self._found, ["UIDVALIDITY", "UIDNEXT"])
        return int(told["UIDVALIDITY"]), int(told["UIDNEXT"])

    def _take(self, mailbox: Any, uid: int) -> bool:
        raw = self.fetch(mailbox, uid)
        if not raw:
            return False  # somebody has deleted it meanwhile
        self.take(raw)
        self._refused.pop(uid, None)
        return True

    def fetch(self, mailbox: Any, uid: int) -> bytes:
        """A mail, nothing of it marked as read; b"" where it is gone. Of a very large one its beginning.

        Raises Unreachable while the server does not give it, which may pass. What it refuses again and again
        is damaged there: then b"", so that what came after it is read.
        """
        # Only for what is larger: not every server is good at parts.
        part = f"<0.{LARGEST}>" if self._size(mailbox, uid) > LARGEST else ""
        kind, told = mailbox.client.uid("FETCH", str(uid), f"(BODY.PEEK[]{part})")
        if kind == "OK":
            return next((p[1] for p in told if isinstance(p, tuple) and len(p) > 1), b"")
        tried = self._refused[uid] = self._refused.get(uid, 0) + 1
        said = b" ".join(part for part in told if isinstance(part, bytes)).decode("ascii", "replace")[:200]
        _log.error("mail-not-given", source=self.source.name, uid=uid, said=said, tried=tried)
        if tried < MOST_REFUSALS:
            raise Unreachable(f"{self.source.name}: the mailbox does not give mail {uid} ({said}).")
        return b""

    def _size(self, mailbox: Any, uid: int) -> int:
        told = mailbox.client.uid("FETCH", str(uid), "(RFC822.SIZE)")[1]
        size = _SIZE.search(b" ".join(part for part in told if isinstance(part, bytes)))
        if size and int(size[1]) > LARGEST:
            _log.warning("mail-too-large", source=self.source.name, uid=uid, size=int(size[1]))
        return int(size[1]) if size else 0

    def take(self, raw: bytes) -> None:
        """What becomes of a mail that came. Raises Unreachable: then it is not passed over."""
        headers = envelope_headers(Envelope(), door="imap")
        self.desk.take(self.source.name, key_of(raw), headers, raw)

    def longest_wait(self) -> float:
        """After how many seconds to look again although nothing has happened."""
        return IDLE_SECONDS

    def _wait(self, mailbox: Any) -> None:
        """Until something happens, a few minutes at most."""
        wish, longest = self.source.settings["imap"], self.longest_wait()
        if not wish["idle"] or "IDLE" not in mailbox.client.capabilities:
            self._stopping.wait(min(wish["poll_seconds"], longest))
            if not self._stopping.is_set():
                mailbox.client.noop()
            return
        mailbox.idle.start()
        try:
            waited = 0.0
            while waited < longest and not self._stopping.is_set():
                if mailbox.idle.poll(timeout=1.0):
                    break
                waited += 1.0
        finally:
            mailbox.idle.stop()


def key_of(raw: bytes) -> str:
    """The key of a mail by its bytes."""
    return hashlib.sha256(raw).hexdigest()


def _close(mailbox: Any) -> None:
    with contextlib.suppress(Exception):
        mailbox.client.logout()
    with contextlib.suppress(Exception):
        mailbox.client.sock.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(Exception):
        mailbox.client.sock.close()


def _say(exc: BaseException) -> str:
    text = " ".join(str(exc).split())[:120].rstrip(".")
    return text or type(exc).__name__
