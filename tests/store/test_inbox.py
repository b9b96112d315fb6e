"""Deliveries are durable before anybody is told so."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from made import a_delivery
from processes import wait_until

from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import DeliveryState
from complaint_gift.store import SqlStore, inbox
from complaint_gift.store.intake import intake_of, row_of


def _in_threads(number: int, what: object) -> list[object]:
    got: list[object] = []
    gate = threading.Barrier(number)

    def run(index: int) -> None:
        gate.wait()
        got.append(what(index))  # type: ignore[operator]

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def _keys(store: SqlStore) -> list[str]:
    with store.transaction() as tx:
        return [row.key for row in tx.deliveries(None, 1_000_000)]


def test_a_hundred_threads_with_one_key_make_one_row(store: SqlStore) -> None:
    answers = _in_threads(100, lambda _: store.keep_delivery(a_delivery("same")))
    assert len({row_id for row_id, _ in answers}) == 1  # type: ignore[misc]
    assert [new for _, new in answers].count(True) == 1  # type: ignore[misc]
    assert _keys(store) == ["same"]


def test_a_hundred_threads_with_keys_of_their_own_make_a_hundred_rows(store: SqlStore) -> None:
    answers = _in_threads(100, lambda i: store.keep_delivery(a_delivery(f"k{i}")))
    assert len({row_id for row_id, _ in answers}) == 100  # type: ignore[misc]
    assert sorted(_keys(store)) == sorted(f"k{i}" for i in range(100))


def test_the_same_key_of_another_source_is_another_delivery(store: SqlStore) -> None:
    one, _ = store.keep_delivery(a_delivery("k", "desk"))
    other, new = store.keep_delivery(a_delivery("k", "other"))
    assert new
    assert one != other


def test_a_duplicate_changes_nothing(store: SqlStore) -> None:
    kept, _ = store.keep_delivery(a_delivery(body=b"first"))
    assert store.keep_delivery(a_delivery(body=b"second")) == (kept, False)
    with store.transaction() as tx:
        claimed = tx.claim_delivery(kept, 1, 10)
    assert claimed is not None
    assert claimed.delivery.body == b"first"


def test_a_batch_of_known_new_and_doubled_keys_is_answered_row_by_row(store: SqlStore) -> None:
    known, _ = store.keep_delivery(a_delivery("known"))
    intake = intake_of(store.url)
    keys = ["new 1", "known", "doubled", "doubled", "new 2"]
    answers = list(intake.insert([row_of(a_delivery(key)) for key in keys]))
    again = list(intake.insert([row_of(a_delivery(key)) for key in keys]))
    intake.close()
    assert [new for _, new in answers] == [True, False, True, False, True]
    assert answers[1] == (known, False)
    assert answers[2][0] == answers[3][0]
    assert again == [(row_id, False) for row_id, _ in answers]
    with store.transaction() as tx:
        found = {row.key: row.id for row in tx.deliveries(None, 9)}
    assert found == {key: row_id for key, (row_id, _) in zip(keys, answers, strict=True)}


def test_an_id_is_never_given_out_twice(store: SqlStore) -> None:
    first, _ = store.keep_delivery(a_delivery("a"))
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM delivery")
    second, _ = store.keep_delivery(a_delivery("b"))
    assert second > first


@pytest.mark.slow
def test_a_killed_process_loses_no_acknowledged_row(url: str, tmp_path: Path) -> None:
    code = """
import os, sys, threading
from made import a_delivery
from processes import wait_until
from complaint_gift.store import SqlStore
store, me = SqlStore(sys.argv[1]), sys.argv[2]
def run(k):
    for i in range(100_000):
        store.keep_delivery(a_delivery(f"{me}-{k}-{i}", body=b"x" * 4000))
        os.write(1, f"{me}-{k}-{i}\\n".encode())
for k in range(6):
    threading.Thread(target=run, args=(k,)).start()
"""
    support = Path(__file__).parents[1] / "support"
    acked: set[str] = set()
    for number in range(4):
        told = [tmp_path / f"told-{number}-{writer}" for writer in range(2)]
        writers = []
        for path in told:
            with path.open("w") as stdout:
                command = [sys.executable, "-c", code, url, path.name]
                environ = {**os.environ, "PYTHONPATH": str(support)}
                writers.append(subprocess.Popen(command, stdout=stdout, env=environ))
        assert wait_until(lambda: all(path.stat().st_size > 500 * (number + 1) for path in told), 60)  # noqa: B023
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        for path in told:
            acked.update(path.read_text().splitlines())
    store = SqlStore(url)
    found = set(_keys(store))
    store.close()
    assert len(acked) > 100
    assert acked <= found


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_writer_is_noticed_and_replaced(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqlStore(url)
    store.keep_delivery(a_delivery("before"))
    killed = threading.Event()
    take = inbox.Inbox._take

    def die_once(self: inbox.Inbox, pause: float) -> list[inbox._Waiter]:
        batch = take(self, pause)
        if batch and not killed.is_set():
            killed.set()
            raise SystemExit  # ends the thread with its batch in its hands
        return batch

    monkeypatch.setattr(inbox.Inbox, "_take", die_once)
    store.keep_delivery(a_delivery("wakes the patched writer"))
    store.keep_delivery(a_delivery("during"))
    assert killed.is_set()
    assert sorted(_keys(store)) == sorted(["before", "wakes the patched writer", "during"])
    assert store.writer_alive()
    store.close()


def test_a_stuck_writer_is_not_alive(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PATIENCE", 0.3)
    go_on = threading.Event()
    insert = inbox.Inbox._insert
    monkeypatch.setattr(inbox.Inbox, "_insert", lambda *args: (go_on.wait(), insert(*args))[1])
    store = SqlStore(url)
    assert store.writer_alive()
    with pytest.raises(StoreUnavailable, match="did not take a row within"):
        store.keep_delivery(a_delivery("late"))
    assert not store.writer_alive()
    go_on.set()
    assert store.keep_delivery(a_delivery("late"))[1] is False
    assert store.writer_alive()
    store.close()


def test_a_closed_store_takes_nothing_and_keeps_what_it_took(url: str) -> None:
    store = SqlStore(url)
    store.keep_delivery(a_delivery("k"))
    store.close()
    again = SqlStore(url)
    assert _keys(again) == ["k"]
    again.close()


def test_a_closed_inbox_says_so(url: str) -> None:
    store = SqlStore(url)
    store.close()
    assert not store.writer_alive()
    with pytest.raises(StoreUnavailable, match="being closed"):
        store.keep_delivery(a_delivery())


@pytest.mark.slow
def test_a_store_works_on_both_sides_of_a_fork(url: str) -> None:
    code = """
import os, sys
from made import a_delivery
from processes import wait_until
from complaint_gift.store import SqlStore
store = SqlStore(sys.argv[1])
store.keep_delivery(a_delivery("parent-before"))
with store.transaction() as tx:
    tx.save_cursor("desk", "1")
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        for i in range(20):
            assert store.keep_delivery(a_delivery(f"child{child}-{i}"))[1]
            with store.transaction() as tx:
                assert tx.cursor("desk") == "1"
        assert store.writer_alive()
        os._exit(0)
    children.append(pid)
for i in range(20):
    store.keep_delivery(a_delivery(f"parent-{i}"))
    with store.transaction() as tx:
        assert tx.cursor("desk") == "1"
assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
"""
    support = Path(__file__).parents[1] / "support"
    done = subprocess.run(
        [sys.executable, "-c", code, url],
        env={**os.environ, "PYTHONPATH": str(support)}, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    store = SqlStore(url)
    with store.transaction() as tx:
        assert tx.tally().deliveries == {DeliveryState.NEW: 81}
    store.close()
