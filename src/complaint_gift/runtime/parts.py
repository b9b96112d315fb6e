"""The one composition root: everything that works together is put together here, by keyword."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from rq import Queue

from complaint_gift.learned.listener import Listener
from complaint_gift.notify import Messenger
from complaint_gift.playbook import LivePlaybook, Playbook
from complaint_gift.plugin import Source
from complaint_gift.runtime.links import SignedLinks
from complaint_gift.runtime.queue import QuickBell, RqBell, connect_to_ring, open_queue
from complaint_gift.runtime.settings import Settings, load_settings
from complaint_gift.runtime.valkey import socket_of, url_of
from complaint_gift.service import Company, Service
from complaint_gift.service.policy import Policy
from complaint_gift.service.policyfile import load_policy
from complaint_gift.service.ports import Bell
from complaint_gift.store import SqlStore

LOOK_SECONDS = 2.0
LISTENING_SECONDS = 1.0  # nobody waits while a customer's message is listened to, and it may be long

log = structlog.get_logger(__name__)


class SystemClock:
    """What time it is."""

    def now(self) -> datetime:
        """Timezone-aware UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process works with. One per process; all of it survives a fork."""

    settings: Settings
    store: SqlStore
    playbook: LivePlaybook
    policy: Policy
    queue: Queue
    service: Service
    tagger: Any = None


_held: list[Parts] = []


def hold(parts: Parts) -> None:
    """Make these the parts that jobs of this process work with."""
    _held[:] = [parts]


def current() -> Parts:
    """What `hold` was given; else built from the environment, once."""
    if not _held:
        hold(build(load_settings(None, os.environ)))
    return _held[0]


def build(settings: Settings, *, bell: Bell | None = None, serving: bool = False) -> Parts:
    """Put it together; opens no connection yet. `serving`: answers of this process wait for no queue.

    Raises PlaybookError, PolicyError and whatever else a configuration can get wrong, each in words.
    """
    store = SqlStore(settings.database_url)
    playbook = open_playbook(settings.playbook_folder, settings.profile)
    policy = load_policy(settings.policy)
    queue = open_queue(connect_to_ring(settings.redis_url or url_of(settings.valkey_folder)))
    ears = open_ears(settings)
    service = Service(
        store=store,
        sources=with_folders(settings),
        plugins=settings.plugins,
        playbook=playbook,
        policy=policy,
        bell=bell or (QuickBell(RqBell(queue)) if serving else RqBell(queue)),
        notifier=Messenger(settings.notify),
        clock=SystemClock(),
        company=Company.of(settings.company_accounts, settings.personal_accounts),
        tagger=ears,
        classifier=Listener(open_ears(settings, patience=LISTENING_SECONDS)),
        links=make_links(settings),
    )
    return Parts(settings, store, playbook, policy, queue, service, ears)


def make_links(settings: Settings) -> SignedLinks:
    """Links that the console's key signs; without a console there are none."""
    return SignedLinks(settings.address, settings.console.session_key if settings.console else "")


@lru_cache(maxsize=1)
def open_playbook(folder: Path | None, profile: str | None) -> LivePlaybook:
    """The playbook of this process, with its dictionaries in memory; raises PlaybookError.

    Read for the first time inside a job, a dictionary would be loaded again by every job, while it holds
    locks. What a process has opened before a fork, its children have for nothing.
    """
    playbook = LivePlaybook(folder, profile=profile)
    warm(playbook())
    return playbook


def warm(book: Playbook) -> None:
    """Read one text in each language."""
    for text in ("Thank you for telling us, we are sorry.", "Спасибо, что написали, просим прощения."):
        book.review(text)


def keep_fresh(
    playbook: LivePlaybook, *, every: float | None = None, prepare: Callable[[Playbook], object] = warm
) -> threading.Thread:
    """A thread that takes changed rules up beside the work; `prepare` gets them before they are in use.

    It looks instead of being told, because network volumes and mounted configuration tell nobody. A process
    may fork meanwhile: what the thread works on is nobody else's yet.
    """

    def look() -> None:
        while True:
            time.sleep(LOOK_SECONDS if every is None else every)
            refresh(playbook, prepare)

    thread = threading.Thread(target=look, name="playbook-watch", daemon=True)
    thread.start()
    return thread


def refresh(playbook: LivePlaybook, prepare: Callable[[Playbook], object] = warm) -> None:
    """Take changed rules up now; bad ones keep the old rules and are logged. Never raises."""
    before = playbook.problems
    try:
        if playbook.refresh(prepare):
            log.info("playbook-reloaded", hash=playbook().hash)
        elif before is not None and playbook.problems is None:
            log.info("playbook-mended", kept=playbook().hash)
    except Exception as exc:  # a folder that is being replaced right now
        log.warning("playbook-not-looked-at", error=type(exc).__name__)
    if playbook.problems is not None and playbook.problems is not before:
        log.error("playbook-not-reloaded", problem=str(playbook.problems), kept=playbook().hash)


def open_ears(settings: Settings, *, patience: float | None = None) -> Any:
    """Who asks the inference process, None where no weights are installed.

    `patience` in seconds; without it that of somebody who types.
    """
    from complaint_gift.learned.client import PATIENCE_S, Client
    from complaint_gift.learned.encoder import available

    if not available():
        return None
    return Client(ears_socket(settings), PATIENCE_S if patience is None else patience)


def ears_socket(settings: Settings) -> Path:
    """Where the inference process listens: beside Valkey, under the same limit on a path's length."""
    return socket_of(settings.valkey_folder).with_name("ears.sock")


def with_folders(settings: Settings) -> dict[str, Source]:
    """The sources, each with a private folder in which its plugin may keep an access token."""
    return {
        name: replace(source, folder=folder_of(settings, name)) for name, source in settings.sources.items()
    }


def folder_of(settings: Settings, source: str) -> Path:
    """DATA/sources/<source>, closed to other users."""
    folder = settings.data / "sources" / source
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077 and folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)
    return folder
