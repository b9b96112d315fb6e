"""`complaint-gift email outlook-package`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from complaint_gift.bundle import NotPackable
from complaint_gift.plugin import Source
from complaint_gift.setup import choose
from complaint_gift_email.outlook import manifest

Sources = Callable[[], Sequence[Source]]


def make_group(sources: Sources) -> click.Group:
    """The group; `sources` is called only when a command runs."""

    @click.group(help="Set up what belongs to a mailbox.")
    def email() -> None:
        pass

    _add_package(email, sources)
    return email


def _add_package(group: click.Group, sources: Sources) -> None:
    @group.command("outlook-package", short_help="Write the package of the Outlook add-in.")
    @click.option("--source", "name", help="Which source, if several use mail.")
    @click.option(
        "--server", required=True, metavar="URL", help="Where Complaint Gift answers: https://cg.example.com"
    )
    @click.option("--company", default="", help="Who offers the add-in, as people read it.")
    @click.option("--site", default="", metavar="URL", help="A page of yours about it; default: --server.")
    @click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path("complaint-gift-outlook.zip"),
        show_default=True,
        help="The zip to write.",
    )
    def package(name: str | None, server: str, company: str, site: str, out: Path) -> None:
        """Write the package of the Outlook add-in, ready for the Microsoft 365 admin center.

        It holds the first secret below `outlook` of the source: keep it as you keep the configuration.
        """
        source = choose(sources(), name, "email")
        try:
            manifest.build(out, source, server=server, company=company, site=site)
        except NotPackable as exc:
            raise click.ClickException(f"{exc}.") from None
        except OSError as exc:
            raise click.ClickException(f"{out} cannot be written: {exc.strerror or exc}.") from None
        digest = hashlib.sha256(out.read_bytes()).hexdigest()
        click.echo(f"Packed {out} ({out.stat().st_size // 1024} KiB, sha256 {digest}).")
        click.echo(
            "Upload it in the Microsoft 365 admin center: Settings, Integrated apps, Upload custom apps."
        )
        click.echo("It holds a secret of this installation: give it to nobody but that page.")
