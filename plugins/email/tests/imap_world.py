"""A real Dovecot of the test's own, and an inbox in memory."""

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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from complaint_gift.plugin import Unreachable

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

    def memory(self, source: str) -> Desk:
        return self

    def whereabouts(self, messages: Sequence[str]) -> Mapping[str, str]:
        return {}

    def conversation(self, number: str) -> None:
        """None is known."""

    def fate(self, message: str) -> None:
        """Nothing was kept."""

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
            "namespace inbox {\n inbox = yes",
            *(f" mailbox {n} {{\n auto = create\n special_use = \\{n}\n }}" for n in ("Sent", "Drafts")),
            "}",
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


@contextmanager
def a_server() -> Iterator[Server]:
    """One that runs; skips where there is none."""
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
