"""Folders of words with one language more than are shipped, and what is said of a file that was spoilt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from complaint_gift.text.wordfiles import BadWords


def copy_shipped(
    package: str, folder: str, into: Path, languages: Iterable[str] = ("en", "ru")
) -> Mapping[str, Any]:
    """Copy the files of these languages; returns what stands in the English one, by which the others go."""
    shipped = files(package).joinpath(folder)
    for language in languages:
        (into / f"{language}.yaml").write_text(
            shipped.joinpath(f"{language}.yaml").read_text("utf-8"), "utf-8"
        )
    english: Mapping[str, Any] = YAML(typ="safe").load((into / "en.yaml").read_text("utf-8"))
    return english


def write_little(
    path: Path, own: Mapping[str, Mapping[str, Any]], english: Mapping[str, Any], **beside: Any
) -> None:
    """Write a language that has something of its own to say, and nothing of all else that is asked for."""
    parts = {
        part: {name: said.get(name, type(value)()) for name, value in english[part].items()}
        for part, said in own.items()
    }
    write(path, {"language": path.stem, **beside, **parts})


def write(path: Path, raw: Mapping[str, Any]) -> None:
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(dict(raw), path)


def what_is_said(path: Path, old: str, new: str, read: Callable[[Path], object]) -> str:
    """The error of reading the folder after `old` was replaced in one of its files."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BadWords) as told:
        read(path.parent)
    return str(told.value)
