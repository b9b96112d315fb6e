"""The package for the admin: the unified manifest, filled in, and its icons; the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid5

from complaint_gift.bundle import NotPackable, is_host, pack, read_origin
from complaint_gift.plugin import Source
from complaint_gift_email.outlook.files import SCRIPT

FOLDER = Path(__file__).resolve().parent / "package"
PICTURES = ("color.png", "outline.png")
LANGUAGES = ("ru.json",)
_SPACE = UUID("5d1f9c0e-2f6b-4c53-9a0d-7c1f0e6f0a11")


def build(path: Path, source: Source, *, server: str, company: str = "", site: str = "") -> Path:
    """Write the package of this source's add-in to the zip `path`; raises NotPackable.

    `server` is our public origin (https://cg.example.com), `company` and `site` what people read about who
    offers it.
    """
    return pack(path, collect(source, server=server, company=company, site=site))


def collect(source: Source, *, server: str, company: str = "", site: str = "") -> Mapping[str, bytes]:
    """Every file of the package by its name."""
    if not source.settings["outlook"]:
        raise NotPackable(f"{source.name} has no `outlook:` yet; add it with a secret of its own")
    manifest = fill(source, _check_server(server), company, site)
    pictures = {name: (FOLDER / name).read_bytes() for name in (*PICTURES, *LANGUAGES)}
    return {"manifest.json": (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode(), **pictures}


def fill(source: Source, origin: str, company: str, site: str) -> dict[str, Any]:
    """The manifest for this installation. The same source at the same address keeps its id."""
    manifest: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    place = f"{origin}/outlook/{source.name}"
    key = urlencode({"installation": source.settings["outlook"]["secrets"][0]})
    about = _check_site(site) if site else origin
    manifest["id"] = str(uuid5(_SPACE, place))
    manifest["version"] = version("complaint-gift")
    manifest["developer"] = {
        "name": (company or "Complaint Gift")[:32],
        "websiteUrl": about,
        "privacyUrl": about,
        "termsOfUseUrl": about,
    }
    manifest["validDomains"] = [urlsplit(origin).netloc]
    extension = manifest["extensions"][0]
    send, pane = extension["runtimes"]
    # Classic Outlook fetches the script alone, by an address that anybody may know.
    send["code"] = {"page": f"{place}/events.html?{key}", "script": f"{place}/{SCRIPT}"}
    pane["code"] = {"page": f"{place}/pane.html?{key}"}
    control = extension["ribbons"][0]["tabs"][0]["groups"][0]
    for part in (control, *control["controls"]):
        part["icons"] = [{"size": size, "url": f"{place}/icon-{size}.png"} for size in (16, 32, 80)]
    return manifest


def _check_server(server: str) -> str:
    host, port = read_origin(server)
    if not is_host(host):
        raise NotPackable(f"{host!r} is no host name; Office loads add-ins from names like cg.example.com")
    return f"https://{host}" + (f":{port}" if port is not None else "")


def _check_site(site: str) -> str:
    parts = urlsplit(site.strip())
    if parts.scheme != "https" or not is_host(parts.hostname or ""):
        raise NotPackable(f"{site!r} is no page of yours; write it like https://www.shop.example")
    return site.strip()
