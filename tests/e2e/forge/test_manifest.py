"""The manifest of the Forge app, judged by Forge's own library."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from complaint_gift_jira.conversation import PROPERTY

pytestmark = pytest.mark.slow
FORGE = Path(__file__).resolve().parents[3] / "plugins" / "jira" / "forge"
# What the library has to refuse, or its silence about ours would mean nothing.
BROKEN = {
    "module": ("jira:issueContext:", "jira:issueContextual:"),
    "remote": ("remote: complaint-gift", "remote: complaint-gifts"),
    "endpoint": (
        "endpoint: server\n      title: Complaint Gift",
        "endpoint: servers\n      title: Complaint Gift",
    ),
    "resource": ("path: static/panel", "path: static/panels"),
    "runtime": ("nodejs22.x", "nodejs18.x"),
    "scope": ("write:servicedesk-request", "write:servicedesk-requests"),
}


@pytest.fixture(scope="module")
def said(
    built: Path, run: Callable[..., Any], forge_packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What is wrong with ours ("") and with each broken one, from one run of the library."""
    folders, text = {"": built}, (built / "manifest.yml").read_text("utf-8")
    for name, (before, after) in BROKEN.items():
        assert before in text, name
        folder = folders[name] = tmp_path_factory.mktemp(name)
        shutil.copytree(built / "static", folder / "static")
        (folder / "manifest.yml").write_text(text.replace(before, after, 1), "utf-8")
    done = run("validate.mjs", str(forge_packages), *map(str, folders.values()))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {name: found[str(folder)] for name, folder in folders.items()}


def test_manifest_is_valid(said: dict[str, list[str]]) -> None:
    assert said[""] == []


@pytest.mark.parametrize("name", BROKEN)
def test_broken_manifest_is_refused(said: dict[str, list[str]], name: str) -> None:
    assert said[name] != []


def test_build_fills_in_app_and_server(built: Path) -> None:
    manifest = yaml.safe_load((built / "manifest.yml").read_text("utf-8"))
    assert manifest["app"]["id"] == "ari:cloud:ecosystem::app/8db33309-c54e-4c45-9f39-0f0b3c1e7a51"
    assert [remote["baseUrl"] for remote in manifest["remotes"]] == ["https://complaints.acme.example"]
    assert {path.name for path in (built / "static" / "panel").iterdir()} == {
        "index.html",
        "main.js",
        "app.css",
        "panel.css",
    }


@pytest.mark.parametrize(
    "options",
    [
        ("--server", "https://cg.example.com"),
        ("--app", "my-app", "--server", "https://cg.example.com"),
        ("--app", "ari:cloud:ecosystem::app/8db33309-c54e-4c45-9f39-0f0b3c1e7a51"),
        (
            "--app",
            "ari:cloud:ecosystem::app/8db33309-c54e-4c45-9f39-0f0b3c1e7a51",
            "--server",
            "http://cg.example.com",
        ),
        (
            "--app",
            "ari:cloud:ecosystem::app/8db33309-c54e-4c45-9f39-0f0b3c1e7a51",
            "--server",
            "https://cg.example.com/x",
        ),
    ],
)
def test_build_refuses_half_a_wish(run: Callable[..., Any], tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run("build.mjs", *options, "--out", str(tmp_path / "build"))
    assert (done.returncode, (tmp_path / "build").exists()) == (2, False)
    assert done.stderr.startswith(("--app", "--server"))


def test_lock_file_names_no_registry() -> None:
    assert "resolved" not in (FORGE / "package-lock.json").read_text("utf-8")


def test_validator_asks_for_what_the_plugin_writes() -> None:
    """The facts hold `ok`, false while an error that was sent waits; an issue without facts closes freely."""
    modules = yaml.safe_load((FORGE / "manifest.yml").read_text("utf-8"))["modules"]
    (validator,) = modules["jira:workflowValidator"]
    place = f"issue.properties['{PROPERTY}']"
    assert validator["expression"] == f"{place} == null || {place}.ok != false"
    (indexed,) = modules["jira:entityProperty"]
    assert indexed["propertyKey"] == PROPERTY
