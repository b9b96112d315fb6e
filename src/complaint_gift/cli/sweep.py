"""`complaint-gift sweep`: pick up now what was left lying."""

from __future__ import annotations

from dataclasses import asdict

import click

from complaint_gift.cli.common import make_parts, told

WORDS = {
    "rung": "{n} waiting deliveries and actions were rung again",
    "looked": "{n} cases were looked at",
    "climbed": "{n} escalations went up the ladder",
    "reconciled": "{n} conversations will be fetched because we had missed a change",
    "purged": "{n} rows were removed because their time was over",
}


@click.command()
@told
def sweep() -> None:
    """Pick up what was left lying, now; the ticker does it by itself."""
    done = {name: count for name, count in asdict(make_parts().service.sweep()).items() if count}
    for name, count in done.items():
        click.echo(WORDS[name].format(n=count) + ".")
    if not done:
        click.echo("Nothing was left lying.")
