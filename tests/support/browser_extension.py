"""Chromium with the packed extension in it, and a helpdesk page with the real editors."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import node
from flask import Flask, Response, send_from_directory
from playwright.sync_api import BrowserContext, Page, Playwright, Route, Worker

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "tests" / "e2e" / "pages"


def load_builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "build_extension", ROOT / "plugins" / "browser" / "build.py"
    )
    if spec is None or spec.loader is None:
        raise ImportError("plugins/browser/build.py is gone")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Where the shipped sites are played: the browser believes to be there, the pages come from our disk.
PLAYED = {
    "jira": "https://acme.atlassian.net/browse/HALD-7",
    "gmail": "https://mail.google.com/mail/u/0/#inbox/FMfcgzQdzFvWxkcRbpnJwCLmVTsqZgHK",
    "outlook": "https://outlook.office.com/mail/inbox/id/AAQkADAwATM0MDAAMS1",
    "zendesk": "https://acme.zendesk.com/agent/tickets/35436",
}


def unpack_extension(folder: Path, target: str = "chromium", hosts: tuple[str, ...] = ("127.0.0.1",)) -> Path:
    """Pack the extension for local pages and unpack it into `folder`, as a browser would install it."""
    archive = load_builder().build(folder / f"{target}.zip", target, hosts=hosts)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder / target)
    return folder / target


@dataclass
class Extension:
    """A browser with the extension: `context` opens pages, `worker` is its service worker."""

    context: BrowserContext
    worker: Worker
    id: str

    def configure(self, **settings: Any) -> None:
        """Store settings as the options page does, and wait until the reader is on its hosts."""
        self.worker.evaluate(
            """async (wish) => {
              await chrome.storage.local.clear();
              await chrome.storage.local.set(wish);
              for (let i = 0; i < 250; i += 1) {
                const [script] = await chrome.scripting.getRegisteredContentScripts({ ids: ["reader"] });
                if ((wish.hosts ?? []).length === 0 ? !script : script) return;
                await new Promise((resolve) => setTimeout(resolve, 40));
              }
            }""",
            settings,
        )

    def options(self) -> str:
        return f"chrome-extension://{self.id}/options.html"


def id_of(folder: Path) -> str:
    """The id that Chromium gives to an unpacked extension: its path, hashed and written in a to p."""
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


@contextmanager
def run_extension(
    playwright: Playwright, folder: Path, home: Path, locale: str = "en-US"
) -> Iterator[Extension]:
    """Chromium with the unpacked extension `folder`; its profile lives in `home`."""
    context = playwright.chromium.launch_persistent_context(
        str(home),
        headless=False,
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        locale=locale,
        viewport={"width": 1180, "height": 760},
        args=[
            "--headless=new", "--no-sandbox", "--disable-gpu", f"--lang={locale}",
            f"--disable-extensions-except={folder}", f"--load-extension={folder}",
        ],
    )  # fmt: skip
    context.set_default_navigation_timeout(90_000)  # editors are large, and a machine may be busy
    try:
        worker = (
            context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
        )
        yield Extension(context, worker, worker.url.split("/")[2])
    finally:
        context.close()


def serve_pages(packages: Path, folder: Path) -> Flask:
    """The helpdesk page with the bundle of editors made in `folder`."""
    app = Flask("helpdesk", static_folder=None)
    node.bundle(packages, (PAGES / "editors.js").read_text("utf-8"), folder / "editors.js", minify=True)

    @app.get("/packages/<path:name>")
    def show_package(name: str) -> Response:
        return send_from_directory(packages, name)

    @app.get("/editors.js")
    def show_editors() -> Response:
        return send_from_directory(folder, "editors.js")

    @app.get("/<path:name>")
    def show(name: str) -> Response:
        return send_from_directory(PAGES, name if "." in name else "helpdesk.html")

    return app


def play_sites(context: BrowserContext, packages: Path, folder: Path) -> None:
    """Answer every address of PLAYED from `pages/sites`, with the bundle of editors made in `folder`."""
    entry = (PAGES / "editors.js").read_text("utf-8")
    bundle = node.bundle(packages, entry, folder / "editors.js", minify=True)

    def answer(name: str, route: Route) -> None:
        path = urlsplit(route.request.url).path
        files = {"/editors.js": bundle, "/favicon.ico": PAGES / "helpdesk.css"}
        if path.startswith("/packages/"):
            files[path] = packages / path.removeprefix("/packages/")
        elif path.startswith("/sites/"):
            files[path] = PAGES / path.lstrip("/")
        route.fulfill(path=files.get(path, PAGES / "sites" / f"{name}.html"))

    for name, url in PLAYED.items():
        context.route(f"https://{urlsplit(url).hostname}/**", partial(answer, name))


def draft_of(page: Page) -> str:
    return str(page.evaluate("window.editor.get()"))
