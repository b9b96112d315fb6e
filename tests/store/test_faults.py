"""Whatever is wrong with the database, callers get one typed error with a sentence, and nothing half-done."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from made import a_delivery, an_action
from sqlalchemy.exc import IntegrityError

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.store import SqlStore, engine, intake, upgrade
from complaint_gift.store.engine import file_of, read_url

pytestmark = pytest.mark.slow


def _keep(store: SqlStore) -> None:
    store.keep_delivery(a_delivery("bad"))


def _work(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.add_action(an_action("bad", payload={"text": "x" * 100_000}))


DOORS = pytest.mark.parametrize("use", [_keep, _work], ids=["delivery", "transaction"])
Use = Callable[[SqlStore], None]


def _refused(store: SqlStore, use: Use, told: str) -> None:
    with pytest.raises(StoreUnavailable, match=told) as refused:
        use(store)
    sentence = str(refused.value)
    assert sentence.startswith("the database ")
    assert "\n" not in sentence
    assert refused.value.__cause__ is not None, "the log wants to know more"


def _is_empty(store: SqlStore) -> bool:
    with store.transaction() as tx:
        told = tx.tally()
    return not told.deliveries and not told.actions


@pytest.fixture
def lite(sqlite_url: str) -> Iterator[SqlStore]:
    upgrade(sqlite_url)
    store = SqlStore(sqlite_url)
    yield store
    store.close()


def _path(store: SqlStore) -> Path:
    return file_of(store.url)


def _every_connection(monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    prepare = engine.prepare_file

    def spoilt(connection: Any) -> None:
        prepare(connection)
        connection.execute(f"PRAGMA {pragma}")

    monkeypatch.setattr(engine, "prepare_file", spoilt)
    monkeypatch.setattr(intake, "prepare_file", spoilt)


@DOORS
def test_a_full_disk(lite: SqlStore, use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _every_connection(patch, "max_page_count=1")  # means: not a page more than there is
        _keep_big = a_delivery("bad", body=b"x" * 100_000)
        spoilt = SqlStore(f"sqlite:///{_path(lite)}")
        call = (lambda store: store.keep_delivery(_keep_big)) if use is _keep else use
        _refused(spoilt, call, "has no room left: free disk space")
        spoilt.close()
    assert _is_empty(lite)
    use(lite)


@DOORS
def test_a_read_only_database(lite: SqlStore, use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _every_connection(patch, "query_only=ON")
        spoilt = SqlStore(f"sqlite:///{_path(lite)}")
        _refused(spoilt, use, "is read-only: check the owner")
        spoilt.close()
    assert _is_empty(lite)


@DOORS
def test_a_database_locked_by_somebody_else(
    lite: SqlStore, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_MS", 200)
    spoilt = SqlStore(f"sqlite:///{_path(lite)}")
    other = sqlite3.connect(_path(lite), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _refused(spoilt, use, "is locked by another process for too long")
    other.execute("ROLLBACK")
    other.close()
    use(spoilt)
    spoilt.close()


def test_a_short_lock_is_waited_for(lite: SqlStore) -> None:
    other = sqlite3.connect(_path(lite), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    letting_go = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
    letting_go.start()
    _keep(lite)
    _work(lite)
    letting_go.join()
    other.close()


@DOORS
def test_a_vanished_file(tmp_path: Path, use: Use) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/gone.db")
    _refused(store, use, "is not there: name the folder that holds your data in DATA")
    assert not (tmp_path / "gone.db").exists(), "an empty database in its place would hide the loss"
    store.close()


@DOORS
def test_a_damaged_file(tmp_path: Path, use: Use) -> None:
    (tmp_path / "bad.db").write_bytes(b"this is not a database, it is a letter" * 300)
    store = SqlStore(f"sqlite:///{tmp_path}/bad.db")
    _refused(store, use, "is damaged: restore a backup")
    store.close()


@DOORS
def test_a_database_without_tables(database_url: str, use: Use) -> None:
    if database_url.startswith("sqlite"):
        file_of(read_url(database_url)).touch()
    store = SqlStore(database_url)
    _refused(store, use, "has no current tables: run `complaint-gift upgrade`")
    store.close()


@DOORS
def test_an_unreachable_server(use: Use) -> None:
    store = SqlStore("postgresql://me:secret@127.0.0.1:1/db")
    with pytest.raises(StoreUnavailable, match="cannot be reached") as told:
        use(store)
    assert "secret" not in str(told.value)
    store.close()


@DOORS
def test_a_database_that_does_not_exist(postgres_server: str, use: Use) -> None:
    store = SqlStore(postgres_server.format("nowhere"))
    with pytest.raises(StoreUnavailable, match="nowhere"):
        use(store)
    store.close()


@contextmanager
def _session(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as session:
        yield session


@DOORS
def test_a_read_only_server(postgres_url: str, use: Use) -> None:
    upgrade(postgres_url)
    with _session(postgres_url) as session:
        name = read_url(postgres_url).database
        session.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = SqlStore(postgres_url)
    _refused(store, use, "is read-only")
    store.close()


@DOORS
def test_a_server_that_locks_us_out(postgres_url: str, use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(postgres_url)
    monkeypatch.setattr(engine, "BUSY_MS", 200)
    store = SqlStore(postgres_url)
    with _session(postgres_url) as session, session.transaction():
        session.execute("LOCK TABLE delivery, action IN ACCESS EXCLUSIVE MODE")
        _refused(store, use, "kept us waiting for a lock for too long")
    use(store)
    store.close()


@DOORS
def test_a_server_that_dropped_our_connections(postgres_url: str, use: Use) -> None:
    upgrade(postgres_url)
    store = SqlStore(postgres_url)
    _keep(store)
    with store.transaction() as tx:
        tx.save_cursor("desk", "1")
    _drop_sessions(postgres_url)
    use(store)
    store.close()


def _drop_sessions(url: str) -> None:
    with _session(url) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_lost_inside_undoes_all_of_it(postgres_url: str) -> None:
    upgrade(postgres_url)
    store = SqlStore(postgres_url)

    def lose_it() -> None:
        with store.transaction() as tx:
            tx.add_action(an_action("a"))
            _drop_sessions(postgres_url)
            tx.add_action(an_action("b"))

    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        lose_it()
    assert _is_empty(store)
    store.close()


def test_work_that_stood_still_too_long_is_ended_in_words(postgres_url: str) -> None:
    upgrade(postgres_url)
    store = SqlStore(postgres_url)

    def stand_still(store: SqlStore) -> None:
        with store.transaction() as tx:
            tx._db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 100")
            time.sleep(0.5)
            tx.add_action(an_action("late"))

    _refused(store, stand_still, "stood still for too long")
    assert _is_empty(store)
    store.close()


@pytest.mark.slow
def test_deliveries_acknowledged_under_dropped_connections_are_all_there(postgres_url: str) -> None:
    upgrade(postgres_url)
    store, acked, stop = SqlStore(postgres_url), set[str](), threading.Event()

    def send(number: int) -> None:
        step = 0
        while not stop.is_set():
            step += 1
            try:
                store.keep_delivery(a_delivery(f"{number}-{step}"))
            except StoreUnavailable:
                continue
            acked.add(f"{number}-{step}")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        time.sleep(0.2)
        _drop_sessions(postgres_url)
    stop.set()
    for thread in threads:
        thread.join()
    with store.transaction() as tx:
        found = {row.key for row in tx.deliveries(None, 1_000_000)}
    store.close()
    assert len(acked) > 100
    assert acked <= found


def test_our_own_mistakes_are_no_weather(store: SqlStore) -> None:
    def add_to_nothing() -> None:
        with store.transaction() as tx:
            tx.save_promises(404, 404, [])
            tx._add_version(404, 1, "of no message", a_delivery().received_at)

    with pytest.raises(IntegrityError):
        add_to_nothing()


def test_a_row_that_cannot_be_stored_fails_alone(store: SqlStore) -> None:
    gate, results = threading.Barrier(2), dict[str, object]()

    def keep(key: str, body: Any) -> None:
        gate.wait()
        try:
            results[key] = store.keep_delivery(a_delivery(key, body=body))[1]
        except Exception as error:
            results[key] = type(error).__name__

    for number in range(10):  # together in one batch, now and then
        pairs = ((f"good {number}", b"x"), (f"bad {number}", None))
        threads = [threading.Thread(target=keep, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {results[f"good {number}"] for number in range(10)} == {True}
    assert {results[f"bad {number}"] for number in range(10)} <= {"IntegrityError", "NotNullViolation"}


def test_ping_says_whether_the_store_can_be_used(store: SqlStore) -> None:
    store.ping()
    broken = SqlStore("sqlite:////nowhere/at/all.db")
    with pytest.raises(StoreUnavailable):
        broken.ping()
    broken.close()


def test_who_only_reads_waits_for_no_writer(store: SqlStore) -> None:
    _keep(store)
    with store.transaction() as writing:
        writing.add_action(an_action("unseen"))
        with store.reading() as tx:
            told = tx.tally()
    assert told.deliveries == {"new": 1}
    assert told.actions == {}
