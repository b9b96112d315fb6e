"""`complaint-gift sweep`: pick up now what was left lying, or what has failed."""

from __future__ import annotations

import getpass
from dataclasses import asdict

import click

from complaint_gift.cli.common import make_parts, told

WORDS = {
    "again": "{n} that had failed are tried again; `complaint-gift doctor` says what became of them",
    "rung": "{n} waiting deliveries and actions were rung again",
    "climbed": "{n} escalations went up the ladder",
    "looked": "{n} cases were looked at",
    "reread": "{n} cases were read again with the learned layer",
    "reconciled": "{n} conversations will be fetched because we had missed a change",
    "purged": "{n} rows were removed because their time was over",
}


@click.command()
@click.option(
    "--failed",
    is_flag=True,
    help="Also try again what failed, was refused or not understood within the last week.",
)
@click.option("--by", default=getpass.getuser, help="Who you are.  [default: your login name]")
@told
def sweep(failed: bool, by: str) -> None:
    """Pick up what was left lying, now; the ticker does it by itself."""
    service = make_parts().service
    again = {"again": service.try_again(by)} if failed else {}
    done = {name: count for name, count in (again | asdict(service.sweep())).items() if count}
    for name, count in done.items():
        click.echo(WORDS[name].format(n=count) + ".")
    if not done:
        click.echo("Nothing was left lying.")
