"""A weight and a bias -> the nodes of x·w + b, in floats or in eight-bit integers."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.nodes import FUSED, Nodes

Matrix = NDArray[np.float32]

_LARGEST_WEIGHT = 63
"""Seven bits: two products of an unsigned and a signed byte then fit 16 bits, so the kernels of processors without
VNNI, which saturate there, give the same sums as those that have it."""
_LARGEST_STATE = 127
_ZERO = 128


class Linear(Protocol):
    """Adds linear layers to a graph, over states that stand one token a row."""

    def add(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The name of source·weight + bias."""


class FloatLinear:
    """Linear layers as they were trained."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes

    def add(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The name of source·weight + bias."""
        nodes = self._nodes
        stem = f"linear_{len(nodes.nodes)}"
        product = nodes.add("MatMul", source, nodes.constant(f"{stem}.weight", weight))
        return nodes.add("Add", product, nodes.constant(f"{stem}.bias", bias))


class Int8Linear:
    """Linear layers in integers: one scale for each column of the weight, and one for each token.

    ONNX Runtime's own dynamic quantisation has one scale for the whole tensor: less exact (mean cosine 0.9947, against
    0.9964 here), and what a text's vector is would depend on the texts beside it.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes

    def add(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The name of source·weight + bias."""
        nodes = self._nodes
        stem = f"linear_{len(nodes.nodes)}"
        states, scale = self._quantised_states(source)
        integers, column_scale = quantised_weight(weight)
        product = nodes.add(
            "MatMulIntegerToFloat",
            states,
            nodes.constant(f"{stem}.weight", integers),
            nodes.constant("one", np.array(1, np.float32)),
            nodes.constant(f"{stem}.scale", column_scale),
            nodes.constant("zero_state", np.array(_ZERO, np.uint8)),
            domain=FUSED,
        )
        scaled = nodes.add("Mul", product, scale)
        return nodes.add("Add", scaled, nodes.constant(f"{stem}.bias", bias))

    def _quantised_states(self, source: str) -> tuple[str, str]:
        """Each token's state as unsigned bytes around 128, and its scale as a column."""
        nodes = self._nodes
        highest = nodes.add("ReduceMax", source, nodes.integers(-1), keepdims=0)
        lowest = nodes.add("ReduceMin", source, nodes.integers(-1), keepdims=0)
        largest = nodes.add("Max", highest, nodes.add("Neg", lowest))
        scale = nodes.add("Mul", largest, nodes.constant("step", np.array(1 / _LARGEST_STATE, np.float32)))
        zeros = nodes.add("Expand", nodes.constant("zero_list", np.array([_ZERO], np.uint8)), nodes.add("Shape", scale))
        states = nodes.add("QuantizeLinear", source, scale, zeros, axis=0)
        return states, nodes.add("Unsqueeze", scale, nodes.integers(-1))


def quantised_weight(weight: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """A weight as whole numbers, with the scale of each of its columns."""
    scale = (np.abs(weight).max(axis=0) / _LARGEST_WEIGHT).astype(np.float32)
    return np.rint(weight / scale).astype(np.int8), scale
