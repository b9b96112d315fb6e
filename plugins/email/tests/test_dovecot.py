"""A real Dovecot on loopback: mail that arrives there arrives here, once, and stays there as it was."""

from __future__ import annotations

import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from complaint_gift.plugin import Refused, Unreachable
from complaint_gift_email import EmailPlugin
from complaint_gift_email.doors.imap import Cursors, Mailbox, open_mailbox

DOVECOT = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
PATIENCE = 30.0


class Desk:
    """The inbox, in memory."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Mapping[str, str], bytes]] = []
        self.keys: set[str] = set()
        self.broken = False
        self.changed = threading.Condition()

    def take(self, source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
        with self.changed:
            if self.broken:
                raise Unreachable("mail-main: the database is away.")
            if key in self.keys:
                return False
            self.keys.add(key)
            self.taken.append((key, headers, body))
            self.changed.notify_all()
            return True

    def wait_for(self, count: int) -> None:
        with self.changed:
            enough = self.changed.wait_for(lambda: len(self.taken) >= count, PATIENCE)
        assert enough, f"{len(self.taken)} of {count} mails came"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Dovecot with a configuration of its own; the mail lies in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        user = getpass.getuser()
        # As root Dovecot wants other users for what strangers can reach, and they have to get at its folder.
        inner, login = ("dovecot", "dovenull") if os.getuid() == 0 else (user, user)
        owner = pwd.getpwnam(inner)
        self.folder.chmod(0o755)
        ids = f"uid={owner.pw_uid} gid={owner.pw_gid}"
        lines = [
            f"base_dir = {self.folder}/run", "protocols = imap",
            f"listen = 127.0.0.1\nlog_path = {self.folder}/log",
            f"mail_location = maildir:{self.folder}/mail", "ssl = no", "disable_plaintext_auth = no",
            f"default_internal_user = {inner}\ndefault_login_user = {login}\nfirst_valid_uid = 0",
            f"service imap-login {{\n inet_listener imap {{\n port = {self.port}\n }}\n chroot =\n}}",
            "service anvil {\n chroot =\n}\nservice stats {\n chroot =\n}",
            f"passdb {{\n driver = static\n args = password=secret user={user} \n}}",
            f"userdb {{\n driver = static\n args = {ids} home={self.folder}/home\n}}",
            "namespace inbox {\n inbox = yes\n mailbox Sent {\n auto = create\n special_use = \\Sent\n }\n}",
        ]  # fmt: skip
        for name in ("run", "mail", "home"):
            (self.folder / name).mkdir(exist_ok=True)
            os.chown(self.folder / name, owner.pw_uid if name != "run" else os.getuid(), -1)
        config = self.folder / "dovecot.conf"
        config.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            [str(DOVECOT), "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                self.login().logout()
                return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.1)
        log = self.folder / "log"
        raise AssertionError(log.read_text() if log.exists() else "dovecot does not start")

    def login(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=5)
        client.login(getpass.getuser(), "secret")
        return client

    def append(self, raw: bytes, folder: str = "INBOX") -> None:
        client = self.login()
        assert client.append(folder, "", "", raw)[0] == "OK"  # type: ignore[arg-type]
        client.logout()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)


@pytest.fixture
def server() -> Iterator[Server]:
    if DOVECOT is None:
        pytest.skip("Dovecot is not installed: tests/support/packages.sh names the package")
    # Not below tmp_path: its folders are closed to the users that Dovecot becomes.
    with tempfile.TemporaryDirectory(prefix="cg-dovecot-") as folder:
        server = Server(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


def source_at(kit: Any, server: Server, folder: Path, **changes: Any) -> Any:
    wish = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "user": getpass.getuser(),
        "password": "secret",
    }
    (folder / "private").mkdir(exist_ok=True)
    return kit.make_source(folder / "private", transport="imap", secrets=[], imap=wish | changes)


def mail(kit: Any, number: int) -> bytes:
    raw: bytes = kit.make_mail(f"Суп номер {number} был холодный.", message_id=f"<{number}@customer.test>")
    return raw


@pytest.mark.slow
@pytest.mark.parametrize("idle", [True, False])
def test_new_mail_comes_in_once_and_stays_untouched(
    kit: Any, server: Server, tmp_path: Path, idle: bool
) -> None:
    server.append(mail(kit, 0))
    source = source_at(kit, server, tmp_path, idle=idle, poll_seconds=5, sent="Sent")
    desk = Desk()
    doors = EmailPlugin().listeners(source, desk)  # type: ignore[arg-type]
    doors = [door for door in doors if isinstance(door, Mailbox)]
    assert [door.folder for door in doors] == ["INBOX", "Sent"]
    for door in doors:
        door.start()
    until = time.monotonic() + PATIENCE
    while not all(Cursors(source).place(folder) for folder in ("INBOX", "Sent")) and time.monotonic() < until:
        time.sleep(0.1)
    for number in (1, 2):
        server.append(mail(kit, number))
        desk.wait_for(number)
    server.append(mail(kit, 3), "Sent")
    desk.wait_for(3)
    for door in doors:
        door.stop()
    assert [body for _, _, body in desk.taken] == [mail(kit, number) for number in (1, 2, 3)]
    assert [headers["x-email-direction"] for _, headers, _ in desk.taken] == ["in", "in", "out"]
    client = server.login()
    client.select("INBOX", readonly=True)
    assert client.search(None, "UNSEEN")[1][0].split() == [b"1", b"2", b"3"]
    client.logout()


@pytest.mark.slow
def test_place_is_kept_over_restarts_and_lost_with_a_new_mailbox(
    kit: Any, server: Server, tmp_path: Path
) -> None:
    source, desk = source_at(kit, server, tmp_path, begin="all"), Desk()
    for number in (1, 2):
        server.append(mail(kit, number))
    door = Mailbox(source, desk, "INBOX")  # type: ignore[arg-type]
    with open_mailbox(source) as mailbox:
        assert door.look(mailbox) == 2
        assert door.look(mailbox) == 0
    server.append(mail(kit, 3))
    again = Mailbox(source, desk, "INBOX")  # type: ignore[arg-type]
    with open_mailbox(source) as mailbox:
        assert again.look(mailbox) == 1
    assert len(desk.taken) == 3
    place = Cursors(source).place("INBOX")
    assert place is not None
    # Another UIDVALIDITY: all is read again, and known by its keys.
    Cursors(source).move("INBOX", place[0] + 1, place[1])
    with open_mailbox(source) as mailbox:
        again.look(mailbox)
    assert len(desk.taken) == 3


@pytest.mark.slow
def test_nothing_is_passed_over_while_the_database_is_away(kit: Any, server: Server, tmp_path: Path) -> None:
    source, desk = source_at(kit, server, tmp_path, begin="all"), Desk()
    server.append(mail(kit, 1))
    door, desk.broken = Mailbox(source, desk, "INBOX"), True  # type: ignore[arg-type]
    with pytest.raises(Unreachable), open_mailbox(source) as mailbox:
        door.look(mailbox)
    desk.broken = False
    with open_mailbox(source) as mailbox:
        assert door.look(mailbox) == 1


@pytest.mark.slow
def test_what_is_wrong_is_said_in_words(kit: Any, server: Server, tmp_path: Path) -> None:
    source = source_at(kit, server, tmp_path, sent="Gesendet")
    said = " ".join(EmailPlugin().probe(source, None))
    assert "no folder 'Gesendet'" in said
    assert "never been looked at" in said
    bad = source_at(kit, server, tmp_path, password="wrong")
    with pytest.raises(Refused, match="does not let"), open_mailbox(bad):
        pass
    server.stop()
    with pytest.raises(Unreachable, match="cannot be reached"), open_mailbox(source):
        pass
