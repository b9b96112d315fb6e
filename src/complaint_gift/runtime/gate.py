"""The process that opens the doors of plugins besides webhooks: the gate for replies, mail by LMTP."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from complaint_gift.domain import Conversation
from complaint_gift.plugin import Fate, Leaving, Listener, Memory, Outgoing, PluginError, Ruling, Unreachable
from complaint_gift.runtime.parts import Parts, hold, keep_fresh
from complaint_gift.runtime.settings import Settings
from complaint_gift.service import Service
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.receiving import UnknownSource

BEAT_SECONDS = 10.0
LOOK_SECONDS = 1.0

log = structlog.get_logger(__name__)


def has_doors(settings: Settings) -> bool:
    """Whether any source of this configuration listens to more than webhooks."""
    return any(_listens(settings, name) for name in settings.sources)


def _listens(settings: Settings, name: str) -> bool:
    source = settings.sources[name]
    asked = getattr(settings.plugins[source.plugin], "listens", None)
    return bool(asked and asked(source))


@dataclass(frozen=True, slots=True)
class ServiceDesk:
    """Implements plugin.Desk: the use cases, with the database's weather as a plugin hears of it."""

    service: Service
    settle: Callable[[], object] = lambda: None  # what a process that goes its own way needs

    def branch(self) -> None:
        self.settle()

    def rule(self, outgoing: Outgoing, stop: Fate) -> Ruling:
        try:
            return self.service.rule(outgoing, stop)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def keep(self, outgoing: Outgoing, ruling: Ruling) -> Ruling:
        try:
            return self.service.keep(outgoing, ruling)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def confirm(self, ruling: Ruling) -> None:
        self.service.confirm(ruling)

    def forget(self, ruling: Ruling) -> None:
        try:
            self.service.forget(ruling)
        except StoreUnavailable as exc:
            log.warning("outgoing-not-forgotten", number=ruling.number, why=str(exc))

    def stops(self, stop: Fate) -> bool:
        return self.service.stops(stop)

    def note(
        self, source: str, leaving: Sequence[Leaving], sent: Sequence[str], unsent: Sequence[str]
    ) -> Mapping[str, int]:
        try:
            return self.service.note(source, leaving, sent, unsent)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def judge(self, number: int) -> None:
        try:
            self.service.process(number)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def advise(self, draft: Outgoing) -> tuple[str, str] | None:
        try:
            return self.service.advise(draft)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def memory(self, source: str) -> Memory:
        return ReachableMemory(self.service.memory(source))

    def take(self, source: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            return self.service.take(source, key, headers, body)
        except (StoreUnavailable, UnknownSource) as exc:
            raise Unreachable(str(exc) or f"source {source} is not configured any more") from exc


@dataclass(frozen=True, slots=True)
class ReachableMemory:
    """A memory whose database's weather a plugin hears of as Unreachable."""

    stored: Memory

    def whereabouts(self, messages: Sequence[str]) -> Mapping[str, str]:
        try:
            return self.stored.whereabouts(messages)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def conversation(self, number: str) -> Conversation | None:
        try:
            return self.stored.conversation(number)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def fate(self, message: str) -> Fate | None:
        try:
            return self.stored.fate(message)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc

    def words(self, conversation: str) -> Mapping[str, bool]:
        try:
            return self.stored.words(conversation)
        except StoreUnavailable as exc:
            raise Unreachable(str(exc)) from exc


def name_of_beat() -> str:
    """How this process calls itself in the database."""
    return f"gate:{os.uname().nodename}:{os.getpid()}"


class Gate:
    """All doors of all sources, open until a signal says stop."""

    def __init__(self, parts: Parts, *, every: float = BEAT_SECONDS) -> None:
        self.parts, self.every = parts, every
        self.open: list[Listener] = []
        self._stopping = threading.Event()

    def run(self) -> None:
        """Open them, say that we live, close them. Raises PluginError when one cannot be or broke."""
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, lambda *_: self._stopping.set())
        hold(self.parts)
        self.parts.service.warm()
        try:
            self.start()
            self._keep_fresh()
            beaten = 0.0
            while not self._stopping.is_set():
                if not beaten or time.monotonic() - beaten >= self.every:
                    beaten = time.monotonic()
                    self._beat()
                self._require_whole()
                self._stopping.wait(min(self.every, LOOK_SECONDS))
        finally:
            self.stop()

    def _keep_fresh(self) -> None:
        keep_fresh(self.parts.playbook, prepare=self.parts.service.warm)

    def _require_whole(self) -> None:
        broken = next((one.name for one in self.open if getattr(one, "is_broken", False)), "")
        if broken:
            raise PluginError(f"{broken}: a process of it has ended; it has to start anew.")

    def start(self) -> None:
        """Open every door; those opened are closed again when one cannot be."""
        desk: Any = ServiceDesk(self.parts.service, self._keep_fresh)
        found: list[Listener] = []
        for name, source in self.parts.service.means.sources.items():
            if _listens(self.parts.settings, name):
                plugin: Any = self.parts.settings.plugins[source.plugin]
                found += plugin.listeners(source, desk)
        # Some become several processes, which is only safe as long as nobody has started a thread.
        for listener in found:
            if prepare := getattr(listener, "prepare", None):
                self.open.append(listener)
                prepare()
        for listener in found:
            listener.start()
            if listener not in self.open:
                self.open.append(listener)

    def stop(self) -> None:
        """Close them, the last one first."""
        while self.open:
            listener = self.open.pop()
            try:
                listener.stop()
            except Exception as exc:
                log.error("door-not-closed", door=listener.name, exc_info=exc)

    def _beat(self) -> None:
        try:
            self.parts.service.beat(name_of_beat())
        except StoreUnavailable as exc:
            log.error("gate-without-database", problem=str(exc))
