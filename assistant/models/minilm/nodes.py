"""Calls that read like arithmetic -> the nodes and constants of an ONNX graph."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FUSED = "com.microsoft"
"""Operators that ONNX Runtime adds to the standard ones."""


class Nodes:
    """A graph under construction; every method returns the name of the value it adds."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._names: set[str] = set()

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """One operation of one result."""
        from onnx import helper

        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], domain=domain, **attributes))
        return name

    def each(self, source: str, operator: str, *inputs: str, **attributes: Any) -> str:
        """One operation on each item of a list of tensors of floats by itself, its results as a list."""
        from onnx import TensorProto, helper

        item, result = (helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("item", "result"))
        step = helper.make_node(operator, ["item", *inputs], ["result"], **attributes)
        body = helper.make_graph([step], f"each_{len(self.nodes)}", [item], [result])
        return self.add("Scan", source, body=body, num_scan_inputs=1)

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A tensor that is part of the graph; the same name twice is the same tensor."""
        from onnx import numpy_helper

        if name not in self._names:
            self._names.add(name)
            self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def integers(self, *values: int) -> str:
        """A list of whole numbers: a shape, some axes."""
        return self.constant(f"integers{_spelled(values)}", np.array(values, np.int64))

    def integer(self, value: int) -> str:
        """One whole number."""
        return self.constant(f"integer{_spelled([value])}", np.array(value, np.int64))

    def number(self, value: float) -> str:
        """One number."""
        return self.constant(f"number_{value}", np.array(value, np.float32))

    def stem(self, kind: str) -> str:
        """A beginning of names that no other constant has."""
        return f"{kind}_{len(self.nodes)}"

    def rename(self, value: str, name: str) -> None:
        """Give a value the name it has outside of the graph."""
        from onnx import helper

        self.nodes.append(helper.make_node("Identity", [value], [name]))


def _spelled(values: Sequence[int]) -> str:
    return "".join(f"_{value}" for value in values)
