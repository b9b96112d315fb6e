"""Tests side by side (pytest -n --dist loadfile): who works on what, and who works alone; a pytest plugin."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# One worker has all of them, one after the other: two browsers that people type into are two too many.
BROWSER = "tests/e2e"
# What takes longest begins first, so that no worker is left with it at the end.
FIRST = (
    BROWSER,
    "tests/runtime/test_tree.py",
    "plugins/generic/tests/test_django_helpdesk.py",
    "tests/runtime",
    "plugins/email",
    "tests/service/test_recovery.py",
    "tests/store",
)


class _ByFile(LoadFileScheduling):
    """A file stays with one worker, as its tests share what they start; so does the whole of BROWSER."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return BROWSER if Path(file).is_relative_to(BROWSER) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile | None:
    return _ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _is_abreast(config):
        items.sort(key=lambda item: _turn(item.path.relative_to(config.rootpath)))


def _turn(path: Path) -> int:
    return next((turn for turn, first in enumerate(FIRST) if path.is_relative_to(first)), len(FIRST))


def _is_abreast(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test marked `alone` measures time: it waits for the others' tests, and they wait for it."""
    if not _is_abreast(item.config):
        return (yield)
    with _room(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def _room(*, alone: bool) -> Iterator[None]:
    """All come in through one door; who wants to be alone keeps it shut until the room is empty."""
    name = str(Path(tempfile.gettempdir()) / f"complaint-gift-tests-{os.getuid()}")
    with open(f"{name}.door", "w") as door, open(f"{name}.room", "w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            # Said aloud: a process that a test forked has the file open too.
            fcntl.flock(room, fcntl.LOCK_UN)
