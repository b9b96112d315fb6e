"""`complaint-gift demo`: the product with a helpdesk to play in, all of it on this machine."""

from __future__ import annotations

import os
import sys

import click

from complaint_gift.cli.common import read_settings, told

APPLICATION = "complaint_gift.demo.wsgi:app"


@click.command()
@told
def demo() -> None:
    """Try it: the product with a helpdesk to play in, on 127.0.0.1. Ctrl-C stops all of it."""
    from complaint_gift.demo.setting_up import prepare, read_secret
    from complaint_gift.runtime.tree import require_port, supervise
    from complaint_gift.store import upgrade

    os.environ.pop("CG_CONFIG", None)
    os.environ["HOST"] = "127.0.0.1"  # whoever opens the page may act as the agent
    bare = read_settings()
    require_port(bare)
    os.environ["CG_CONFIG"] = str(prepare(bare.data, bare.port))
    settings = read_settings()
    upgrade(settings.database_url)
    click.echo("Complaint Gift is starting …")

    def announce() -> None:
        click.secho(f"Complaint Gift is ready: {settings.address}", fg="green", bold=True)
        password = read_secret(settings.data / "demo", "console-password")
        click.echo(f"Escalations: {settings.address}/console/escalations (password {password})")
        click.echo(f"Everything is kept in {settings.data}. Ctrl-C stops it.")

    def say(text: str) -> None:
        click.echo(text, err=True)

    logs = settings.data / "log"
    sys.exit(supervise(settings, say, application=APPLICATION, logs=logs, announce=announce))
