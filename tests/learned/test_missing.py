"""Without weights or without the library everything goes on."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from complaint_gift.learned.encoder import FILES, WEIGHTS, Encoder, Unavailable, available


def test_an_empty_folder_is_not_available(tmp_path: Path) -> None:
    assert not available(tmp_path)
    with pytest.raises(Unavailable, match="not installed"):
        Encoder(tmp_path)


def test_broken_weights_are_unavailable_in_words(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(b"no weights")
    with pytest.raises(Unavailable, match="cannot be read"):
        Encoder(tmp_path)


def test_a_missing_library_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def without(name: str, *rest: Any) -> Any:
        return None if name == "onnxruntime" else found(name, *rest)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    assert not available()


def test_what_ships_is_small() -> None:
    total = sum(path.stat().st_size for path in WEIGHTS.iterdir())
    assert 10_000_000 < total < 40_000_000
