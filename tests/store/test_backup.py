"""A backup is whole or it is no backup, and either database can read it."""

import gzip
import os
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from filled import fill
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import a_delivery
from sqlalchemy import select

from complaint_gift.store import (
    BackupNotUsable,
    SqlStore,
    back_up,
    backup,
    check_backup,
    pending,
    restore,
    upgrade,
)
from complaint_gift.store.engine import connect, read_url
from complaint_gift.store.tables import metadata

pytestmark = pytest.mark.slow


def _everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with connect(read_url(url), pooled=False).connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
        }


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    fill(store)
    return store


def test_a_restored_database_holds_the_same_rows(filled: SqlStore, url: str, tmp_path: Path) -> None:
    before = _everything(url)
    assert all(before.values()), "every table has a row"
    made = back_up(url, tmp_path / "b.gz")
    assert check_backup(tmp_path / "b.gz") == made
    assert made.rows == {name: len(rows) for name, rows in before.items()}
    other = f"sqlite:///{tmp_path}/restored.db"
    assert restore(other, tmp_path / "b.gz") == made
    assert _everything(other) == before
    assert not pending(other)
    store = SqlStore(other)
    with store.transaction() as tx:
        assert tx.verify_audit() is None
    store.close()


def test_large_mails_are_not_all_in_memory_at_a_time(store: SqlStore, url: str, tmp_path: Path) -> None:
    for number in range(60):
        store.keep_delivery(a_delivery(f"k{number}", body=os.urandom(300_000)))
    tracemalloc.start()
    try:
        made = back_up(url, tmp_path / "b.gz")
        restore(f"sqlite:///{tmp_path}/restored.db", tmp_path / "b.gz")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made.rows["delivery"] == 60
    assert most < 40_000_000


def test_a_backup_moves_from_sqlite_to_postgresql(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    fill(store)
    store.close()
    back_up(sqlite_url, tmp_path / "b.gz")
    upgrade(postgres_url)
    restore(postgres_url, tmp_path / "b.gz")
    assert _everything(postgres_url) == _everything(sqlite_url)


def test_a_restored_database_goes_on_counting(
    store: SqlStore, url: str, postgres_url: str, tmp_path: Path
) -> None:
    for key in "abc":
        last, _ = store.keep_delivery(a_delivery(key))
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM delivery")
    back_up(url, tmp_path / "b.gz")
    for other in (f"sqlite:///{tmp_path}/restored.db", postgres_url):
        if other == url:
            continue
        restore(other, tmp_path / "b.gz")
        again = SqlStore(other)
        assert again.keep_delivery(a_delivery("d")) == (last + 1, True)
        again.close()


def test_work_goes_on_during_a_backup_and_is_not_in_it(
    filled: SqlStore, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = backup._tables

    def write_meanwhile(connection: Any) -> Any:
        found = tables(connection)
        thread = threading.Thread(target=lambda: filled.keep_delivery(a_delivery("meanwhile")))
        thread.start()
        thread.join()
        return found

    monkeypatch.setattr(backup, "_tables", write_meanwhile)
    made = back_up(url, tmp_path / "b.gz")
    assert made.rows["delivery"] == 2
    assert len(_everything(url)["delivery"]) == 3


def test_a_database_that_holds_something_is_not_overwritten(
    filled: SqlStore, url: str, tmp_path: Path
) -> None:
    back_up(url, tmp_path / "b.gz")
    before = _everything(url)
    with pytest.raises(BackupNotUsable, match="is not empty"):
        restore(url, tmp_path / "b.gz")
    assert _everything(url) == before


def test_an_empty_table_of_somebody_else_is_not_dropped(database_url: str, tmp_path: Path) -> None:
    made = f"sqlite:///{tmp_path}/made.db"
    upgrade(made)
    back_up(made, tmp_path / "b.gz")
    upgrade(database_url)
    with connect(read_url(database_url), pooled=False).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(BackupNotUsable, match="is not empty"):
        restore(database_url, tmp_path / "b.gz")
    with connect(read_url(database_url), pooled=False).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM theirs").scalar() == 0


def add_theirs(url: str) -> None:
    with connect(read_url(url), pooled=False).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
        connection.exec_driver_sql("INSERT INTO theirs VALUES (7)")


def test_tables_of_somebody_else_are_not_copied(filled: SqlStore, url: str, tmp_path: Path) -> None:
    add_theirs(url)
    made = back_up(url, tmp_path / "b.gz")
    assert set(made.rows) == set(metadata.tables)
    other = f"sqlite:///{tmp_path}/restored.db"
    restore(other, tmp_path / "b.gz")
    assert _everything(other) == _everything(url)


def test_a_backup_that_holds_them_from_before_is_restored_without(
    filled: SqlStore, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_theirs(url)
    with monkeypatch.context() as before:
        before.setattr(backup, "_ours", backup._tables)
        assert "theirs" in back_up(url, tmp_path / "b.gz").rows
    other = f"sqlite:///{tmp_path}/restored.db"
    restore(other, tmp_path / "b.gz")
    assert _everything(other) == _everything(url)


def test_a_backup_never_overwrites_a_file(filled: SqlStore, url: str, tmp_path: Path) -> None:
    target = tmp_path / "b.gz"
    target.write_text("precious")
    with pytest.raises(BackupNotUsable, match="exists already"):
        back_up(url, target)
    assert target.read_text() == "precious"


def test_a_backup_is_readable_by_its_owner_only(filled: SqlStore, url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "b.gz")
    assert (tmp_path / "b.gz").stat().st_mode & 0o777 == 0o600


def test_a_failed_backup_leaves_no_file(
    filled: SqlStore, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupNotUsable, match="No space left"):
        back_up(url, tmp_path / "b.gz")
    assert list(tmp_path.glob("b.gz*")) == []


def test_a_missing_folder_is_said(store: SqlStore, url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupNotUsable, match="cannot be written: No such file"):
        back_up(url, tmp_path / "gone" / "b.gz")


def test_a_file_in_the_place_of_a_folder_is_said(store: SqlStore, url: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupNotUsable, match="cannot be written: Not a directory"):
        back_up(url, tmp_path / "file" / "b.gz")


def test_a_half_written_backup_is_refused_at_any_length(sqlite_url: str, tmp_path: Path) -> None:
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    fill(store)
    store.close()
    back_up(sqlite_url, tmp_path / "b.gz")
    whole = (tmp_path / "b.gz").read_bytes()
    half = tmp_path / "half.gz"
    for length in range(0, len(whole), max(1, len(whole) // 150)):
        half.write_bytes(whole[:length])
        with pytest.raises(BackupNotUsable):
            restore(f"sqlite:///{tmp_path}/never.db", half)
    assert not (tmp_path / "never.db").exists()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_changed_backup_is_refused(tmp_path_factory: Any, place: float, bit: int) -> None:
    raw = _sample(tmp_path_factory)
    index = int(place * len(raw))
    changed = raw[:index] + bytes([raw[index] ^ 1 << bit]) + raw[index + 1 :]
    path = _folder[0] / "changed.gz"
    path.write_bytes(gzip.compress(changed, 1))
    with pytest.raises(BackupNotUsable):
        check_backup(path)


_folder: list[Path] = []
_raw: list[bytes] = []


def _sample(factory: Any) -> bytes:
    if not _raw:
        folder = factory.mktemp("sample")
        url = f"sqlite:///{folder}/a.db"
        upgrade(url)
        store = SqlStore(url)
        fill(store)
        store.close()
        back_up(url, folder / "b.gz")
        _folder.append(folder)
        _raw.append(gzip.decompress((folder / "b.gz").read_bytes()))
    return _raw[0]


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x1f\x8b", gzip.compress(b"[1]\n", mtime=0), gzip.compress(b"{}", mtime=0)]
)
def test_what_is_no_backup_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    with pytest.raises(BackupNotUsable, match=r"x\.gz"):
        check_backup(path)


def test_a_backup_from_the_future_is_refused(filled: SqlStore, url: str, tmp_path: Path) -> None:
    with connect(read_url(url), pooled=False).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    back_up(url, tmp_path / "b.gz")
    with pytest.raises(BackupNotUsable, match="newer version"):
        restore(f"sqlite:///{tmp_path}/other.db", tmp_path / "b.gz")
