"""`complaint-gift jira authorise|install|status|uninstall`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import click

from complaint_gift.plugin import PluginError, Source
from complaint_gift.setup import choose, endpoint_of, tell, webhook_options, wished
from complaint_gift_jira import consent, health, setup
from complaint_gift_jira.api import Jira, connect
from complaint_gift_jira.settings import CONSENT, DATA_CENTER, SERVICE, is_loopback

Sources = Callable[[], Sequence[Source]]
EMAIL, TOKEN = "CG_JIRA_ADMIN_EMAIL", "CG_JIRA_ADMIN_TOKEN"


def make_group(sources: Sources) -> click.Group:
    """The group; `sources` is called only when a command runs."""

    @click.group(help="Set up the Jira that Complaint Gift works with.")
    def jira() -> None:
        pass

    _add_authorise(jira, sources)
    _add_install(jira, sources)
    _add_status(jira, sources)
    _add_uninstall(jira, sources)
    return jira


def _add_authorise(group: click.Group, sources: Sources) -> None:
    @group.command(
        short_help="Let our user of Cloud in by OAuth, or again.",
        help="For a source with `oauth: consent`: shows an address of Atlassian, waits until our user has "
        "consented there, and keeps the tokens. May be repeated.",
    )
    @click.option("--source", "name", help="Which source, if several use Jira.")
    @click.option("--paste", is_flag=True, help="The browser is elsewhere: paste the address it ends at.")
    def authorise(name: str | None, paste: bool) -> None:
        source = choose(sources(), name, "jira")
        if source.settings["oauth"] != CONSENT:
            raise click.ClickException(
                f"{source.name} is let in another way; `oauth: consent` would need it."
            )

        def ask(address: str, state: str) -> str:
            click.echo(f"Sign in as {source.settings['bot_user_id']} in a private window, and open there:")
            click.echo(address)
            callback = source.settings["callback"]
            if paste or not is_loopback(callback):
                return str(click.prompt(f"The address that it ends at ({callback}?...)"))
            return consent.listen(callback, state, source)

        tell(consent.authorise(source, ask))


def _add_install(group: click.Group, sources: Sources) -> None:
    @group.command(
        short_help="Create or repair the webhook and its secret.",
        help="Create or align our webhook, its events and secret. May be repeated. "
        f"Jira wants an administrator: if our user is none, set {TOKEN} (and {EMAIL} on Cloud) for it.",
    )
    @webhook_options("Jira", "Make a new signing secret.")
    def install(name: str | None, **asked: Any) -> None:
        source = choose(sources(), name, "jira")
        wish = setup.Wish(**wished(source, "Jira", **asked))
        tell(setup.install(source, _enter(source), wish))


def _add_status(group: click.Group, sources: Sources) -> None:
    @group.command(
        short_help="Say what is wrong and what to do.",
        help="Say what is wrong with the webhook, the bot user, its permissions and the credentials.",
    )
    @click.option("--source", "name", help="Which source, if several use Jira.")
    @click.pass_context
    def status(context: click.Context, name: str | None) -> None:
        source = choose(sources(), name, "jira")
        try:
            admin = _enter(source) if os.environ.get(TOKEN) else None
            found = health.probe(source, connect(source), admin)
        except PluginError as exc:
            raise click.ClickException(str(exc)) from exc
        for sentence in found:
            click.echo(f"{source.name}: {sentence}")
        if found:
            context.exit(1)
        click.echo(f"{source.name}: all is well.")


def _add_uninstall(group: click.Group, sources: Sources) -> None:
    @group.command(help="Remove our webhook. What stands in the issues stays.")
    @click.option("--source", "name", help="Which source, if several use Jira.")
    @click.option("--url", help="Only the webhook to this public address of ours.")
    @click.option("--dry-run", is_flag=True, help="Only say what would be done.")
    def uninstall(name: str | None, url: str | None, dry_run: bool) -> None:
        source = choose(sources(), name, "jira")
        endpoint = endpoint_of(source, url, "Jira") if url or source.settings["endpoint"] else ""
        tell(setup.uninstall(source, _enter(source), endpoint, dry=dry_run))


def _enter(source: Source) -> Jira:
    """As the administrator of the environment if there is one: the daily work needs no such rights."""
    token, email = os.environ.get(TOKEN, ""), os.environ.get(EMAIL, "")
    if not token:
        if source.settings["oauth"] == CONSENT:
            raise click.ClickException(f"Webhooks cannot be set up by consent: set {EMAIL} and {TOKEN}.")
        return connect(source)
    settings = dict(source.settings)
    if settings["deployment"] == DATA_CENTER:
        settings |= {"access_token": token}
    else:
        if not email:
            raise click.ClickException(f"Set {EMAIL} beside {TOKEN}: Cloud knows its people by address.")
        settings |= {"email": email, "api_token": token, "client_id": "", "client_secret": ""}
        settings |= {"oauth": SERVICE}
        # The token of a person opens the site itself, not the gateway of OAuth.
        settings |= {"cloud_id": ""} if settings["site"] else {}
    return connect(replace(source, settings=MappingProxyType(settings), folder=None))
