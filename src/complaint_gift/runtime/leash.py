"""Ties a process to its parent, so that nothing outlives a supervisor that was killed.

Linux does it in the kernel (PR_SET_PDEATHSIG, kept over exec). Elsewhere a thread watches the parent.
Run as a script, it ties itself and then becomes another program: `leash.py PARENT SIGNAL COMMAND...`
(a script and not a `preexec_fn`, which may deadlock where the parent has threads).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_WATCHED = "CG_WATCHED_PARENT"


def tie_to_parent(parent: int, sent: signal.Signals = signal.SIGTERM) -> None:
    """Let this process get `sent` as soon as the process `parent` is gone, also when it already is."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
    else:
        watch_parent(parent, sent)
    if os.getppid() != parent:
        os.kill(os.getpid(), sent)


def watch_parent(parent: int, sent: signal.Signals = signal.SIGTERM, *, every: float = 1.0) -> None:
    """The same from a thread, for systems whose kernel does not tell; lost by exec."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(every)
        os.kill(os.getpid(), sent)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def leashed(command: list[str], sent: signal.Signals = signal.SIGTERM) -> list[str]:
    """The command line that starts `command` tied to the calling process."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(sent)), *command]


def keep_watch() -> None:
    """Where the kernel ties nobody, watch the process that started us with `leashed`."""
    parent = os.environ.pop(_WATCHED, "")
    if parent.isdigit():
        watch_parent(int(parent))


def _become(parent: int, sent: signal.Signals, command: list[str]) -> None:
    if sys.platform == "linux":
        tie_to_parent(parent, sent)
    else:
        os.environ[_WATCHED] = str(parent)
    os.execv(command[0], command)  # noqa: S606 - the supervisor chose the command, no shell reads it


if __name__ == "__main__":
    _become(int(sys.argv[1]), signal.Signals(int(sys.argv[2])), sys.argv[3:])
