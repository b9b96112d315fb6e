"""The first deliveries of a process, on a machine that takes its time."""

import threading
import time

import pytest
from made import a_delivery

from complaint_gift.store import SqlStore


def test_inbox_whose_writer_is_being_started_is_alive(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []

    class SlowThread(threading.Thread):
        def start(self) -> None:
            told.append(store.writer_alive())
            time.sleep(0.1)
            told.append(store.writer_alive())
            super().start()

    with monkeypatch.context() as patch:
        patch.setattr("complaint_gift.store.inbox.threading.Thread", SlowThread)
        assert store.keep_delivery(a_delivery("first"))[1]
    assert False not in told


def test_first_deliveries_of_many_threads_start_one_writer_and_are_kept(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    answers: list[bool] = []
    gate = threading.Barrier(9)

    class SlowThread(threading.Thread):
        def start(self) -> None:
            if self.name == "delivery-writer":
                started.append(self.name)
                time.sleep(0.2)
            super().start()

    def keep(number: int) -> None:
        gate.wait()
        answers.append(store.keep_delivery(a_delivery(f"k{number}"))[1])

    with monkeypatch.context() as patch:
        patch.setattr("complaint_gift.store.inbox.threading.Thread", SlowThread)
        threads = [threading.Thread(target=keep, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        gate.wait()
        for thread in threads:
            thread.join()
    assert len(started) <= 1
    assert answers == [True] * 8
