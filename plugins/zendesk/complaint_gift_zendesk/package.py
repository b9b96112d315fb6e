"""Packs the Zendesk app: our files and the review panel in one zip, byte for byte the same every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from complaint_gift.bundle import NotPackable, is_host, pack, read_origin

PANEL = "assets/panel"
SUFFIXES = (".js", ".css", ".html", ".json", ".svg", ".png")


def build(path: Path, *, server: str) -> Path:
    """Write the app's zip to `path`; `server` is the origin that the app may call (https://cg.example.com).

    Raises NotPackable for an address that Zendesk's proxy could not reach.
    """
    return pack(path, collect(server))


def collect(server: str) -> dict[str, bytes]:
    """Every file of the app by its name in the zip."""
    origin, host = _check_server(server)
    app = files("complaint_gift_zendesk") / "app"
    contents = dict(_read_folder(app, ""))
    panel = files("complaint_gift") / "web" / "static" / "panel"
    contents |= dict(_read_folder(panel, f"{PANEL}/"))
    contents["manifest.json"] = _fill_manifest(json.loads(contents["manifest.json"]), host)
    contents["assets/server.js"] = f"export const SERVER = {json.dumps(origin)};\n".encode()
    return contents


def _check_server(server: str) -> tuple[str, str]:
    host, port = read_origin(server)
    if not is_host(host):
        raise NotPackable(f"{host!r} is no public host name; Zendesk's proxy must be able to reach it")
    if port is not None:
        raise NotPackable(f"{server!r} names a port; Zendesk's proxy calls https on its usual port only")
    return f"https://{host}", host


def _read_folder(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith(".") or entry.name == "tmp":
            continue
        if entry.is_dir():
            yield from _read_folder(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(SUFFIXES):
            yield prefix + entry.name, entry.read_bytes()


def _fill_manifest(manifest: Mapping[str, Any], host: str) -> bytes:
    filled = {**manifest, "version": version("complaint-gift"), "domainWhitelist": [host]}
    return (json.dumps(filled, ensure_ascii=False, indent=2) + "\n").encode()


@click.command("package")
@click.option(
    "--server", required=True, metavar="URL", help="Where Complaint Gift answers: https://cg.example.com"
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("complaint-gift-zendesk.zip"),
    show_default=True,
    help="The zip to write.",
)
def package(server: str, out: Path) -> None:
    """Pack the app for the ticket sidebar, ready to be uploaded as a private app."""
    try:
        build(out, server=server)
    except NotPackable as exc:
        raise click.UsageError(f"--server: {exc}.") from None
    except OSError as exc:
        raise click.ClickException(f"{out} cannot be written: {exc.strerror or exc}.") from None
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    click.echo(f"Packed {out} ({out.stat().st_size // 1024} KiB, sha256 {digest}).")
    click.echo(
        "Upload it in Zendesk: Admin Center, Apps and integrations, Zendesk Support apps, Upload private app."
    )
    click.echo("As shared_secret give it the text that stands in app_secrets of this source.")
