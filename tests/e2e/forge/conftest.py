"""The built Forge app, and a page that plays Jira's side of the bridge."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import node
import pytest
from playwright.sync_api import Browser, Page
from scripted_review import Review

FORGE = Path(__file__).resolve().parents[3] / "plugins" / "jira" / "forge"
APP = "ari:cloud:ecosystem::app/8db33309-c54e-4c45-9f39-0f0b3c1e7a51"
SERVER = "https://complaints.acme.example"
CALM = ("no-minimising", "error", "We are sorry that you had to wait.")
BRIDGE = "window.__bridge = { callBridge: (name, payload) => window.playJira(name, payload ?? null) };"


@pytest.fixture(scope="session")
def forge_packages() -> Path:
    """The folder `node_modules` with Forge's own libraries."""
    try:
        return node.install_packages(FORGE)
    except node.NoNode as missing:
        if shutil.which("npm") is None:
            pytest.skip(str(missing))
        raise


@pytest.fixture(scope="session")
def run(forge_packages: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs one of the app's scripts."""

    def go(script: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = ["node", str(FORGE / script), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return go


@pytest.fixture(scope="session")
def built(forge_packages: Path, run: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `forge deploy` would get."""
    out = tmp_path_factory.mktemp("forge") / "build"
    options = ("--app", APP, "--server", SERVER, "--out", str(out), "--modules", str(forge_packages))
    done = run("build.mjs", *options)
    assert done.returncode == 0, done.stderr
    return out


@dataclass
class Jira:
    """Jira's side of the bridge: which issue is open, what the app asked for, how Jira answers."""

    review: Review
    language: str = "en_US"
    place: str = "jira:issueAction"
    status: int = 201
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def play(self, name: str, payload: Any) -> Any:
        if name == "getContext":
            issue = {"id": "10001", "key": "CARE-1", "type": "Service Request", "typeId": "10010"}
            extension = {"type": self.place, "issue": issue, "project": {"key": "CARE"}}
            return {
                "accountId": "5f0000000000000000000002",
                "cloudId": "c",
                "locale": self.language,
                "extension": extension,
            }
        if name == "invoke":
            status, body = self.review.respond(payload["path"].rpartition("/")[2], payload["body"])
            answer = {"status": status, "headers": {}, "body": json.loads(body) if body else None}
            return {"success": True, "payload": answer}
        if name == "fetchProduct":
            init = payload["fetchRequestInit"]
            self.asked.append((init["method"], payload["restPath"], json.loads(init["body"])))
            body = json.dumps({"id": "20001", "public": True})
            return {"body": body, "headers": {}, "status": self.status, "statusText": ""}
        return True


@pytest.fixture
def jira() -> Jira:
    case = {"stage": "received", "promises": [], "about": [], "audience": "lead"}
    return Jira(Review(words={"calm down": CALM, "успокойтесь": CALM}, case=case))


@pytest.fixture
def open_app(browser: Browser, built: Path, jira: Jira) -> Iterator[Callable[[], Page]]:
    """Opens the app; whatever the browser complains about fails the test."""
    serve = partial(SimpleHTTPRequestHandler, directory=str(built / "static" / "panel"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), serve)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    context = browser.new_context(viewport={"width": 420, "height": 900})
    complaints: list[str] = []

    def go() -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.expose_function("playJira", jira.play)
        page.add_init_script(BRIDGE)
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        page.wait_for_selector(".cg-panel")
        return page

    yield go
    context.close()
    server.shutdown()
    server.server_close()
    assert complaints == []
