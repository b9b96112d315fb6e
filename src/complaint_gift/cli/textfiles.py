"""The files of texts that a command reads and the answers that it writes, with - for the standard ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

import click

from complaint_gift.cli.chosen import Stop

FILE = click.Path(path_type=Path, allow_dash=True)


def reading(path: Path) -> TextIO:
    """A file, or the standard input for -. Raises Stop."""
    try:
        return click.open_file(str(path), encoding="utf-8-sig", errors="replace")  # type: ignore[return-value]
    except OSError as problem:
        raise Stop(f"{path} cannot be read: {problem.strerror}.") from None


def writing(path: Path) -> TextIO:
    """A file that is written anew, or the standard output for -. Raises Stop."""
    try:
        return click.open_file(str(path), "w", encoding="utf-8")  # type: ignore[return-value]
    except OSError as problem:
        raise Stop(f"{path} cannot be written: {problem.strerror}.") from None


def dumped(value: Any) -> str:
    """JSON as it reads best; a text with lone surrogates, which no encoding knows, in ASCII."""
    written = json.dumps(value, ensure_ascii=False)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return written
