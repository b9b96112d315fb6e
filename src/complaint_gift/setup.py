"""What the commands that set up a helpdesk have in common: which source, under what address, told how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from complaint_gift.fields import is_endpoint
from complaint_gift.plugin import PluginError, Source


def choose(known: Sequence[Source], name: str | None, plugin: str) -> Source:
    """The named source, or the only one; raises click.ClickException."""
    if not known:
        raise click.ClickException(
            f"No source with `plugin: {plugin}` is configured; the README shows how to add one."
        )
    if name is None and len(known) == 1:
        return known[0]
    for source in known:
        if source.name == name:
            return source
    names = ", ".join(source.name for source in known)
    raise click.ClickException(f"Say which source with --source; configured are {names}.")


def webhook_options(helpdesk: str, rotated: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of `install` that every helpdesk with a webhook has; `wished` takes what they give, all
    but `name`. `rotated`: what --rotate-secret does there."""
    options = (
        click.option("--source", "name", help=f"Which source, if several use {helpdesk}."),
        click.option("--url", help="Our public address, such as https://cg.example.com."),
        click.option(
            "--secret-file",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Where to write the signing secret; default: signing_secret_file of the source.",
        ),
        click.option("--rotate-secret", is_flag=True, help=rotated),
        click.option("--move", is_flag=True, help="Point our webhook here that leads to another address."),
        click.option("--dry-run", is_flag=True, help="Only say what would be done."),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def wished(
    source: Source,
    helpdesk: str,
    *,
    url: str | None,
    secret_file: Path | None,
    rotate_secret: bool,
    move: bool,
    dry_run: bool,
) -> dict[str, Any]:
    """What `webhook_options` gave as the fields of a plugin's Wish; raises click.ClickException."""
    configured = source.settings["signing_secret_file"]
    return {
        "endpoint": endpoint_of(source, url, helpdesk),
        "secret_file": secret_file or (Path(configured) if configured else None),
        "rotate": rotate_secret,
        "move": move,
        "dry": dry_run,
    }


def endpoint_of(source: Source, url: str | None, helpdesk: str) -> str:
    """Where the helpdesk sends its webhooks; raises click.ClickException."""
    endpoint = f"{url.rstrip('/')}/hooks/{source.name}" if url else source.settings["endpoint"]
    if not endpoint:
        raise click.ClickException(
            f"Say where {helpdesk} reaches us: --url https://cg.example.com, or `endpoint` in the source."
        )
    if not is_endpoint(endpoint):
        raise click.ClickException(f"{endpoint} cannot be used; write it as https://cg.example.com.")
    return str(endpoint)


def tell(sentences: Iterator[str]) -> None:
    """Each sentence as soon as its work is done; raises click.ClickException."""
    try:
        for sentence in sentences:
            click.echo(sentence)
    except PluginError as exc:
        raise click.ClickException(f"{exc} What was said above is done; run this again afterwards.") from exc
