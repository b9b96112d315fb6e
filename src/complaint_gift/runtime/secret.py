"""Secrets: named in the configuration, kept in a file or the environment, never printed."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

MOUNTED_BY_CONTAINERS = Path("/run/secrets")


class Secret(str):
    """A string that does not show itself in logs and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


class SecretNotUsable(Exception):
    """A secret is missing, empty or open to everybody; (what, remedy)."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text}: {remedy}")
        self.text = text
        self.remedy = remedy


def resolve_secret(kind: str, place: str, folder: Path, environ: Mapping[str, str]) -> Secret:
    """The value behind {file: place} (relative to `folder`) or {env: place}; raises SecretNotUsable."""
    return _from_environment(place, environ) if kind == "env" else _from_file(folder / place)


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    value = environ.get(name, "").strip()
    if not value:
        state = "is empty" if name in environ else "is not set"
        raise SecretNotUsable(f"the environment variable {name} {state}", f"set {name} before starting")
    return Secret(value)


def _from_file(path: Path) -> Secret:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        value = path.read_text("utf-8-sig").strip()  # some editors write a mark at the beginning
    except FileNotFoundError:
        raise SecretNotUsable(f"the file {path} does not exist", "write the secret into it") from None
    except UnicodeDecodeError:
        raise SecretNotUsable(f"the file {path} is not text", "write the secret as one line") from None
    except OSError as exc:
        remedy = f"let the user {os.getuid()} read it"
        raise SecretNotUsable(f"the file {path} cannot be read ({exc.strerror})", remedy) from None
    if not value:
        raise SecretNotUsable(f"the file {path} is empty", "write the secret into it")
    # A container runtime chooses the modes of what it mounts, and nobody else lives in there.
    if mode & 0o004 and MOUNTED_BY_CONTAINERS not in path.resolve().parents:
        raise SecretNotUsable(f"every user of this machine can read the file {path}", f"chmod o-r {path}")
    return Secret(value)
