"""Packs the browser extension: one zip for Chromium, one for Firefox, byte for byte the same every time.

    python plugins/browser/build.py --server https://cg.example.com --host '*.atlassian.net'

Hosts and server named here are asked for at installation; without them a person allows each in the options.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from complaint_gift.bundle import NotPackable, bundle, pack

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "extension"
PANEL = HERE.parents[1] / "src" / "complaint_gift" / "web" / "static" / "panel"
TARGETS = ("chromium", "firefox")
BUNDLES = {"content.js": "content/main.js", "worker.js": "worker.js", "options.js": "options/options.js"}
COPIED = ("sites.json", "managed.json", "options/options.html", "options/options.css", "_locales", "icons")
LOCAL = ("127.0.0.1", "localhost")
_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)


def collect(target: str, *, server: str = "", hosts: Iterable[str] = ()) -> dict[str, bytes]:
    """Every file of the extension by its name in the zip; raises NotPackable."""
    if target not in TARGETS:
        raise NotPackable(f"there is no browser {target!r}; there are {', '.join(TARGETS)}")
    contents = {"manifest.json": _fill_manifest(target, server, list(hosts))}
    contents |= {name: bundle(SOURCE / entry).encode() for name, entry in BUNDLES.items()}
    for name in COPIED:
        for path in _files(SOURCE / name):
            inside = path.relative_to(SOURCE).as_posix().removeprefix("options/")
            contents[inside] = path.read_bytes()
    contents["panel.css"] = (PANEL / "panel.css").read_bytes()
    if target == "firefox":
        del contents["managed.json"]  # Firefox reads policies without a schema
    return contents


def build(path: Path, target: str, *, server: str = "", hosts: Iterable[str] = ()) -> Path:
    """Write the extension for `target` ("chromium" or "firefox") to the zip `path`; raises NotPackable."""
    return pack(path, collect(target, server=server, hosts=hosts))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith("."))


def _fill_manifest(target: str, server: str, hosts: list[str]) -> bytes:
    manifest: dict[str, Any] = json.loads((SOURCE / "manifest.json").read_text("utf-8"))
    manifest["version"] = version("complaint-gift")
    patterns = [_pattern(host) for host in hosts] + ([_origin(server)] if server else [])
    if patterns:
        manifest["host_permissions"] = sorted(set(patterns))
    if target == "chromium":
        manifest["minimum_chrome_version"] = "123"
        manifest["background"] = {"service_worker": "worker.js"}
        manifest["storage"] = {"managed_schema": "managed.json"}
    else:
        manifest["background"] = {"scripts": ["worker.js"]}
        gecko = {
            "id": "complaint-gift@complaint-gift.example",
            "strict_min_version": "142.0",
            "data_collection_permissions": {"required": ["personalCommunications"]},
        }
        manifest["browser_specific_settings"] = {"gecko": gecko}
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _pattern(host: str) -> str:
    if host in LOCAL:
        return f"http://{host}/*"
    if not _HOST.fullmatch(host):
        raise NotPackable(f"{host!r} is no host; write it like mail.google.com or *.atlassian.net")
    return f"https://{host}/*"


def _origin(server: str) -> str:
    parts = urlsplit(server)
    if parts.scheme != ("http" if parts.hostname in LOCAL else "https") or not parts.hostname:
        raise NotPackable(f"{server!r} is no server; write it like https://cg.example.com")
    return _pattern(parts.hostname)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Pack the browser extension for Chromium and Firefox.")
    parser.add_argument("--server", default="", help="where Complaint Gift answers: https://cg.example.com")
    parser.add_argument(
        "--host", action="append", default=[], help="a host whose replies may be read; again for more"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("dist"), help="the folder for the zips (default: dist)"
    )
    wish = parser.parse_args(arguments)
    try:
        for target in TARGETS:
            path = build(
                wish.out / f"complaint-gift-{target}.zip", target, server=wish.server, hosts=wish.host
            )
            sys.stdout.write(f"Packed {path} ({path.stat().st_size // 1024} KiB).\n")
    except NotPackable as exc:
        parser.error(f"{exc}.")
    except OSError as exc:
        parser.error(f"{wish.out} cannot be written: {exc.strerror or exc}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
