"""What the commands that set up a helpdesk have in common: which source, under what address, told how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
