"""`complaint-gift sources` and `plugins`: what is connected, and what could be."""

from __future__ import annotations

from importlib.metadata import entry_points

import click

from complaint_gift.cli.common import read_settings, told
from complaint_gift.discovery import GROUP, PluginNotUsable, load_plugins
from complaint_gift.plugin import Can


@click.command()
@told
def sources() -> None:
    """List the configured helpdesks and where they send their webhooks."""
    settings = read_settings()
    if not settings.sources:
        click.echo("No source is configured: add one under `sources:` in the file that CG_CONFIG names.")
        return
    for name, source in settings.sources.items():
        click.echo(f"{click.style(name, bold=True)}  plugin {source.plugin}")
        click.echo(f"    receives at {settings.address}/hooks/{name}")


@click.command()
@told
def plugins() -> None:
    """List the installed plugins and what each can do."""
    names = sorted({point.name for point in entry_points(group=GROUP)})
    if not names:
        click.echo("No plugin is installed.")
    for name in names:
        try:
            plugin = load_plugins([name])[name]
        except PluginNotUsable as exc:
            click.secho(str(exc), fg="red")
            continue
        can = ", ".join(what.value for what in Can if what in plugin.can) or "nothing yet"
        click.echo(f"{click.style(name, bold=True)}  can {can}")
