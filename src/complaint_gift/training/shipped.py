"""The shipped weights read back for further rounds: eight bits become numbers again."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from complaint_gift.training.graph import FLOAT
from complaint_gift.training.learning import Model
from complaint_gift.training.network import Layer
from complaint_gift.training.run import fresh_model
from complaint_gift.training.source import PackedEncoder


def shipped_pieces(folder: Path, source: PackedEncoder) -> list[int]:
    """Positions in the source of the pieces that the weights know, in the order of `words.npy`."""
    at = {piece: number for number, piece in enumerate(source.pieces)}
    lines = (folder / "pieces.tsv").read_text(encoding="utf8").split("\n")[:-1]
    return [at[line.rpartition("\t")[0]] for line in lines]


def shipped_model(folder: Path, source: PackedEncoder) -> Model:
    """The model whose graphs `outcome.write_weights` left in the folder; graph.py says in which order."""
    model = fresh_model(source)
    numbers = _numbers(folder / "encoder.onnx")
    list(islice(numbers, 3))  # the embedding, which stays that of the source
    for layer in model.upper:
        _fill(layer, numbers)
    context = model.context
    numbers = _numbers(folder / "context.onnx")
    for embedding in (context.kind, context.place):
        _put(embedding.weight, next(numbers))
    _fill(context.mix, numbers)
    for head in (context.alone, context.together, context.message):
        _fill_linear(head, numbers)
    return model


def _numbers(path: Path) -> Iterator[np.ndarray]:
    """The constants of a graph as they were before they were made small, in the order in which they stand."""
    held = {each.name: each for each in onnx.load(path).graph.initializer}
    for name in sorted({name.partition("_")[0] for name in held}, key=lambda name: int(name[1:])):
        if name in held:
            if held[name].data_type == FLOAT:
                yield numpy_helper.to_array(held[name])
            continue
        parts = (
            numpy_helper.to_array(held[f"{name}_{part}"]) for part in ("quantized", "zero_point", "scale")
        )
        eight, zero, scale = (part.astype(np.float32) for part in parts)
        yield (eight - zero) * scale


def _fill(layer: nn.Module, numbers: Iterator[np.ndarray]) -> None:
    """The three projections of a layer stand in one constant, the first scaled."""
    assert isinstance(layer, Layer)
    width = layer.q.in_features
    shrink = (width // layer.heads) ** -0.5
    weights, offsets = np.split(next(numbers).T, 3), np.split(next(numbers), 3)
    for linear, weight, offset, scale in zip(
        (layer.q, layer.k, layer.v), weights, offsets, (shrink, 1.0, 1.0), strict=True
    ):
        _put(linear.weight, weight / scale)
        _put(linear.bias, offset / scale)
    _fill_linear(layer.ao, numbers)
    _fill_norm(layer.aln, numbers)
    _fill_linear(layer.fi, numbers)
    _fill_linear(layer.fo, numbers)
    _fill_norm(layer.oln, numbers)


def _fill_linear(linear: nn.Linear, numbers: Iterator[np.ndarray]) -> None:
    _put(linear.weight, next(numbers).T)
    _put(linear.bias, next(numbers))


def _fill_norm(norm: nn.LayerNorm, numbers: Iterator[np.ndarray]) -> None:
    _put(norm.weight, next(numbers))
    _put(norm.bias, next(numbers))


def _put(parameter: nn.Parameter, value: np.ndarray) -> None:
    if parameter.shape != value.shape:
        raise ValueError(
            f"the shipped weights have another shape: {value.shape}, not {tuple(parameter.shape)}"
        )
    parameter.data = torch.from_numpy(np.array(value, np.float32))
