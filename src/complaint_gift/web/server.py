"""The default web server: gunicorn with threads, each process tied to the one above it."""

from __future__ import annotations

import logging
import os
import shutil
import signal
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from complaint_gift.runtime.leash import tie_to_parent
from complaint_gift.runtime.parts import open_playbook
from complaint_gift.runtime.settings import Settings

APPLICATION = "complaint_gift.web.wsgi:app"
GRACE_SECONDS = 10


class QuietLogger(Logger):
    """Sends gunicorn's few words to our logs."""

    def setup(self, cfg: Any) -> None:
        """Keep the logger, drop gunicorn's own handlers and formats."""
        self.cfg = cfg
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)
        self.access_log.handlers.clear()
        self.access_log.disabled = True


class EvenWorker(ThreadWorker):
    """Takes a connection only while one of its threads is free.

    Connections are kept alive and stay where they were taken. Without this the process that wakes first takes
    all of a burst, and the other one has nothing to do for as long as they live.
    """

    @property
    def worker_connections(self) -> int:
        """How many connections it may have: those that only wait for their next request do not count."""
        resting = len(self.keepalived_conns) + len(self.pending_conns)
        return int(min(self._most, resting + self.cfg.threads))

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        self._most = most


class Server(BaseApplication):
    """gunicorn configured in code: no file, no environment of its own, no control socket."""

    def __init__(self, settings: Settings, application: str = APPLICATION) -> None:
        self.settings = settings
        self.application = application
        super().__init__()

    def load_config(self) -> None:
        """What `settings` say; everything else is fixed here."""
        settings = self.settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        options = {
            "bind": [f"{host}:{settings.port}"],
            "worker_class": EvenWorker,
            "workers": settings.processes,
            "threads": settings.threads,
            # Threads and connections do not survive a fork: each process builds its own. The playbook is
            # nothing but values, so `serve_web` opens it once for all of them.
            "preload_app": False,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108
            "control_socket_disable": True,
            "logger_class": QuietLogger,
            "post_fork": _tie,
            "child_exit": _forget,
            "proc_name": "complaint-gift-web",
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Import the application, in the worker."""
        module, _, name = self.application.partition(":")
        return getattr(import_module(module), name)


def serve_web(settings: Settings, application: str = APPLICATION) -> None:
    """Serve until a signal says stop; ends the process."""
    prepare_metrics(settings.data / "metrics")
    open_playbook(settings.playbook_folder, settings.profile)
    Server(settings, application).run()


def prepare_metrics(folder: Path) -> None:
    """An empty folder for the counters that the processes share; before prometheus_client is imported."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _tie(arbiter: Arbiter, worker: Worker) -> None:
    tie_to_parent(arbiter.pid, signal.SIGTERM)


def _forget(_: Arbiter, worker: Worker) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
