"""Where an access token lives between two requests, and the lock under which a new one is asked for."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `expires_at` is in seconds since 1970; `made_for` says for which client and scope."""

    value: str = field(repr=False)
    expires_at: float
    made_for: str


class TokenCache(Protocol):
    """Holds one token. `read` and `write` are called inside `locked()`."""

    def locked(self) -> AbstractContextManager[None]:
        """Only one holder at a time among all that share this cache."""

    def read(self) -> Token | None:
        """The token kept, None when there is none."""

    def write(self, token: Token | None) -> None:
        """Keep this one; None forgets."""


class MemoryCache:
    """For one process: its threads ask once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None

    def locked(self) -> AbstractContextManager[None]:
        """See TokenCache."""
        return _holding(self._lock)

    def read(self) -> Token | None:
        """See TokenCache."""
        return self._token

    def write(self, token: Token | None) -> None:
        """See TokenCache."""
        self._token = token


class FileCache:
    """For all processes of one machine. A forked worker lives for one job, so memory would ask every time.

    A small file (mode 0600) beside a lock file; the kernel frees the lock of a process that dies. It protects
    the token as well as the file with the client secret is protected, and no better.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def locked(self) -> AbstractContextManager[None]:
        """See TokenCache."""
        return locked_beside(self.path)

    def read(self) -> Token | None:
        """See TokenCache. A file that cannot be read counts as none: a new token is cheap."""
        try:
            return Token(**json.loads(self.path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, token: Token | None) -> None:
        """See TokenCache."""
        if token is None:
            self.path.unlink(missing_ok=True)
            return
        write_privately(self.path, json.dumps(asdict(token)))


@contextmanager
def locked_beside(path: Path) -> Iterator[None]:
    """One holder at a time, over all processes; the kernel frees the lock of one that dies. Raises OSError.

    Every call opens the lock file beside `path` anew, so threads exclude each other too.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_privately(path: Path, content: str, *, is_precious: bool = False) -> None:
    """Replace a file of mode 0600 as a whole; what is precious is on the disk when this returns."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        if is_precious:
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(path)
    if is_precious:
        _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _holding(lock: threading.Lock) -> Iterator[None]:
    with lock:
        yield
