"""A store with its tables, once on SQLite and once on PostgreSQL, and rows to put into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from complaint_gift.store import SqlStore


@pytest.fixture
def url(tables_url: str) -> str:
    """The URL of a database that has its tables."""
    return tables_url


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = SqlStore(url)
    yield opened
    opened.close()
