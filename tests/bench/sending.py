"""Senders that behave like a helpdesk's webhooks: each event is sent again until somebody answers 2xx."""

from __future__ import annotations

import hashlib
import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from installation import signed

PATIENCE = 15.0


def key_of(body: bytes) -> str:
    """Under which key the receiver keeps this event."""
    return hashlib.sha256(body).hexdigest()


class Senders:
    """Threads that send `events` to one path and remember the keys of what was acknowledged."""

    def __init__(
        self, port: int, path: str, events: Iterator[bytes], *, number: int, pause: float = 0.0
    ) -> None:
        self.acked: set[str] = set()
        self.again = 0
        self.finished = threading.Event()
        self._target = (port, path, pause)
        self._events, self._lock = events, threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._send_all) for _ in range(number)]

    def start(self) -> None:
        """Begin sending."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop after the event at hand, acknowledged or not."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _next(self) -> bytes | None:
        with self._lock:
            body = next(self._events, None)
        if body is None:
            self.finished.set()
        return body

    def _send_all(self) -> None:
        port, path, pause = self._target
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while not self._stopping.is_set() and (body := self._next()) is not None:
            while not self._stopping.is_set() and not self._send(link, path, body):
                self.again += 1
                link.close()
                time.sleep(0.1)
            time.sleep(pause)
        link.close()

    def _send(self, link: http.client.HTTPConnection, path: str, body: bytes) -> bool:
        with suppress(OSError, http.client.HTTPException):
            link.request("POST", path, body, signed(body))
            answer = link.getresponse()
            answer.read()
            if 200 <= answer.status < 300:
                with self._lock:
                    self.acked.add(key_of(body))
                return True
            if answer.status < 500:
                raise AssertionError(f"the receiver refuses our event with {answer.status}")
        return False
