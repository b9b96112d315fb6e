"""An installation in a folder: a database with tables, a Zendesk source, nobody running."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from complaint_gift.cli import main
from complaint_gift.domain import Reason
from complaint_gift.service.records import NewEscalation
from complaint_gift.store import SqlStore, upgrade

CONFIG = """\
sources:
  desk:
    plugin: zendesk
    base_url: http://127.0.0.1:9
    account_id: "7"
    client_id: us
    client_secret: {env: CG_TEST_SECRET}
    signing_secrets: [{env: CG_TEST_SECRET}]
    bot_user_id: "9"
"""
Run = Callable[..., Result]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def data(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(empty_database, data / "complaint-gift.sqlite3")
    config = tmp_path / "complaint-gift.yaml"
    config.write_text(CONFIG)
    for name in ("DATABASE_URL", "REDIS_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA", str(data))
    monkeypatch.setenv("CG_CONFIG", str(config))
    monkeypatch.setenv("CG_TEST_SECRET", "x" * 24)
    monkeypatch.setenv("USER", "dana")
    monkeypatch.setenv("LC_ALL", "C")
    return data


@pytest.fixture
def run(data: Path) -> Run:
    return lambda *words, **options: CliRunner().invoke(main, [*words], catch_exceptions=False, **options)


@pytest.fixture
def store(data: Path) -> Iterator[SqlStore]:
    store = SqlStore(f"sqlite:///{data}/complaint-gift.sqlite3")
    yield store
    store.close()


@pytest.fixture
def escalate(store: SqlStore) -> Callable[..., int]:
    def go(**changes: Any) -> int:
        now = datetime.now(UTC)
        due = now + timedelta(minutes=30, seconds=20)
        told: dict[str, Any] = {"reason": Reason.COURT, "source": "desk", "conversation": "7", "summary": ""}
        told |= {"key": os.urandom(4).hex(), "created_at": now, "due_at": due, "next_at": due}
        with store.transaction() as rows:
            number = rows.add_escalation(NewEscalation(**(told | changes)))
        assert number is not None
        return number

    return go
