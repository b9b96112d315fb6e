"""A mailbox as a door: waits for new mail with IDLE, or looks every so often, and remembers where it was.

The place is (UIDVALIDITY, last UID) per folder, written only after the mail is on disk. Mail is never marked,
moved or deleted. What is seen twice is known by its key.
"""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import structlog

from complaint_gift.plugin import Desk, PluginError, Refused, Source, Unreachable
from complaint_gift_email.doors.incoming import envelope_headers
from complaint_gift_email.doors.oauth import access_token
from complaint_gift_email.message import Envelope

CONNECT_SECONDS = 20.0
# Servers end an IDLE after half an hour; a firewall in between may forget it sooner.
IDLE_SECONDS = 270
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
LARGEST = 60_000_000
# By these marks a server tells what a folder is for (RFC 6154), whatever its name is.
SENT, DRAFTS = "\\Sent", "\\Drafts"
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
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


class Cursors:
    """Where we are in each folder: one small file in the source's folder, replaced as a whole."""

    def __init__(self, source: Source) -> None:
        self._path = source.folder / "imap.json" if source.folder else None
        self._kept: dict[str, list[int]] = {}

    def begun(self) -> bool:
        """Whether anything was ever read."""
        return bool(self._read())

    def place(self, folder: str) -> tuple[int, int] | None:
        """(UIDVALIDITY, last UID), None for a folder that was never looked at."""
        found = self._read().get(folder)
        try:
            return (int(found[0]), int(found[1])) if found else None
        except (ValueError, TypeError, IndexError):
            return None

    def move(self, folder: str, validity: int, uid: int) -> None:
        """Keep the place."""
        self._kept = self._read() | {folder: [validity, uid]}
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(self._kept), "utf-8")
            fresh.replace(self._path)

    def _read(self) -> dict[str, list[int]]:
        if self._path is None:
            return self._kept
        try:
            told = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return self._kept
        return told if isinstance(told, dict) else {}


class Mailbox:
    """A listener: one thread for one folder, which may be named by a mark."""

    is_writing = False

    def __init__(self, source: Source, desk: Desk, folder: str) -> None:
        self.source, self.desk, self.folder = source, desk, folder
        self.name = f"{source.name} {folder}"
        self.cursors = Cursors(source)
        self._found = ""
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
                        self.look(mailbox)
                        pause = FIRST_PAUSE
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
        if known is None or known[0] != validity:
            is_fresh = known is None and self.source.settings["imap"]["begin"] == "new"
            # After a new UIDVALIDITY all is read again: the keys tell what is known.
            known = (validity, following - 1 if is_fresh else 0)
            self.cursors.move(self._found, *known)
        count = 0
        # A server answers n:* with its last mail when there is none from n on.
        uids = sorted(uid for uid in map(int, mailbox.uids(f"UID {known[1] + 1}:*")) if uid > known[1])
        for uid in uids:
            if self._stopping.is_set():
                break
            count += self._take(mailbox, uid)
            self.cursors.move(self._found, validity, uid)
        return count

    def _choose(self, mailbox: Any) -> tuple[int, int]:
        self._found = self._found or find_folder(mailbox, self.folder, self.source)
        mailbox.folder.set(self._found, readonly=not self.is_writing)
        told = mailbox.folder.status(self._found, ["UIDVALIDITY", "UIDNEXT"])
        return int(told["UIDVALIDITY"]), int(told["UIDNEXT"])

    def _take(self, mailbox: Any, uid: int) -> bool:
        raw = self.fetch(mailbox, uid)
        if not raw:
            return False  # somebody has deleted it meanwhile, or it is too large
        self.take(raw)
        return True

    def fetch(self, mailbox: Any, uid: int) -> bytes:
        """A mail, nothing of it marked as read; b"" where it is gone or too large."""
        told = mailbox.client.uid("FETCH", str(uid), "(RFC822.SIZE)")[1]
        size = _SIZE.search(b" ".join(part for part in told if isinstance(part, bytes)))
        if size and int(size[1]) > LARGEST:
            _log.warning("mail-too-large", source=self.source.name, uid=uid, size=int(size[1]))
            return b""
        return next((p[1] for p in mailbox.client.uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
                     if isinstance(p, tuple) and len(p) > 1), b"")  # fmt: skip

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
