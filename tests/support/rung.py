"""Jobs and a worker for the tests of the queue. What a job does is said by the file `habits`."""

import json
import os
import sys
import time
from pathlib import Path

from complaint_gift.runtime import ending, queue, worker

FOLDER = Path(os.environ.get("RUNG_FOLDER", "."))


def note(what: str, number: int) -> None:
    with (FOLDER / "journal").open("a") as file:
        file.write(f"{what} {number} {os.getpid()} {time.monotonic()}\n")


def work(number: int) -> None:
    """The job: a habit is seconds to take, "raise" or "die"."""
    note("began", number)
    habits = FOLDER / "habits"
    habit = json.loads(habits.read_text()).get(str(number), 0) if habits.exists() else 0
    if habit == "raise":
        raise ValueError("Mrs Smith wrote: my soup was cold")
    if habit == "die":
        os.kill(os.getpid(), 9)
    if habit == "many":
        many(number)
    else:
        time.sleep(habit)
    note("ended", number)


def many(number: int) -> None:
    """A job that goes on from row to row until the worker asks it to come to its end."""
    for _ in range(300):
        if ending.is_asked():
            note("asked", number)
            return
        time.sleep(0.1)


def use_test_jobs() -> None:
    """Let bell and worker know `work` instead of the product's jobs."""
    queue.JOBS.update({"delivery": "rung.work", "action": "rung.work"})
    worker.KNOWN_JOBS = frozenset(["rung.work"])


if __name__ == "__main__":
    use_test_jobs()
    made = worker.GuardedWorker(
        queue.connect_to_work(sys.argv[1]),
        beat=lambda: note("beat", 0),
    )
    made.work()
