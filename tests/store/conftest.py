"""A store with its tables, once on SQLite and once on PostgreSQL, and rows to put into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from complaint_gift.store import SqlStore, upgrade


@pytest.fixture
def url(database_url: str) -> str:
    """The URL of a database that has its tables."""
    upgrade(database_url)
    return database_url


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = SqlStore(url)
    yield opened
    opened.close()
