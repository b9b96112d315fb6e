"""`complaint-gift replay`: send recorded payloads through the pipeline again, without a signature."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from complaint_gift.cli.common import Stopped, make_parts, read_settings, told
from complaint_gift.plugin import Delivery, Plugin, PluginError, Source

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--source", "name", required=True, help="The source that they came to.")
@click.option("--dry-run", is_flag=True, help="Only say what they mean; store and change nothing.")
@told
def replay(files: tuple[Path, ...], name: str, dry_run: bool) -> None:
    """Send recorded payloads, raw bodies as they came, through the pipeline again.

    Exits with 1 when one of them cannot be read.
    """
    settings = read_settings()
    if name not in settings.sources:
        known = ", ".join(settings.sources) or "none"
        raise Stopped(f"There is no source {name!r}; configured are: {known}.")
    source = settings.sources[name]
    plugin = settings.plugins[source.plugin]
    understood = [path for path in files if _explain(path, plugin, source)]
    if not dry_run and understood:
        _send(understood, name)
    if len(understood) < len(files):
        raise click.exceptions.Exit(1)


def _explain(path: Path, plugin: Plugin, source: Source) -> bool:
    """Print what a payload means; False when it means nothing that we know."""
    made = Delivery(0, source.name, path.name, {}, path.read_bytes(), datetime.now(UTC))
    try:
        events = plugin.parse(made, source)
    except PluginError as exc:
        click.secho(f"{path.name}: {type(exc).__name__}: {exc}", fg="red", err=True)
        return False
    except Exception as exc:
        click.secho(f"{path.name}: the plugin broke on it: {type(exc).__name__}: {exc}", fg="red", err=True)
        return False
    if not events:
        click.echo(f"{path.name}: knowingly ignored")
    for event in events:
        about = f"conversation {event.conversation}" if event.conversation else "no conversation"
        click.echo(f"{path.name}: {click.style(type(event).__name__, bold=True)}, {about}")
    return True


def _send(files: list[Path], name: str) -> None:
    from complaint_gift.service.records import NewDelivery

    parts = make_parts()
    for path in files:
        body = path.read_bytes()
        key = f"replay:{hashlib.sha256(body).hexdigest()[:16]}:{time.time_ns()}"
        number, _ = parts.store.keep_delivery(NewDelivery(name, key, {}, body, datetime.now(UTC)))
        parts.service.process(number)
        row = next((row for row in parts.service.deliveries(limit=1000) if row.id == number), None)
        state = row.state.value if row else "gone"
        click.echo(
            f"{path.name}: delivery {number} is {state}" + (f": {row.error}" if row and row.error else "")
        )
