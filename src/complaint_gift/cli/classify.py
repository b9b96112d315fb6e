"""`complaint-gift classify`: what customers' messages are, line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from complaint_gift.cli.chosen import Stop
from complaint_gift.cli.textfiles import FILE, counted, dumped, loaded, numbered, writing

LARGEST_LINE = 4 * 1024 * 1024


@click.command()
@click.option(
    "--jsonl",
    "source",
    required=True,
    type=FILE,
    help='Messages, one JSON object a line: {"id", "text"}. `-` reads the standard input.',
)
@click.option(
    "--out", required=True, type=FILE, help="Where the answers go. `-` writes to the standard output."
)
@click.option(
    "--words-only", is_flag=True, help="Leave the learned layer out: stock words alone, less sharp."
)
def classify(source: Path, out: Path, words_only: bool) -> None:
    """Say of each message whether it is a complaint, how grave, and what makes it urgent.

    Exits with 2 when something could not be read; nothing is written then.
    """
    from complaint_gift.learned.classifier import Classifier
    from complaint_gift.learned.encoder import Encoder, available

    encoder = Encoder() if available() and not words_only else None
    if encoder is None and not words_only:
        click.secho("The learned layer is not installed; stock words decide alone.", err=True, fg="yellow")
    classifier = Classifier(encoder)
    rows = list(_messages(source))
    with writing(out) as answers:
        shown = sys.stderr.isatty() and str(out) != "-"
        with click.progressbar(rows, label="Reading messages", file=sys.stderr, hidden=not shown) as moving:
            for name, text in moving:
                found = classifier.classify(text).as_json()
                found["triggers"] = list(found["triggers"])
                answers.write(dumped({"id": name, **found}) + "\n")
    if str(out) != "-":
        click.echo(f"{counted(len(rows), 'message')} classified: {out}", err=True)


def _messages(source: Path) -> Iterator[tuple[Any, str]]:
    """Id and text of every line that is not empty; refuses the first that is something else."""
    for number, line in numbered(source):
        if len(line) > LARGEST_LINE:
            raise Stop(
                f"{source}, line {number} is longer than {LARGEST_LINE:,} characters; a message is a page or "
                "two. Nothing was classified; cut the line and run again."
            )
        try:
            row = loaded(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
            raise Stop(
                f'{source}, line {number}: expected one JSON object with "id" and "text" (a string), '
                f"got {line.strip()[:60]!r}. Nothing was classified; mend the line and run again."
            )
        yield row["id"], row["text"]
