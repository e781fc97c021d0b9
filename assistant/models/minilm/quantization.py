"""A weight and a bias -> the nodes of x·w + b, in floats or in eight-bit integers."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.models.minilm.nodes import FUSED, Nodes

Matrix = NDArray[np.float32]

_LARGEST_WEIGHT = 63
"""Seven bits: two products of an unsigned and a signed byte then fit 16 bits, so the kernels of processors without
VNNI, which saturate there, give the same sums as those that have it."""

_FLOAT = 1
"""What ONNX calls 32-bit floats."""

_GELU_DEPTH = 0.17
"""GELU has its lowest value at -0.75: -0.16997."""

_LOUD_CHANNELS = {99: 8.5, 223: 3.7, 63: 3.5, 157: 3.0, 338: 2.6, 189: 2.1}
"""Channels of this model's states that run this many times above the others (largest seen against the median channel,
in all layers). They would take the range of a token's scale from all others, so a part of it moves to the weights."""
_MOVED = 0.6
"""How much of it (measured: 0.5 to 0.65 are alike): mean cosine to the floats 0.9952 without, 0.9974 with."""


class Linear(Protocol):
    """Adds linear layers to a graph, over states that stand one token a row."""

    def add(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The name of source·weight + bias."""

    def add_lookup(self, ids: str, table: Matrix) -> str:
        """The name of the rows of a table that the ids name."""

    def add_to_states(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The same, where the source is a layer's normalised states."""

    def add_to_gelu(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The same, where the source comes out of a GELU."""


class FloatLinear:
    """Linear layers as they were trained."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes

    def add(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The name of source·weight + bias."""
        nodes = self._nodes
        stem = nodes.stem("linear")
        product = nodes.add("MatMul", source, nodes.constant(f"{stem}.weight", weight))
        return nodes.add("Add", product, nodes.constant(f"{stem}.bias", bias))

    def add_lookup(self, ids: str, table: Matrix) -> str:
        """The name of the rows of a table that the ids name."""
        return self._nodes.add("Gather", self._nodes.constant("table", table), ids)

    add_to_states = add
    add_to_gelu = add


class Int8Linear:
    """Linear layers in integers: one scale for each column of the weight, and one for each token.

    ONNX Runtime's own dynamic quantisation has one scale for the whole tensor: less exact, and a text's vector would
    depend on the texts beside it. With a scale a token, the rows of every product are independent of each other.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._zero_lists: dict[int, str] = {}

    def add(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """The name of source·weight + bias; states become bytes around 128."""
        nodes = self._nodes
        largest = nodes.add("ReduceMax", nodes.add("Abs", source), nodes.integers(-1), keepdims=0)
        integers, scale = quantised_weight(weight)
        return self._product(source, nodes.add("Mul", largest, nodes.number(1 / 127)), 128, integers, scale, bias)

    def add_lookup(self, ids: str, table: Matrix) -> str:
        """The name of the rows of a table that the ids name; in bytes the table is a quarter of the time to load."""
        nodes = self._nodes
        scale = (np.abs(table).max(axis=1, keepdims=True) / 127).astype(np.float32)
        integers = nodes.add("Gather", nodes.constant("table", np.rint(table / scale).astype(np.int8)), ids)
        floats = nodes.add("Cast", integers, to=_FLOAT)
        return nodes.add("Mul", floats, nodes.add("Gather", nodes.constant("table_scale", scale), ids))

    def add_to_states(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """`add`, with the range of the loud channels divided between source and weight."""
        nodes = self._nodes
        shares = _shares(weight)
        name = nodes.constant(nodes.stem("shares"), (1 / shares).astype(np.float32))
        return self.add(nodes.add("Mul", source, name), weight * shares[:, np.newaxis], bias)

    def add_to_gelu(self, source: str, weight: Matrix, bias: Matrix) -> str:
        """`add`, for a source never below GELU's lowest value: raised by it, all 256 values of a byte are of use."""
        nodes = self._nodes
        raised = nodes.add("Add", source, nodes.number(_GELU_DEPTH))
        highest = nodes.add("ReduceMax", raised, nodes.integers(-1), keepdims=0)
        integers, scale = quantised_weight(weight)
        lowered = bias - np.float32(_GELU_DEPTH) * integers.sum(axis=0, dtype=np.float32) * scale
        return self._product(raised, nodes.add("Mul", highest, nodes.number(1 / 255)), 0, integers, scale, lowered)

    def _product(self, source: str, step: str, zero: int, weight: NDArray[np.int8], scale: Matrix, bias: Matrix) -> str:
        """Source in bytes of `step` a token, times the weight, back in floats."""
        nodes = self._nodes
        stem = nodes.stem("linear")
        product = nodes.add(
            "MatMulIntegerToFloat",
            nodes.add("QuantizeLinear", source, step, self._zeros(zero, step), axis=0),
            nodes.constant(f"{stem}.weight", weight),
            nodes.number(1),
            nodes.constant(f"{stem}.scale", scale),
            nodes.constant(f"zero_point_{zero}", np.array(zero, np.uint8)),
            domain=FUSED,
        )
        scaled = nodes.add("Mul", product, nodes.add("Unsqueeze", step, nodes.integers(-1)))
        return nodes.add("Add", scaled, nodes.constant(f"{stem}.bias", bias))

    def _zeros(self, zero: int, step: str) -> str:
        """The zero point once for each token: one list serves all layers."""
        if zero not in self._zero_lists:
            value = self._nodes.constant(f"zero_{zero}", np.array([zero], np.uint8))
            self._zero_lists[zero] = self._nodes.add("Expand", value, self._nodes.add("Shape", step))
        return self._zero_lists[zero]


def quantised_weight(weight: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """A weight as whole numbers, with the scale of each of its columns."""
    scale = (np.abs(weight).max(axis=0) / _LARGEST_WEIGHT).astype(np.float32)
    return np.rint(weight / scale).astype(np.int8), scale


def _shares(weight: Matrix) -> Matrix:
    """How many times smaller each channel of the source is made, and its row of the weight larger (SmoothQuant)."""
    loudness = np.ones(weight.shape[0], np.float32)
    loudness[list(_LOUD_CHANNELS)] = list(_LOUD_CHANNELS.values())
    shares = loudness**_MOVED / np.abs(weight).max(axis=1) ** (1 - _MOVED)
    centred: Matrix = (shares / np.exp(np.log(shares).mean())).astype(np.float32)
    return centred
