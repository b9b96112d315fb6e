"""The command group. Sub-commands load late, so that `complaint-gift review` imports no web server."""

from __future__ import annotations

import logging
import os
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import click

from complaint_gift.discovery import GROUP, PluginNotUsable, load_plugins
from complaint_gift.plugin import Source
from complaint_gift.runtime.logs import configure_logs

# Name -> module:attribute. The demo stands above this package and is therefore found by name, as plugins are.
COMMANDS = {
    "serve": "complaint_gift.cli.running:serve",
    "web": "complaint_gift.cli.running:web",
    "worker": "complaint_gift.cli.running:worker",
    "ticker": "complaint_gift.cli.running:ticker",
    "gate": "complaint_gift.cli.running:gate",
    "demo": "complaint_gift.demo.command:demo",
    "review": "complaint_gift.cli.review:review",
    "rules": "complaint_gift.cli.rules:rules",
    "classify": "complaint_gift.cli.classify:classify",
    "escalations": "complaint_gift.cli.escalations:escalations",
    "doctor": "complaint_gift.cli.doctor:doctor",
    "replay": "complaint_gift.cli.replay:replay",
    "sweep": "complaint_gift.cli.sweep:sweep",
    "sources": "complaint_gift.cli.sources:sources",
    "plugins": "complaint_gift.cli.sources:plugins",
    "backup": "complaint_gift.cli.keeping:backup",
    "restore": "complaint_gift.cli.keeping:restore",
    "upgrade": "complaint_gift.cli.keeping:upgrade",
    "erase": "complaint_gift.cli.keeping:erase",
}


class LateGroup(click.Group):
    """A group whose sub-commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours in the order of the table, then those of plugins."""
        return [*COMMANDS, *sorted({point.name for point in entry_points(group=GROUP)} - COMMANDS.keys())]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """None for a name that nobody knows, and for a plugin without commands."""
        if name in COMMANDS:
            module, _, attribute = COMMANDS[name].partition(":")
            found: click.Command = getattr(import_module(module), attribute)
            return found
        if name not in self.list_commands(ctx):
            return None
        try:
            plugin = load_plugins([name])[name]
        except PluginNotUsable as exc:
            return _broken(name, str(exc))
        commands = getattr(plugin, "commands", None)
        made: click.Command | None = commands(lambda: _sources_of(name)) if commands else None
        return made

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it; a name that nobody knows is answered with the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), 1)
            if not near or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean `{near[0]}`?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help of the group, without the plugins that bring no commands."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(88)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _broken(name: str, why: str) -> click.Command:
    def complain(**_: Any) -> None:
        raise click.ClickException(why)

    context = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(name, callback=complain, help=f"Not usable: {why}", context_settings=context)


def _sources_of(plugin: str) -> list[Source]:
    from complaint_gift.cli.common import read_settings
    from complaint_gift.runtime.parts import with_folders

    return [source for source in with_folders(read_settings()).values() if source.plugin == plugin]


@click.group(
    cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--config", type=click.Path(dir_okay=False), help="The configuration file.  [default: CG_CONFIG]"
)
@click.version_option(package_name="complaint-gift", message="%(version)s")
def main(config: str | None) -> None:
    """Check every reply to a complaint, and let no complaint wait."""
    # What a command has to say goes to standard output, so what is logged may not.
    configure_logs(level=logging.WARNING)
    if config:
        os.environ["CG_CONFIG"] = os.path.abspath(config)
