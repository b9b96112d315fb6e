"""Running it: whole with `serve`, in parts with `web`, `worker`, `ticker` and `gate`."""

from __future__ import annotations

import sys

import click

from complaint_gift.cli.common import Stopped, make_parts, read_settings, told

SAY = "Complaint Gift: "


@click.command()
@told
def serve() -> None:
    """Run everything as one process tree: web, workers, ticker, and an embedded Valkey."""
    from complaint_gift.cli.doctor import look_at_people
    from complaint_gift.runtime.tree import supervise
    from complaint_gift.store import upgrade

    settings = read_settings()
    # Whatever is wrong with rules and policy is said here, once, and not by every program.
    for problem in look_at_people(make_parts()):
        click.secho(SAY + problem, fg="yellow", err=True)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(settings.database_url)

    def announce() -> None:
        click.secho(f"Complaint Gift is ready: {settings.address}", fg="green", bold=True)

    sys.exit(supervise(settings, lambda text: click.echo(SAY + text, err=True), announce=announce))


@click.command()
@click.option("--application", default="", hidden=True, help="Another WSGI application, as module:name.")
@told
def web(application: str) -> None:
    """Receive webhooks, review drafts, show the console."""
    from complaint_gift.runtime.leash import keep_watch
    from complaint_gift.runtime.logs import configure_logs
    from complaint_gift.web.server import APPLICATION, serve_web

    keep_watch()
    configure_logs()
    settings = read_settings()
    require_tables(settings.database_url)
    serve_web(settings, application or APPLICATION)


@click.command()
@told
def worker() -> None:
    """Work through what was received; start as many as needed."""
    from complaint_gift.runtime.leash import keep_watch
    from complaint_gift.runtime.logs import configure_logs
    from complaint_gift.runtime.worker import start_worker

    keep_watch()
    configure_logs()
    parts = make_parts()
    require_tables(parts.settings.database_url)
    start_worker(parts)


@click.command()
@told
def ticker() -> None:
    """Watch the clocks and pick up what was left lying; one works, others stand by."""
    from complaint_gift.runtime.leash import keep_watch
    from complaint_gift.runtime.logs import configure_logs
    from complaint_gift.runtime.ticker import Ticker

    keep_watch()
    configure_logs()
    parts = make_parts()
    require_tables(parts.settings.database_url)
    Ticker(parts).run()


@click.command()
@told
def gate() -> None:
    """Open the doors that sources have besides webhooks: the SMTP gate for replies, mail by LMTP."""
    from complaint_gift.plugin import PluginError
    from complaint_gift.runtime import build
    from complaint_gift.runtime.gate import Gate, has_doors
    from complaint_gift.runtime.leash import keep_watch
    from complaint_gift.runtime.logs import configure_logs

    keep_watch()
    configure_logs()
    settings = read_settings()
    if not has_doors(settings):
        raise Stopped(
            "No source has a door to open: add `gate: {upstream: ...}` to a source of plugin email."
        )
    require_tables(settings.database_url)
    try:
        # Whoever sends a mail waits for its answer, and that may not wait for a queue.
        Gate(build(settings, serving=True)).run()
    except PluginError as exc:
        raise Stopped(str(exc)) from None


def require_tables(url: str) -> None:
    """Raise Stopped when the database has yet to be made or moved on."""
    from complaint_gift.store import pending

    if pending(url):
        raise Stopped("The database is not up to date: run `complaint-gift upgrade` first.")
