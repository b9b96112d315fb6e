"""Packs the Zendesk app: our files and the review panel in one zip, byte for byte the same every time."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

PANEL = "assets/panel"
SUFFIXES = (".js", ".css", ".html", ".json", ".svg", ".png")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_MOMENT = (1980, 1, 1, 0, 0, 0)


class NotPackable(ValueError):
    """The app cannot be packed. The message is one sentence: what is wrong and what to write instead."""


def build(path: Path, *, server: str) -> Path:
    """Write the app's zip to `path`; `server` is the origin that the app may call (https://cg.example.com).

    Raises NotPackable for an address that Zendesk's proxy could not reach.
    """
    contents = collect(server)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not compressed: zlib's versions pack differently, and the whole app is smaller than one photograph.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, contents[name])
    return path


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
    try:
        parts = urlsplit(server.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise NotPackable(f"{server!r} is no address; write it like https://cg.example.com") from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme != "https" or extra:
        raise NotPackable(f"{server!r} must be https and nothing but a host; write https://cg.example.com")
    if not _HOST.fullmatch(host):
        raise NotPackable(f"{host!r} is no public host name; Zendesk's proxy must be able to reach it")
    if port not in (None, 443):
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
