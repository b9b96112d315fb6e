"""Asks the inference process; answers None rather than wait."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from complaint_gift.learned.classifier import Classification
from complaint_gift.learned.tagger import LONGEST, Tags, complaint_of
from complaint_gift.learned.wire import Broken, receive, send

PATIENCE_S = 0.15
PAUSE_S = 1.0  # after a failure nobody asks for this long


class Client:
    """Has `tag` of a Tagger and `classify` of a Classifier; both give None while the process does not answer.

    Never raises and never waits longer than `patience`. Safe between threads and after a fork.
    """

    def __init__(
        self,
        path: Path,
        patience: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._patience, self._clock = path, patience, clock
        self._idle: list[socket.socket] = []
        self._owner = os.getpid()
        self._not_before = 0.0
        self._lock = Lock()

    def tag(self, text: str, context: Any = None) -> Tags | None:
        # More is not read over there, and what is too much to send would silence the process for all.
        complaint = complaint_of(context)[:LONGEST]
        found = self.ask({"do": "tag", "text": text[:LONGEST], "complaint": complaint})
        if not isinstance(found, dict):
            return None
        return {head: tuple((int(a), int(b), float(s)) for a, b, s in tags) for head, tags in found.items()}

    def classify(self, text: str) -> Classification | None:
        found = self.ask({"do": "classify", "text": text[:LONGEST]})
        return Classification.from_json(found) if isinstance(found, dict) else None

    def is_complaint(self, text: str) -> tuple[bool, float] | None:
        """The answer and how sure it is; None while the process does not answer."""
        found = self.classify(text)
        return None if found is None else (found.kind == "complaint", found.score)

    def ready(self) -> bool:
        return bool(self.ask({"do": "ping"}) == "pong")

    def ask(self, question: dict[str, Any]) -> Any:
        """The answer, or None: no process, too slow, nonsense."""
        if self._clock() < self._not_before:
            return None
        deadline = time.monotonic() + self._patience
        for attempt in (0, 1):  # a connection kept from before may be dead without anybody's fault
            connection, fresh = None, attempt == 1
            try:
                connection, fresh = self._connection(fresh)
                answer = self._exchange(connection, question, deadline)
            except (OSError, Broken, ValueError):
                if connection is not None:
                    connection.close()
                if fresh or time.monotonic() >= deadline:
                    self._not_before = self._clock() + PAUSE_S
                    return None
                continue
            self._keep(connection)
            return answer.get("answer") if isinstance(answer, dict) else None
        return None

    def _exchange(self, connection: socket.socket, question: dict[str, Any], deadline: float) -> Any:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        send(connection, question)
        return receive(connection)

    def _connection(self, fresh: bool) -> tuple[socket.socket, bool]:
        with self._lock:
            if self._owner != os.getpid():  # forked: the parent's connections are not ours to talk on
                self._idle, self._owner = [], os.getpid()
            if self._idle and not fresh:
                return self._idle.pop(), False
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._patience)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        return connection, True

    def _keep(self, connection: socket.socket) -> None:
        with self._lock:
            if len(self._idle) < 8:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().close()
