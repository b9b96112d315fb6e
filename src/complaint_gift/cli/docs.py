"""`complaint-gift rules docs`: all rules on one page, for people."""

from __future__ import annotations

from pathlib import Path

import click

from complaint_gift.cli.chosen import Stop, chosen_playbook
from complaint_gift.cli.rulepage import page
from complaint_gift.cli.rulewords import LANGUAGES
from complaint_gift.cli.textfiles import counted


@click.command()
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.  [default: print]"
)
@click.option(
    "--playbook",
    "folder",
    type=click.Path(path_type=Path),
    help="A folder of rules.  [default: as configured]",
)
def docs(language: str, out: Path | None, folder: Path | None) -> None:
    """One page about all rules, for people, in Markdown.

    What each enforces, why, how the customer reads it, examples, and what to write instead.
    """
    playbook = chosen_playbook(folder, None)
    text = page(playbook, language)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Stop(f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"{counted(len(playbook.rules), 'rule')} written: {out}", err=True)
