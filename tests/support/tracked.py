"""The files of this project: what git tracks, and what it would take in."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def tracked(*patterns: str) -> list[Path]:
    """Files that match one of git's patterns (all without one), ignored and deleted ones left out."""
    # The folder may belong to somebody else than whoever runs the tests.
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    told = subprocess.run([*command, "--", *patterns], cwd=ROOT, capture_output=True, check=True)
    names = sorted(set(told.stdout.decode().split("\0")) - {""})
    return [path for name in names if (path := ROOT / name).is_file()]
