"""One process holds the weights and answers on a unix socket; web and workers only ask.

The library's threads do not survive a fork, and the weights need not be in memory more than once.
"""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from complaint_gift.learned.classifier import Classifier
from complaint_gift.learned.encoder import Encoder, Unavailable
from complaint_gift.learned.tagger import Tagger
from complaint_gift.learned.wire import Broken, receive, send

IDLE_S = 3600.0
MOST_CALLERS = 64
_PARENT_DEATH_SIGNAL = 1

Answers = dict[str, Callable[[dict[str, Any]], Any]]


def serve(arguments: Sequence[str]) -> int:
    """Serves on the socket named by the only argument until SIGTERM or the parent's death."""
    if len(arguments) != 1:
        print("usage: python -m complaint_gift.learned SOCKET", file=sys.stderr)  # noqa: T201
        return 2
    _die_with_parent()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        answers = answers_of(Encoder())
    except Unavailable as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    with listening(Path(arguments[0])) as listener:
        accept(listener, answers)
    return 0


def answers_of(encoder: Encoder) -> Answers:
    tagger, classifier = Tagger(encoder), Classifier(encoder)
    warm = "Здравствуйте! We are sorry, we have refunded the 40 euros today."
    tagger.tag(warm, "Where is my refund?")
    return {
        "ping": lambda _: "pong",
        "tag": lambda ask: tagger.tag(str(ask["text"]), str(ask.get("complaint") or "")),
        "classify": lambda ask: classifier.classify(str(ask["text"])).as_json(),
    }


@contextlib.contextmanager
def listening(path: Path) -> Any:
    """A listening socket at `path`, readable by this user only; what a dead server left is replaced."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        before = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen(MOST_CALLERS)
        yield listener
    finally:
        listener.close()
        with contextlib.suppress(OSError):
            path.unlink()


def accept(listener: socket.socket, answers: Answers) -> None:
    """One thread a caller; the encoder itself takes one text at a time."""
    places = threading.BoundedSemaphore(MOST_CALLERS)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        if not places.acquire(blocking=False):
            connection.close()
            continue
        threading.Thread(target=_converse, args=(connection, answers, places), daemon=True).start()


def _converse(connection: socket.socket, answers: Answers, places: threading.BoundedSemaphore) -> None:
    try:
        with connection:
            connection.settimeout(IDLE_S)
            while True:
                send(connection, _answer(receive(connection), answers))
    except (Broken, OSError):
        return
    finally:
        places.release()


def _answer(ask: Any, answers: Answers) -> dict[str, Any]:
    try:
        return {"answer": answers[ask["do"]](ask)}
    except Exception as problem:  # whatever a caller sends, the process stays
        return {"problem": f"{type(problem).__name__}: {problem}"}


def _die_with_parent() -> None:
    """A supervisor that is killed takes us along (Linux); elsewhere the supervisor must say goodbye."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
