"""npm packages that tests run against, installed once into a cache folder.

A package-lock.json pins every one of them by its hash; a change of it makes a new folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

PINNED = Path(__file__).resolve().parents[1] / "e2e"
FILES = ("package.json", "package-lock.json", ".npmrc")


class NoNode(Exception):
    """npm is missing or could not install; the message says what to do."""


def install_packages(pinned: Path = PINNED) -> Path:
    """The folder `node_modules` with everything in `pinned`/package-lock.json; raises NoNode."""
    npm = shutil.which("npm")
    if npm is None:
        raise NoNode("needs npm: apt-get install npm (as root `make test` does it)")
    lock = (pinned / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "complaint-gift"
    folder = cache / f"npm-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "ready").exists():
        _install(npm, folder, pinned)
    return folder / "node_modules"


def _install(npm: str, folder: Path, pinned: Path) -> None:
    # Made aside and moved into place: two test runs at once, or one that was killed, leave nothing half.
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in FILES:
        shutil.copy(pinned / name, fresh / name)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-progress"],
        cwd=fresh,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise NoNode(f"npm could not install what the tests need: {done.stderr.strip()[-600:]}")
    (fresh / "ready").touch()
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh if (folder / "ready").exists() else folder, ignore_errors=True)
        if fresh.exists():
            fresh.rename(folder)


def run_node(packages: Path, *command: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program from `packages`/.bin; its output is kept as text."""
    program = str(packages / ".bin" / command[0])
    return subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


def bundle(packages: Path, entry: str, out: Path, *, name: str = "", minify: bool = False) -> Path:
    """Bundle the JavaScript `entry` (text; may import packages and absolute paths) into one script."""
    options = ["--bundle", "--format=iife", f"--outfile={out}", "--log-level=warning", "--charset=utf8"]
    options += [f"--global-name={name}"] if name else []
    options += ["--minify"] if minify else []
    done = run_node(packages, "esbuild", *options, input=entry, cwd=packages.parent)
    if done.returncode != 0:
        raise NoNode(f"esbuild: {done.stderr}")
    return out
