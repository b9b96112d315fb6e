"""`complaint-gift zendesk install|status|uninstall|package`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from complaint_gift.client import MemoryCache
from complaint_gift.plugin import PluginError, Source
from complaint_gift.setup import choose, endpoint_of, tell
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
    @click.option("--source", "name", help="Which source, if several use Zendesk.")
    @click.option("--url", help="Our public address, such as https://cg.example.com.")
    @click.option(
        "--secret-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Where to write the signing secret; default: signing_secret_file of the source.",
    )
    @click.option("--rotate-secret", is_flag=True, help="Let Zendesk make a new signing secret.")
    @click.option("--move", is_flag=True, help="Point our webhook here that leads to another address.")
    @click.option("--fields/--no-fields", default=True, help="Create the two checkboxes (default) or not.")
    @click.option("--dry-run", is_flag=True, help="Only say what would be done.")
    def install(
        name: str | None,
        url: str | None,
        secret_file: Path | None,
        rotate_secret: bool,
        move: bool,
        fields: bool,
        dry_run: bool,
    ) -> None:
        source = choose(sources(), name, "zendesk")
        configured = source.settings["signing_secret_file"]
        wish = setup.Wish(
            endpoint=endpoint_of(source, url, "Zendesk"),
            secret_file=secret_file or (Path(configured) if configured else None),
            rotate=rotate_secret,
            move=move,
            fields=fields,
            dry=dry_run,
        )
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
