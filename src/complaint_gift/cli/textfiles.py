"""The files of texts that a command reads and the answers that it writes, with - for the standard ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from complaint_gift.cli.chosen import Stop

FILE = click.Path(path_type=Path, allow_dash=True)
_BROKEN = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as `surrogateescape` reads them
_STRAY = 3  # as many are left of a character that was cut in two


def reading(path: Path, errors: str = "replace") -> TextIO:
    """A file, or the standard input for -. Raises Stop."""
    try:
        return click.open_file(str(path), encoding="utf-8-sig", errors=errors)  # type: ignore[return-value]
    except OSError as problem:
        raise Stop(f"{path} cannot be read: {problem.strerror}.") from None


def numbered(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, each with its number. Raises Stop for another encoding than UTF-8."""
    with reading(path, "surrogateescape") as lines:
        for number, line in enumerate(lines, start=1):
            broken = len(_BROKEN.findall(line))
            if "\0" in line or (broken > _STRAY and broken * 2 > sum(char > "\x7f" for char in line)):
                raise Stop(f"{path}, line {number} is not UTF-8. Save the file as UTF-8 and run again.")
            if line.strip():
                yield number, _BROKEN.sub("\ufffd", line) if broken else line


def writing(path: Path) -> TextIO:
    """A file that is written anew, or the standard output for -. Raises Stop."""
    try:
        return click.open_file(str(path), "w", encoding="utf-8")  # type: ignore[return-value]
    except OSError as problem:
        raise Stop(f"{path} cannot be written: {problem.strerror}.") from None


def counted(count: int, thing: str) -> str:
    """1 message, 2 messages."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def loaded(text: str) -> Any:
    """JSON, without the NaN and Infinity that Python alone knows. Raises ValueError."""
    return json.loads(text, parse_constant=_no_json)


def _no_json(word: str) -> None:
    raise json.JSONDecodeError(f"{word} is none", word, 0)


def dumped(value: Any) -> str:
    """JSON as it reads best; a text with lone surrogates, which no encoding knows, in ASCII."""
    written = json.dumps(value, ensure_ascii=False)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return written
