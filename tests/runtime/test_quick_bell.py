"""Rings that cost the caller nothing, and one ring for many rows."""

import os
import threading
import time

import pytest
from processes import wait_until

from complaint_gift.runtime.queue import QuickBell


class Ears:
    """Notes what it hears; may be slow."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.heard: list[tuple[str, int]] = []
        self.seconds = seconds

    def ring(self, kind: str, row_id: int) -> None:
        time.sleep(self.seconds)
        self.heard.append((kind, row_id))


@pytest.mark.alone
def test_a_single_ring_is_heard_at_once() -> None:
    ears = Ears()
    QuickBell(ears).ring("delivery", 7)
    assert wait_until(lambda: ears.heard == [("delivery", 7)], 1.0)


@pytest.mark.alone
def test_a_slow_queue_keeps_nobody_waiting() -> None:
    bell = QuickBell(Ears(seconds=5.0))
    began = time.monotonic()
    for row_id in range(100):
        bell.ring("delivery", row_id)
    assert time.monotonic() - began < 4


@pytest.mark.alone
def test_the_rings_of_a_moment_are_few_and_the_last_is_not_lost() -> None:
    ears = Ears()
    bell = QuickBell(ears, moment=0.1)
    for row_id in range(200):
        bell.ring("delivery", row_id)
        bell.ring("action", row_id)
        time.sleep(0.001)
    rung_at = len(ears.heard)
    bell.ring("delivery", 1000)
    assert wait_until(lambda: len([1 for kind, _ in ears.heard[rung_at:] if kind == "delivery"]) >= 1, 2.0)
    assert len(ears.heard) < 30
    assert {kind for kind, _ in ears.heard} == {"delivery", "action"}


def test_threads_start_one_ringer() -> None:
    ears = Ears()
    bell = QuickBell(ears)
    threads = [threading.Thread(target=bell.ring, args=("delivery", n)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([t for t in threading.enumerate() if t is bell._ringer]) == 1
    assert wait_until(lambda: bool(ears.heard), 1.0)


def test_it_rings_on_both_sides_of_a_fork() -> None:
    ears = Ears()
    bell = QuickBell(ears)
    bell.ring("delivery", 1)
    assert wait_until(lambda: bool(ears.heard), 1.0)
    pid = os.fork()
    if pid == 0:
        ears.heard.clear()
        bell.ring("delivery", 2)
        heard = wait_until(lambda: ears.heard == [("delivery", 2)], 2.0)
        os._exit(0 if heard else 1)
    assert os.waitpid(pid, 0)[1] == 0
    bell.ring("delivery", 3)
    assert wait_until(lambda: ears.heard == [("delivery", 1), ("delivery", 3)], 1.0)
