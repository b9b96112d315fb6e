"""`complaint-gift backup`, `restore`, `upgrade`, `erase`: keep the data, move it on, forget a person."""

from __future__ import annotations

import fcntl
import getpass
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from complaint_gift.cli.common import Stopped, make_parts, read_settings, told

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@told
def backup(file: Path) -> None:
    """Copy the database into FILE while everything runs on. Rules and configuration live in your git."""
    from complaint_gift.store import back_up

    contents = back_up(read_settings().database_url, file)
    size = os.path.getsize(file) / 1e6
    click.secho(f"{sum(contents.rows.values())} rows are in {file} ({size:.1f} MB).", fg="green")
    click.echo("It holds personal data: keep it as safe as the database itself.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@told
def restore(file: Path, yes: bool) -> None:
    """Fill the database from the backup in FILE. Stop Complaint Gift first.

    A database file that is there is kept beside under another name; PostgreSQL has to be empty.
    """
    from complaint_gift.store import check_backup
    from complaint_gift.store import restore as restore_store

    settings = read_settings()
    require_stopped(settings.valkey_folder)
    check_backup(file)
    old = existing_file(settings.database_url)
    if old:
        require_unused(old)
    if old and not yes:
        click.confirm(f"Put {file} in the place of {old}? What came in since then is left out", abort=True)
    with set_aside(old) as kept:
        restore_store(settings.database_url, file)
    if kept:
        click.echo(f"The database that was there is kept as {kept}.")
    click.secho("Restored. Start Complaint Gift again; it asks the helpdesks what was missed.", fg="green")


def existing_file(url: str) -> Path | None:
    """The SQLite file behind `url` if there is one."""
    from complaint_gift.store.engine import file_of, is_sqlite, read_url

    read = read_url(url)
    return file_of(read) if is_sqlite(read) and file_of(read).exists() else None


@contextmanager
def set_aside(path: Path | None) -> Iterator[Path | None]:
    """Move a database file and its logs out of the way; back again when the block fails."""
    if path is None:
        yield None
        return
    kept = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S}")
    parts = [
        (path.with_name(path.name + end), kept.with_name(kept.name + end)) for end in ("", "-wal", "-shm")
    ]
    moved = [(here, there) for here, there in parts if here.exists()]
    for here, there in moved:
        here.rename(there)
    try:
        yield kept
    except BaseException:
        for here, there in moved:
            there.replace(here)
        raise


def require_stopped(folder: Path) -> None:
    """Raise Stopped while our own process tree runs on this data folder."""
    lock = folder / "lock"
    if not lock.exists():
        return
    with lock.open("a") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stopped("Complaint Gift is running on this data folder: stop it first.") from None


def require_unused(path: Path) -> None:
    """Raise Stopped while a part that runs alone has the database open: it would go on with the old file."""
    from complaint_gift.store.engine import is_open_elsewhere

    if is_open_elsewhere(path):
        raise Stopped(f"Something works with {path}: stop web, workers, ticker and gate first.")


@click.command()
@told
def upgrade() -> None:
    """Create the database, or move it on to this version."""
    from complaint_gift.runtime.parts import ears_socket
    from complaint_gift.store import pending
    from complaint_gift.store import upgrade as upgrade_store

    settings = read_settings()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Where parts that run alone meet the learned layer; `serve` makes it by itself.
    ears_socket(settings).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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

    Their texts, name and addresses leave the database and its logs, their files the disk; the audit keeps a
    hash. The whole database is rewritten for that and webhooks wait: choose a quiet hour where it is large.
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
    if found:
        told_rows = ", ".join(f"{count} in {table}" for table, count in sorted(found.items()))
        click.secho(f"Erased: {told_rows}.", fg="green")
        click.echo("The helpdesk and older backups still hold it: erase there too, and anew after a restore.")
    else:
        click.echo("We hold nothing of this person.")
    for kept in files_set_aside(parts.settings.database_url):
        click.echo(f"{kept} was set aside by a restore and is as it was: delete it.")


def files_set_aside(url: str) -> list[Path]:
    """What `set_aside` has left beside this database."""
    path = existing_file(url)
    found = path.parent.glob(f"{path.name}.*") if path else ()
    return sorted(one for one in found if re.fullmatch(r"\.\d{8}-\d{6}", one.suffix))
