"""Databases to test on: an SQLite file and a real, private PostgreSQL; a pytest plugin."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from postgres import NotInstalled, cluster

from complaint_gift.store import upgrade


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a private PostgreSQL, with a place for the database's name."""
    running = cluster()
    try:
        url = running.__enter__()
    except NotInstalled as missing:
        pytest.skip(str(missing))
    yield url
    running.__exit__(None, None, None)


@contextmanager
def _database(server: str, template: str = "template1") -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield name
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    with _database(postgres_server) as name:
        yield postgres_server.format(name)


@pytest.fixture(scope="session")
def _tables_in_postgres(postgres_server: str) -> Iterator[str]:
    """A database to copy: to make all tables takes a hundred times as long."""
    with _database(postgres_server) as name:
        upgrade(postgres_server.format(name))
        yield name


@pytest.fixture(scope="session")
def _tables_in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "tables.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/complaint gift.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind; `store.upgrade(url)` makes its tables."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database that has its tables and no rows, once of each kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        shutil.copy(request.getfixturevalue("_tables_in_sqlite"), url.removeprefix("sqlite:///"))
        yield url
        return
    server = request.getfixturevalue("postgres_server")
    with _database(server, request.getfixturevalue("_tables_in_postgres")) as name:
        yield server.format(name)
