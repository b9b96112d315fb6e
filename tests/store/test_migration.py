"""Tables come from migrations, and agree with the models."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.store import DatabaseNotUsable, SqlStore, pending, upgrade
from complaint_gift.store.engine import connect, read_url
from complaint_gift.store.migration import newest
from complaint_gift.store.tables import metadata


def test_models_and_migrations_agree(url: str) -> None:
    with connect(read_url(url), pooled=False).connect() as connection:
        # What SQLite says of its defaults cannot be compared, they come from the same lines of code.
        defaults = connection.dialect.name == "postgresql"
        settings = {"compare_type": True, "compare_server_default": defaults}
        difference = compare_metadata(MigrationContext.configure(connection, opts=settings), metadata)
    assert difference == []


def test_every_table_is_made_and_a_second_upgrade_changes_nothing(database_url: str) -> None:
    assert pending(database_url)
    assert upgrade(database_url) == newest()
    assert not pending(database_url)
    assert upgrade(database_url) == newest()
    with connect(read_url(database_url), pooled=False).connect() as connection:
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())


def test_upgrades_at_the_same_time_all_succeed(database_url: str) -> None:
    reached: list[str] = []
    threads = [threading.Thread(target=lambda: reached.append(upgrade(database_url))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reached == [newest()] * 8


@pytest.mark.slow
def test_upgrades_of_several_processes_all_succeed(database_url: str) -> None:
    code = f"from complaint_gift.store import upgrade; print(upgrade({database_url!r}))"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [process.communicate()[0].strip() for process in running] == [newest()] * 3


def test_sqlite_is_set_up_so_that_a_commit_is_on_the_disk(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    with connect(read_url(sqlite_url), pooled=False).connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert told == ["wal", 2, 1, 10_000, 1]


def test_nobody_else_can_read_the_file(sqlite_url: str) -> None:
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    with store.transaction() as tx:
        tx.save_cursor("desk", "1")
        folder = Path(str(read_url(sqlite_url).database)).parent
        modes = {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()}
    store.close()
    assert len(modes) >= 3
    assert set(modes.values()) == {0}


def test_a_newer_database_is_refused_in_words(url: str) -> None:
    with connect(read_url(url), pooled=False).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNotUsable, match="newer version"):
        upgrade(url)


def test_a_failed_migration_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fail)
        with pytest.raises(RuntimeError, match="power cut"):
            upgrade(database_url)
    with connect(read_url(database_url), pooled=False).connect() as connection:
        assert inspect(connection).get_table_names() == []
    assert upgrade(database_url) == newest()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "not a database address"),
        ("my.db", "not a database address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://root:secret@host/db", "sqlite or postgresql"),
        ("postgresql+asyncpg://u:secret@host/db", "sqlite or postgresql"),
    ],
)
def test_a_wrong_address_is_refused_in_words(address: str, told: str) -> None:
    with pytest.raises(DatabaseNotUsable, match=told) as refused:
        read_url(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_psycopg(scheme: str) -> None:
    assert read_url(f"{scheme}://u@host/db").drivername == "postgresql+psycopg"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"gone/a\.db"):
        upgrade(f"sqlite:///{tmp_path}/gone/a.db")


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached") as told:
        upgrade("postgresql://me:secret@127.0.0.1:1/db")
    assert "secret" not in str(told.value)
