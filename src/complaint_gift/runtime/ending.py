"""Whether the worker above wants this job to come to its end: a job of many rows then takes no new one."""

from __future__ import annotations

import signal
from types import FrameType

ASK = signal.SIGUSR1
_asked: list[bool] = []


def listen() -> None:
    """Note when the worker asks; holds for every process forked from here."""
    _asked.clear()
    signal.signal(ASK, _note)


def is_asked() -> bool:
    """True once the worker has asked."""
    return bool(_asked)


def _note(_: int, __: FrameType | None) -> None:
    _asked.append(True)
