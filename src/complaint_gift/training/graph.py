"""The trained network as ONNX graphs, written node by node so that nothing is lost on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from complaint_gift.training.network import Context, Embedding, Layer

OPSET = 20
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

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """x @ weight.T + bias for weight (outputs, inputs)."""
        return self.add("Add", self.add("MatMul", x, self.constant(weight.T)), self.constant(bias))

    def norm(self, x: str, norm: nn.LayerNorm) -> str:
        return self.add(
            "LayerNormalization", x, self.constant(array(norm.weight)), self.constant(array(norm.bias)),
            axis=-1, epsilon=norm.eps,
        )  # fmt: skip

    def layer(self, x: str, layer: Layer) -> str:
        scale = (layer.q.in_features // layer.heads) ** -0.5
        joined = np.concatenate([array(layer.q.weight) * scale, array(layer.k.weight), array(layer.v.weight)])
        offset = np.concatenate([array(layer.q.bias) * scale, array(layer.k.bias), array(layer.v.bias)])
        parts = self.add("Split", self.linear(x, joined, offset), outputs=3, axis=-1, num_outputs=3)
        mixed = self.add(
            "MultiHeadAttention", parts, f"{parts}.1", f"{parts}.2",
            domain="com.microsoft", num_heads=layer.heads, scale=1.0,
        )  # fmt: skip
        x = self.summed(x, self.linear(mixed, array(layer.ao.weight), array(layer.ao.bias)), layer.aln)
        inner = self.add("Gelu", self.linear(x, array(layer.fi.weight), array(layer.fi.bias)))
        return self.summed(x, self.linear(inner, array(layer.fo.weight), array(layer.fo.bias)), layer.oln)

    def summed(self, x: str, change: str, norm: nn.LayerNorm) -> str:
        """Sum, not Add: onnxruntime fuses Add with the norm, and what comes of it takes twice as long."""
        return self.norm(self.add("Sum", x, change), norm)

    def model(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "complaint_gift", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def encoder_graph(embedding: Embedding, layers: Sequence[Layer]) -> onnx.ModelProto:
    """words (1, length, width) to vector (1, width).

    One text at a time: eight-bit activations share a scale, so in a batch the neighbours would change the
    vector, and a draft and the same text sent would be judged apart.
    """
    graph = Graph()
    length = graph.add("Shape", "words", start=1, end=2)
    places = graph.constant(array(embedding.position) + array(embedding.sort))
    positions = graph.add("Slice", places, graph.constant(np.array([0], np.int64)), length)
    x = graph.norm(graph.add("Add", "words", positions), embedding.norm)
    for layer in layers:
        x = graph.layer(x, layer)
    axis = graph.constant(np.array([1], np.int64))
    graph.nodes.append(helper.make_node("ReduceMean", [x, axis], ["vector"], keepdims=0))
    width = embedding.position.shape[1]
    return graph.model([_info("words", [1, "length", width])], [_info("vector", [1, width])])


def context_graph(context: Context) -> onnx.ModelProto:
    """units (1, units, width), kind and place (1, units) to heads and message logits (1, units, outputs)."""
    graph = Graph()
    kind = graph.add("Gather", graph.constant(array(context.kind.weight)), "kind")
    place = graph.add("Gather", graph.constant(array(context.place.weight)), "place")
    x = graph.add("Add", graph.add("Add", "units", kind), place)
    mixed = graph.layer(x, context.mix)
    alone = graph.linear("units", array(context.alone.weight), array(context.alone.bias))
    together = graph.linear(mixed, array(context.together.weight), array(context.together.bias))
    graph.nodes.append(helper.make_node("Add", [alone, together], ["heads"]))
    message = graph.linear("units", array(context.message.weight), array(context.message.bias))
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


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().float().numpy()


def _info(name: str, shape: list[int | str], kind: int = FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
