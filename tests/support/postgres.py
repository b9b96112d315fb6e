"""A private PostgreSQL in a temporary folder, on a unix socket only, gone when the block ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg


class NotInstalled(Exception):
    """There is no PostgreSQL server on this machine."""


@contextmanager
def cluster(*, fsync: bool = False) -> Iterator[str]:
    """Gives the URL with a place for the database's name: `.format("postgres")`.

    Raises NotInstalled. Root runs it as the user postgres, because the server refuses root.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise NotInstalled("needs PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="cg-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    try:
        with _serve(found[-1].parent, folder, user, fsync):
            yield f"postgresql://postgres@/{{}}?host={folder}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serve(tools: Path, folder: Path, user: str | None, fsync: bool) -> Iterator[None]:
    data = str(folder / "data")
    subprocess.run(
        [tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        user=user, cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    options = ["-k", str(folder), "-c", "listen_addresses=", "-c", f"fsync={'on' if fsync else 'off'}"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [tools / "postgres", "-D", data, *options], user=user, cwd=folder, stdout=log, stderr=log
        )
    try:
        _await_answer(f"postgresql://postgres@/postgres?host={folder}", server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _await_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(psycopg.OperationalError), psycopg.connect(url):
            return
        time.sleep(0.02)
    raise TimeoutError(f"PostgreSQL did not start: {url}")
