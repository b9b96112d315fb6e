"""Whether work grows with what is given to it and no faster. It is measured beside itself: a slow machine, or
one that has other work, changes nothing.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

STEP = 8
MOST = 30.0  # times as long for STEP times as much: what takes the square of it takes 64 times as long
TRIES = 12
HARMLESS_S = 0.01  # what takes less is mostly noise, and squares of a text this long take more

T = TypeVar("T")


def require_linear(work: Callable[[T], object], small: T, large: T) -> None:
    """`large` is STEP times as much as `small`. The best of several tries counts; a good one ends them."""
    least = _seconds(work, small)
    most = float("inf")
    for _ in range(TRIES):
        least = min(least, _seconds(work, small))
        most = min(most, _seconds(work, large))
        if most < max(MOST * least, HARMLESS_S):
            return
    raise AssertionError(f"{STEP} times as much takes {most / least:.0f} times as long, {most:.3f} s")


def require_linear_in(work: Callable[[str], object], text: str) -> None:
    """The same for a text and the beginning of it."""
    require_linear(work, text[: len(text) // STEP], text)


def _seconds(work: Callable[[T], object], given: T) -> float:
    """Of this thread alone, and without collecting what other tests of the process have left."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        began = time.thread_time()
        work(given)
        return time.thread_time() - began
    finally:
        if was_collecting:
            gc.enable()
