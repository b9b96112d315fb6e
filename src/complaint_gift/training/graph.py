"""The trained network as ONNX graphs, written node by node so that nothing is lost on the way.

Weights of the frozen layers keep their four bits, the trained ones get eight, both in blocks of 32 along the
input with their own scale. Activations are quantised row by row, so a sentence gives the same vector alone
and among others: a draft and the same text sent are judged alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from complaint_gift.training.network import Context, Embedding, Layer

BLOCK = 32
OPSET = 20
INT8_COMPUTE = 4  # accuracy level of MatMulNBits: eight-bit activations per row and block
FLOAT = TensorProto.FLOAT
INT64 = TensorProto.INT64


@dataclass
class Graph:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, value: np.ndarray) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(self, op: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: object) -> str:
        """Adds a node; gives the name of its first output, the others follow as name.1, name.2."""
        name = f"n{len(self.nodes)}"
        names = [name, *(f"{name}.{number}" for number in range(1, outputs))]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=name, domain=domain, **attributes))
        return name

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray, bits: int) -> str:
        """x @ weight.T + bias for weight (outputs, inputs); bits 32 leaves it as it is."""
        outputs, inputs = weight.shape
        if bits == 32:
            return self.add("Add", self.add("MatMul", x, self.constant(weight.T)), self.constant(bias))
        packed, scales = pack(weight, bits)
        product = self.add(
            "MatMulNBits", x, self.constant(packed), self.constant(scales), domain="com.microsoft",
            K=inputs, N=outputs, bits=bits, block_size=BLOCK, accuracy_level=INT8_COMPUTE,
        )  # fmt: skip
        return self.add("Add", product, self.constant(bias))

    def norm(self, x: str, norm: nn.LayerNorm) -> str:
        return self.add(
            "LayerNormalization", x, self.constant(array(norm.weight)), self.constant(array(norm.bias)),
            axis=-1, epsilon=norm.eps,
        )  # fmt: skip

    def layer(self, x: str, bias: str, layer: Layer, bits: int) -> str:
        width = layer.q.in_features
        scale = (width // layer.heads) ** -0.5
        joined = np.concatenate([array(layer.q.weight) * scale, array(layer.k.weight), array(layer.v.weight)])
        offset = np.concatenate([array(layer.q.bias) * scale, array(layer.k.bias), array(layer.v.bias)])
        shape = self.constant(np.array([0, 0, 3, layer.heads, width // layer.heads], np.int64))
        parts = self.add(
            "Transpose",
            self.add("Reshape", self.linear(x, joined, offset, bits), shape),
            perm=[2, 0, 3, 1, 4],
        )
        q, k, v = (
            self.add("Gather", parts, self.constant(np.array(at, np.int64)), axis=0) for at in range(3)
        )
        looks = self.add("Add", self.add("MatMul", q, self.add("Transpose", k, perm=[0, 1, 3, 2])), bias)
        mixed = self.add("MatMul", self.add("Softmax", looks, axis=-1), v)
        flat = self.add(
            "Reshape",
            self.add("Transpose", mixed, perm=[0, 2, 1, 3]),
            self.constant(np.array([0, 0, width], np.int64)),
        )
        x = self.norm(
            self.add("Add", x, self.linear(flat, array(layer.ao.weight), array(layer.ao.bias), bits)),
            layer.aln,
        )
        inner = self.add("Gelu", self.linear(x, array(layer.fi.weight), array(layer.fi.bias), bits))
        return self.norm(
            self.add("Add", x, self.linear(inner, array(layer.fo.weight), array(layer.fo.bias), bits)),
            layer.oln,
        )

    def model(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "complaint_gift", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def encoder_graph(embedding: Embedding, layers: Sequence[Layer], bits: Sequence[int]) -> onnx.ModelProto:
    """words (rows, length, width) and present (rows, length) to vectors (rows, width)."""
    graph = Graph()
    at = graph.add("Shape", "present", start=1, end=2)
    positions = graph.add(
        "Slice",
        graph.constant(array(embedding.position) + array(embedding.sort)),
        graph.constant(np.array([0], np.int64)),
        at,
    )
    x = graph.norm(graph.add("Add", "words", positions), embedding.norm)
    absent = graph.add("Sub", graph.constant(np.array(1, np.float32)), "present")
    wide = graph.add("Unsqueeze", absent, graph.constant(np.array([1, 2], np.int64)))
    bias = graph.add("Mul", wide, graph.constant(np.array(-1e4, np.float32)))
    for layer, width in zip(layers, bits, strict=True):
        x = graph.layer(x, bias, layer, width)
    column = graph.add("Unsqueeze", "present", graph.constant(np.array([2], np.int64)))
    axis = graph.constant(np.array([1], np.int64))
    total = graph.add("ReduceSum", graph.add("Mul", x, column), axis, keepdims=0)
    graph.nodes.append(
        helper.make_node("Div", [total, graph.add("ReduceSum", column, axis, keepdims=0)], ["vectors"])
    )
    width = embedding.position.shape[1]
    return graph.model(
        [_info("words", ["rows", "length", width]), _info("present", ["rows", "length"])],
        [_info("vectors", ["rows", width])],
    )


def context_graph(context: Context, bits: int = 8) -> onnx.ModelProto:
    """units (1, units, width), kind and place (1, units) to heads and message logits (1, units, outputs)."""
    graph = Graph()
    kind = graph.add("Gather", graph.constant(array(context.kind.weight)), "kind")
    place = graph.add("Gather", graph.constant(array(context.place.weight)), "place")
    x = graph.add("Add", graph.add("Add", "units", kind), place)
    mixed = graph.layer(x, graph.constant(np.zeros((1, 1, 1, 1), np.float32)), context.mix, bits)
    alone = graph.linear("units", array(context.alone.weight), array(context.alone.bias), 32)
    together = graph.linear(mixed, array(context.together.weight), array(context.together.bias), 32)
    graph.nodes.append(helper.make_node("Add", [alone, together], ["heads"]))
    message = graph.linear("units", array(context.message.weight), array(context.message.bias), 32)
    graph.nodes.append(helper.make_node("Identity", [message], ["message"]))
    width = context.kind.weight.shape[1]
    return graph.model(
        [
            _info("units", [1, "units", width]),
            _info("kind", [1, "units"], INT64),
            _info("place", [1, "units"], INT64),
        ],
        [_info("heads", [1, "units", "heads"]), _info("message", [1, "units", "outputs"])],
    )


def pack(weight: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Blocks of unsigned numbers around the middle, (outputs, blocks, bytes), and their scales."""
    outputs, inputs = weight.shape
    blocks = weight.reshape(outputs, inputs // BLOCK, BLOCK)
    middle = 2 ** (bits - 1)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)
    # Four bits reach -8 but only +7: the extreme value takes the longer side, as the source did.
    scales = extreme / -middle if bits == 4 else np.abs(extreme) / (middle - 1)
    safe = np.where(scales == 0, 1, scales)
    numbers = np.clip(np.rint(blocks / safe) + middle, 0, 2 * middle - 1).astype(np.uint8)
    if bits == 4:
        numbers = numbers[..., 0::2] | (numbers[..., 1::2] << 4)
    return numbers, scales.reshape(-1).astype(np.float32)


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().float().numpy()


def _info(name: str, shape: list[int | str], kind: int = FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
