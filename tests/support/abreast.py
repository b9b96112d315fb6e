"""Tests side by side (pytest -n): what begins first, and what runs alone; a pytest plugin."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The longest files begin, so that no worker is left with one of them at the end.
FIRST = (
    "tests/runtime/test_tree.py",
    "plugins/generic/tests/test_django_helpdesk.py",
    "tests/e2e/test_panel_states.py",
    "tests/e2e",
    "plugins/email/tests/test_mutations.py",
    "tests/service/test_recovery.py",
    "tests/store",
    "tests/runtime",
    "plugins/email",
)


def pytest_xdist_auto_num_workers() -> int:
    """Tests wait (for servers, browsers, typing hands) about as long as they compute: `-n auto`."""
    return len(os.sched_getaffinity(0)) + 1


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
