"""When to try again, and what to say about what went wrong."""

from __future__ import annotations

import random
import traceback
from datetime import datetime, timedelta

from complaint_gift.plugin import PluginError
from complaint_gift.service.policy import Limits

_JITTER = 0.2
_LONGEST_ERROR = 500


def retry_at(now: datetime, limits: Limits, attempts: int, retry_after: float | None = None) -> datetime:
    """Doubles with every attempt, with jitter so that many do not come back at once.

    Never sooner than the other side asked for, which may be longer than our longest.
    """
    first, longest = limits.first_retry.wall.total_seconds(), limits.longest_retry.wall.total_seconds()
    wait = min(first * 2 ** min(attempts - 1, 30), longest)
    wait *= 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311 - spreads load, guards nothing
    if retry_after is not None:
        wait = max(wait, min(retry_after, 86_400.0) * (1 + random.uniform(0, _JITTER)))  # noqa: S311
    return now + timedelta(seconds=wait)


def describe(exc: BaseException) -> str:
    """A plugin's own sentence; of anything else only kind and place, its words may hold a message."""
    if isinstance(exc, PluginError):
        return str(exc)[:_LONGEST_ERROR]
    frames = traceback.extract_tb(exc.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(exc).__name__}{where}"
