"""What a worker does when the bell rings: a row's id goes in, nothing comes out.

All meaning is in the rows, so a job that runs twice or never costs time only. After its own row a job works
off what else waits: one ring may stand for many rows, and a fork for each would cost more than the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

BATCH = 50
# No new row after this; far enough from the time at which a job is ended by force.
ENOUGH_SECONDS = 20.0


def process_delivery(delivery_id: int) -> None:
    """Work a delivery off, and those that wait with it."""
    from complaint_gift import runtime

    _work_off("delivery", delivery_id, runtime.current().service.process)


def perform_action(action_id: int) -> None:
    """Do one action, and those that wait with it."""
    from complaint_gift import runtime

    _work_off("action", action_id, runtime.current().service.perform)


def _work_off(kind: Literal["delivery", "action"], row_id: int, work: Callable[[int], None]) -> None:
    from complaint_gift.runtime.ending import is_asked

    began = time.monotonic()
    tried, waiting = set[int](), [row_id]
    while waiting:
        for each in waiting:
            if tried and (time.monotonic() - began > ENOUGH_SECONDS or is_asked()):
                return
            tried.add(each)
            work(each)
        waiting = [each for each in _waiting(kind) if each not in tried]


def _waiting(kind: Literal["delivery", "action"]) -> list[int]:
    """Ids that may be worked on now; whoever claims one first has it."""
    from complaint_gift import runtime
    from complaint_gift.service.records import millis

    parts = runtime.current()
    now = parts.service.means.now()
    soon = millis(now + timedelta(seconds=1))  # whatever is younger has a ring of its own
    with parts.store.reading() as tx:
        look = tx.waiting_deliveries if kind == "delivery" else tx.waiting_actions
        return look(millis(now), soon, BATCH)
