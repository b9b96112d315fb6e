"""`complaint-gift backup`, `restore`, `upgrade`, `erase`: keep the data, move it on, forget a person."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click

from complaint_gift.cli import copies
from complaint_gift.cli.common import Stopped, make_parts, read_settings, told

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@told
def backup(file: Path) -> None:
    """Copy the database into FILE while everything runs on. Rules and configuration live in your git."""
    settings = read_settings()
    if file.exists():
        raise Stopped(f"{file} exists already: name another file, or remove that one.")
    try:
        copies.back_up(settings.database_url, file)
    except copies.CopyFailed as exc:
        raise Stopped(str(exc)) from None
    click.secho(f"The database is in {file} ({os.path.getsize(file) / 1e6:.1f} MB).", fg="green")
    click.echo("It holds personal data: keep it as safe as the database itself.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@told
def restore(file: Path, yes: bool) -> None:
    """Put the backup in FILE in the place of the database. Stop Complaint Gift first."""
    settings = read_settings()
    if not file.is_file():
        raise Stopped(f"There is no file {file}.")
    if not yes:
        click.confirm(f"Replace the database by {file}? What came in since then is lost", abort=True)
    try:
        copies.restore(settings.database_url, file, settings.valkey_folder)
    except copies.CopyFailed as exc:
        raise Stopped(str(exc)) from None
    click.secho(
        "Restored. Start Complaint Gift again; the sweep asks the helpdesks what was missed.", fg="green"
    )


@click.command()
@told
def upgrade() -> None:
    """Create the database, or move it on to this version."""
    from complaint_gift.store import pending
    from complaint_gift.store import upgrade as upgrade_store

    settings = read_settings()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not pending(settings.database_url):
        click.echo("The database is up to date.")
        return
    revision = upgrade_store(settings.database_url)
    click.secho(f"The database is at revision {revision}.", fg="green")


@click.command()
@click.argument("person")
@click.option("--source", default="", help="Only in this source.  [default: in all]")
@click.option("--by", default=getpass.getuser, help="Who asks for it.  [default: your login name]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@told
def erase(person: str, source: str, by: str, yes: bool) -> None:
    """Forget PERSON, given by helpdesk id, e-mail address or exact name.

    Their texts, name and addresses leave the database and its logs; the audit keeps a hash.
    """
    parts = make_parts(silent=True)
    if source and source not in parts.settings.sources:
        raise Stopped(f"There is no source {source!r}; configured are: {', '.join(parts.settings.sources)}.")
    if not yes:
        click.confirm(f"Erase everything of {person!r}? This cannot be undone", abort=True)
    try:
        touched = parts.service.erase(person, by, source)
    except ValueError as exc:
        raise Stopped(f"{str(exc)[:1].upper()}{str(exc)[1:]}.") from None
    found = {table: count for table, count in touched.items() if count}
    if not found:
        click.echo("We hold nothing of this person.")
        return
    told_rows = ", ".join(f"{count} in {table}" for table, count in sorted(found.items()))
    click.secho(f"Erased: {told_rows}.", fg="green")
    click.echo("Older backups still hold it: let them run out, or erase again after a restore.")
