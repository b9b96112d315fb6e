"""`complaint-gift zendesk install|status|uninstall|package`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from complaint_gift.client import MemoryCache
from complaint_gift.plugin import PluginError, Source
from complaint_gift.setup import choose, endpoint_of, tell, webhook_options, wished
from complaint_gift_zendesk import health, setup
from complaint_gift_zendesk.api import Zendesk, connect
from complaint_gift_zendesk.package import package
from complaint_gift_zendesk.settings import SETUP_SCOPE

Sources = Callable[[], Sequence[Source]]


def make_group(sources: Sources) -> click.Group:
    """The group; `sources` is called only when a command runs."""

    @click.group(help="Set up the Zendesk account that Complaint Gift works with.")
    def zendesk() -> None:
        pass

    _add_install(zendesk, sources)
    _add_others(zendesk, sources)
    zendesk.add_command(package)
    return zendesk


def _add_install(group: click.Group, sources: Sources) -> None:
    @group.command(
        short_help="Create or repair webhook, secret and fields.",
        help="Create or align our webhook, its events and secret, and two checkboxes. May be repeated.",
    )
    @webhook_options("Zendesk", "Let Zendesk make a new signing secret.")
    @click.option("--fields/--no-fields", default=True, help="Create the two checkboxes (default) or not.")
    def install(name: str | None, fields: bool, **asked: Any) -> None:
        source = choose(sources(), name, "zendesk")
        wish = setup.Wish(**wished(source, "Zendesk", **asked), fields=fields)
        tell(setup.install(source, _enter(source), wish))


def _add_others(group: click.Group, sources: Sources) -> None:
    @group.command(
        short_help="Say what is wrong and what to do.",
        help="Say what is wrong with the webhook, the bot user and the credentials.",
    )
    @click.option("--source", "name", help="Which source, if several use Zendesk.")
    @click.pass_context
    def status(context: click.Context, name: str | None) -> None:
        source = choose(sources(), name, "zendesk")
        try:
            found = health.probe(source, _enter(source))
        except PluginError as exc:
            raise click.ClickException(str(exc)) from exc
        for sentence in found:
            click.echo(f"{source.name}: {sentence}")
        if found:
            context.exit(1)
        click.echo(f"{source.name}: all is well.")

    @group.command(help="Remove our webhook. The ticket fields stay.")
    @click.option("--source", "name", help="Which source, if several use Zendesk.")
    @click.option("--url", help="Only the webhook to this public address of ours.")
    @click.option("--dry-run", is_flag=True, help="Only say what would be done.")
    def uninstall(name: str | None, url: str | None, dry_run: bool) -> None:
        source = choose(sources(), name, "zendesk")
        endpoint = endpoint_of(source, url, "Zendesk") if url or source.settings["endpoint"] else ""
        tell(setup.uninstall(source, _enter(source), endpoint, dry=dry_run))


def _enter(source: Source) -> Zendesk:
    """With a token of its own: setting up needs more rights than the daily work, and only for a moment."""
    return connect(source, scope=SETUP_SCOPE, cache=MemoryCache())
