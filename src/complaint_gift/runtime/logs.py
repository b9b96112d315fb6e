"""Structured logs: what happened, with ids and counts; never a text of a message, never a secret.

JSON lines where a machine reads, coloured lines on a terminal. Other libraries' warnings come along.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

# Whatever is logged under these names by mistake does not come out.
_HIDDEN = frozenset(
    ["text", "body", "quote", "secret", "token", "password", "authorization", "cookie", "headers", "email"]
)
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(*, terminal: bool | None = None, level: int = logging.INFO) -> None:
    """Send everything to standard error; call once at the start of a process."""
    is_terminal = sys.stderr.isatty() if terminal is None else terminal
    draw: Any = (
        structlog.dev.ConsoleRenderer()
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*_SHARED, hide, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # A cached logger could not be listened to any more, as tests do; the few lines cost nothing.
        cache_logger_on_first_use=False,
    )
    handler = ToStandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shorten, draw],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("rq", "alembic", "sqlalchemy", "urllib3", "werkzeug", "pymorphy3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class ToStandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that moment, not to what it was at the start."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        """Standard error now."""
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """Not to be changed."""


def hide(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what may hold words of people or secrets."""
    for key in event.keys() & _HIDDEN:
        event[key] = "…"
    return event


def shorten(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """One line each, and never a traceback's values: the kind of an error and where it came from."""
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event["error"] = type(error).__name__
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            event["where"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    for key, told in event.items():
        if isinstance(told, str):
            event[key] = told.replace("\n", " ⏎ ")[:2000]
    return event


def _error_of(told: Any) -> BaseException | None:
    """Loggers take an error, a triple or True for the one that is being handled."""
    if isinstance(told, BaseException):
        return told
    if isinstance(told, tuple):
        return told[1] if isinstance(told[1], BaseException) else None
    return sys.exc_info()[1] if told else None
